// The figures of preemption at this moment, and what would be done to a victim on each cloud.
import type { PreemptionView } from '@gleaner/model'
import { Mark } from '../parts/mark.tsx'
import { Panel } from '../parts/panel.tsx'
import { Verdict } from '../parts/verdict.tsx'
import { actionWord, modeWord } from '../words/action-words.ts'
import { count } from '../words/quantity.ts'

export function Standing({ view }: { readonly view: PreemptionView }) {
  const figures = [
    ['preemptible', view.instances],
    ['of these running', view.running],
    ['decisions under way', view.underWay],
    ['wait to return', view.waiting],
  ] as const
  return (
    <Panel title="Now" aside={`${view.mode}: ${modeWord[view.mode]}`}>
      <dl className="g-facts">
        {figures.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{count(value)}</dd>
          </div>
        ))}
      </dl>
      <ul className="g-preemption__clouds">
        {view.clouds.map(({ cloud, action, refusal }) => (
          <li key={cloud}>
            {action === undefined ? (
              <>
                <Mark shape="triangle" tone="warning" />
                {cloud}: {refusal !== undefined && <Verdict verdict={refusal} />}
              </>
            ) : (
              <span className="g-hint">
                {cloud}: who has to leave is {actionWord[action].past}.
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
