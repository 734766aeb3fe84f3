// A verdict as people read it: the sentence, and the numbers behind it on demand.
import type { VerdictView } from '@gleaner/model'
import { figure } from '../words/quantity.ts'
import './verdict.css'

export function Verdict({ verdict, open = false }: { readonly verdict: VerdictView; readonly open?: boolean }) {
  const facts = Object.entries(verdict.facts)
  if (facts.length === 0) return <span>{verdict.sentence}</span>
  return (
    <details className="g-verdict" open={open}>
      <summary>
        <span>{verdict.sentence}</span> <span className="g-verdict__more">numbers</span>
      </summary>
      <dl className="g-verdict__facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="g-num">{typeof value === 'number' ? figure(value) : String(value ?? 'none')}</dd>
          </div>
        ))}
        <div>
          <dt>reason</dt>
          <dd>{verdict.code}</dd>
        </div>
      </dl>
    </details>
  )
}
