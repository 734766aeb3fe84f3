// Who was evicted, why, and where each is on its way back.
import type { EvictionView } from '@gleaner/model'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Chip } from '../parts/chip.tsx'
import { Panel } from '../parts/panel.tsx'
import { useUrlState } from '../parts/use-url-state.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { counted } from '../words/quantity.ts'
import { ReturnState } from './decision-words.tsx'

const shown = 50

export function Evictions({ onOpen }: { readonly onOpen: (id: string) => void }) {
  const url = useUrlState()
  const waiting = url.get('waiting') === 'true'
  const query = { limit: shown, ...(waiting ? { waiting } : {}) }
  const evictions = useApi('listEvictions', { query }, { keepPrevious: true })
  return (
    <Panel
      title="Evictions"
      aside={
        <Chip
          text="only those that wait to return"
          on={waiting}
          onClick={() => url.set({ waiting: waiting ? undefined : 'true' })}
        />
      }
    >
      <Answer read={evictions} height="160px" what="the evictions">
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="g-quiet">{waiting ? 'Nobody waits to return.' : 'Nobody was evicted yet.'}</p>
          ) : (
            <>
              <div className="g-scroll" tabIndex={0} role="region" aria-label="Evicted instances">
                <table className="g-table">
                  <thead>
                    <tr>
                      <th scope="col">When</th>
                      <th scope="col">Instance</th>
                      <th scope="col">From</th>
                      <th scope="col">Why</th>
                      <th scope="col">Return</th>
                      <th scope="col">What it waits for</th>
                      <th scope="col" className="g-right">
                        Decision
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((eviction) => (
                      <Row key={eviction.id} eviction={eviction} onOpen={onOpen} />
                    ))}
                  </tbody>
                </table>
              </div>
              {total > items.length && (
                <p className="g-hint">
                  The last {items.length} of {counted(total, 'eviction')}.
                </p>
              )}
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

function Row({ eviction, onOpen }: { readonly eviction: EvictionView; readonly onOpen: (id: string) => void }) {
  const { instanceId, instance, project, host, action, reason, times, state, verdict, decisionId } = eviction
  return (
    <tr>
      <td>
        <RelativeTime at={eviction.evictedAt} />
      </td>
      <td>
        <Link href={`/instances/${encodeURIComponent(eviction.returnedAs ?? instanceId)}`}>{instance}</Link>
        <p className="g-hint">
          {project} · {actionWord[action].past}
          {times > 1 && ` · ${times} times within a day`}
        </p>
      </td>
      <td>{host}</td>
      <td>{reason.sentence}</td>
      <td>
        <ReturnState state={state} />
      </td>
      <td>{verdict.sentence}</td>
      <td className="g-right">
        <button
          type="button"
          className="g-link"
          aria-label={`open: the decision that evicted ${instance}`}
          onClick={() => onOpen(decisionId)}
        >
          open
        </button>
      </td>
    </tr>
  )
}
