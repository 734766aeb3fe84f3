// The last decisions to evict, newest first; each opens with the reason of every host.
import type { DecisionView } from '@gleaner/model'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted } from '../words/quantity.ts'
import { DecisionState, whatFor } from './decision-words.tsx'

const shown = 20

export function Decisions({ onOpen }: { readonly onOpen: (id: string) => void }) {
  const decisions = useApi('listDecisions', { query: { limit: shown } }, { keepPrevious: true })
  return (
    <Panel title="Decisions">
      <Answer read={decisions} height="160px" what="the decisions">
        {({ items, total }) =>
          items.length === 0 ? (
            <Empty title="Nobody had to leave yet">
              When a firm request fits nowhere, the decision stands here: who leaves, and why on this host and not on
              another.
            </Empty>
          ) : (
            <>
              <div className="g-scroll" tabIndex={0} role="region" aria-label="Decisions to evict">
                <table className="g-table">
                  <thead>
                    <tr>
                      <th scope="col">When</th>
                      <th scope="col">For</th>
                      <th scope="col">State</th>
                      <th scope="col">Who leaves</th>
                      <th scope="col">Why</th>
                      <th scope="col" className="g-right">
                        All of it
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((decision) => (
                      <Row key={decision.id} decision={decision} onOpen={onOpen} />
                    ))}
                  </tbody>
                </table>
              </div>
              {total > items.length && (
                <p className="g-hint">
                  The last {items.length} of {counted(total, 'decision')}.
                </p>
              )}
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

function Row({ decision, onOpen }: { readonly decision: DecisionView; readonly onOpen: (id: string) => void }) {
  const { id, createdAt, state, victims, verdict } = decision
  return (
    <tr>
      <td>
        <RelativeTime at={createdAt} />
      </td>
      <td>{whatFor(decision)}</td>
      <td>
        <DecisionState state={state} />
      </td>
      <td>{victims.length === 0 ? 'nobody' : victims.map(({ instance }) => instance).join(', ')}</td>
      <td>{verdict.sentence}</td>
      <td className="g-right">
        <button
          type="button"
          className="g-link"
          aria-label={`open: the decision for ${whatFor(decision)}`}
          onClick={() => onOpen(id)}
        >
          open
        </button>
      </td>
    </tr>
  )
}
