// What was gained, against "had we done nothing", and what carrying out all open proposals would add. What is free on the
// machine and what the cloud can sell again are kept apart.
import { useStatus } from '../api/use-status.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { cores, counted, figure, memory } from '../words/quantity.ts'

export function GainedToday() {
  const status = useStatus()
  return (
    <Panel
      title="What was gained"
      aside={
        status.data?.savings && (
          <>
            since <RelativeTime at={status.data.savings.from} />
          </>
        )
      }
    >
      <Answer read={status} height="190px" what="the savings">
        {({ savings }) =>
          savings === undefined ? (
            <p className="g-quiet">Nothing yet. Counted from the journal once the first action is done.</p>
          ) : (
            <>
              <table className="g-table g-gained">
                <caption>Against doing nothing</caption>
                <thead>
                  <tr>
                    <th scope="col">
                      <span className="g-hidden">Resource</span>
                    </th>
                    <th scope="col" className="g-right">
                      Free on the machine
                    </th>
                    <th scope="col" className="g-right">
                      Sellable again
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <tr>
                    <th scope="row">Cores</th>
                    <td className="g-right g-num">{figure(savings.physicalCoreHours)} core h</td>
                    <td className="g-right g-num">{figure(savings.sellableCoreHours)} core h</td>
                  </tr>
                  <tr>
                    <th scope="row">Memory</th>
                    <td className="g-right g-num">{figure(savings.physicalMemoryGiBHours)} GiB h</td>
                    <td className="g-right g-num">{figure(savings.sellableMemoryGiBHours)} GiB h</td>
                  </tr>
                </tbody>
              </table>
              <p className="g-gained__now">
                Reclaimed now: {cores(savings.now.physicalCores)} and {memory(savings.now.physicalMemoryMiB)} from{' '}
                {counted(savings.now.instances, 'instance')}.
              </p>
              {savings.would.instances > 0 && (
                <p className="g-quiet">
                  All open proposals together would add {cores(savings.would.physicalCores)} and{' '}
                  {memory(savings.would.physicalMemoryMiB)} ({cores(savings.would.sellableCores)} and{' '}
                  {memory(savings.would.sellableMemoryMiB)} sellable).
                </p>
              )}
            </>
          )
        }
      </Answer>
    </Panel>
  )
}
