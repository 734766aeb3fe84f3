// The loops that keep all going, the state's store and the leader.
import { useStatus } from '../api/use-status.ts'
import { Answer } from '../parts/answer.tsx'
import { Mark } from '../parts/mark.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count, span } from '../words/quantity.ts'

export function LoopsPanel() {
  const status = useStatus()
  return (
    <Panel
      title="What runs"
      aside={
        status.data && (
          <>
            {status.data.replica}{' '}
            {status.data.leader.isLeader ? 'leads' : `follows ${status.data.leader.holder ?? 'nobody'}`} · version{' '}
            {status.data.version}
          </>
        )
      }
    >
      <Answer read={status} height="160px" what="the loops">
        {({ loops, store }) => (
          <>
            <table className="g-table">
              <caption className="g-hidden">Loops</caption>
              <thead>
                <tr>
                  <th scope="col">Loop</th>
                  <th scope="col" className="g-right">
                    Every
                  </th>
                  <th scope="col">Last run</th>
                  <th scope="col" className="g-right">
                    Took
                  </th>
                  <th scope="col" className="g-right">
                    Runs
                  </th>
                  <th scope="col" className="g-right">
                    Failed
                  </th>
                  <th scope="col">Says</th>
                </tr>
              </thead>
              <tbody>
                {loops.map((loop) => (
                  <tr key={loop.name}>
                    <td className="g-nowrap">
                      {loop.late ? <Mark shape="triangle" tone="warning" /> : <Mark shape="dot" tone="good" />}
                      {loop.name}
                      {loop.late && ' (late)'}
                    </td>
                    <td className="g-right g-num">{span(loop.periodS)}</td>
                    <td>{loop.lastFinishedAt === undefined ? 'never' : <RelativeTime at={loop.lastFinishedAt} />}</td>
                    <td className="g-right g-num">
                      {loop.lastDurationMs === undefined ? '–' : `${count(loop.lastDurationMs)} ms`}
                    </td>
                    <td className="g-right g-num">{count(loop.runs)}</td>
                    <td className="g-right g-num">{count(loop.failures)}</td>
                    <td className="g-quiet">{loop.lastError ?? loop.detail}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="g-hint">
              {store.reachable ? <Mark shape="dot" tone="good" /> : <Mark shape="cross" tone="danger" />}
              State: {store.detail} ({store.kind})
            </p>
          </>
        )}
      </Answer>
    </Panel>
  )
}
