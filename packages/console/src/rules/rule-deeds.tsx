// What a rule did.
import type { RuleView } from '@gleaner/model'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { JournalStateWord } from '../parts/marked.tsx'
import { Panel } from '../parts/panel.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { count } from '../words/quantity.ts'

export function RuleDeeds({ rule }: { readonly rule: RuleView }) {
  const { name } = rule.definition
  const history = useApi('listHistory', { query: { cause: name, limit: 10 } })
  return (
    <Panel
      title="What it did"
      aside={
        <>
          {count(rule.actions.done)} done, {count(rule.actions.failed)} failed ·{' '}
          <Link href={`/history?cause=${encodeURIComponent(name)}`}>all of it</Link>
        </>
      }
    >
      <Answer read={history} height="160px" what="what it did">
        {({ items }) =>
          items.length === 0 ? (
            <p className="g-quiet">Nothing yet. In observe it never does; in advise it waits for an approval.</p>
          ) : (
            <ul className="g-list">
              {items.map((entry) => (
                <li key={entry.id} className="g-row">
                  <span className="g-quiet">
                    <RelativeTime at={entry.intendedAt} />
                  </span>
                  <JournalStateWord state={entry.state} />
                  <span>
                    {actionWord[entry.action].verb.toLowerCase()} <TargetLink target={entry.target} />
                    {entry.outcome !== undefined && <span className="g-quiet"> · {entry.outcome}</span>}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}
