// The instances of a host as a bar, each as wide as its memory, and as a table.
import type { HostView } from '@gleaner/model'
import { Tooltip } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { InstanceState } from '../parts/marked.tsx'
import { Panel } from '../parts/panel.tsx'
import { cores, counted, memory, span } from '../words/quantity.ts'

const most = 500

export function HostInstances({ host }: { readonly host: HostView }) {
  const instances = useApi('listInstances', { query: { host: host.name, sort: '-memory', limit: most } })
  return (
    <Panel
      title="Its instances"
      aside={<Link href={`/instances?host=${encodeURIComponent(host.name)}`}>Search in them</Link>}
    >
      <Answer read={instances} height="160px" what="the instances">
        {({ items, total }) => {
          if (total === 0) return <p className="g-quiet">It carries none. An empty host can be lent or switched off.</p>
          const size = items.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)
          const rest = Math.max(0, host.ledger.memoryMiB.usable - size)
          return (
            <>
              <div
                className="g-blocks"
                role="img"
                aria-label={`${counted(items.length, 'instance')} by memory; the table has each.`}
              >
                {items.map((instance) => (
                  <Tooltip
                    key={instance.id}
                    aria="none"
                    entryDelay={60}
                    exitDelay={0}
                    content={`${instance.name}: ${instance.state}, ${cores(instance.vcpus)}, ${memory(instance.memoryMiB)}`}
                  >
                    <span
                      className={`g-block g-block--${instance.state}`}
                      style={{ flexGrow: instance.memoryMiB / (size + rest) }}
                    />
                  </Tooltip>
                ))}
                <span className="g-block g-block--rest" style={{ flexGrow: rest / (size + rest) }} />
              </div>
              <p className="g-hint">
                As wide as their memory, {memory(size)} in all. Plain: running. Striped: paused or suspended. Grey:
                stopped. Dotted: not booked.
              </p>
              <div
                className="g-scroll"
                style={{ maxHeight: 320 }}
                tabIndex={0}
                role="region"
                aria-label="Table of its instances"
              >
                <table className="g-table">
                  <caption className="g-hidden">Instances of {host.name}</caption>
                  <thead>
                    <tr>
                      <th scope="col">Name</th>
                      <th scope="col">Project</th>
                      <th scope="col">State</th>
                      <th scope="col" className="g-right">
                        Cores
                      </th>
                      <th scope="col" className="g-right">
                        Memory
                      </th>
                      <th scope="col" className="g-right">
                        CPU now
                      </th>
                      <th scope="col" className="g-right">
                        Idle for
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((i) => (
                      <tr key={i.id}>
                        <td>
                          <Link href={`/instances/${encodeURIComponent(i.id)}`}>{i.name}</Link>
                        </td>
                        <td>{i.project}</td>
                        <td>
                          <InstanceState state={i.state} />
                        </td>
                        <td className="g-right g-num">{cores(i.vcpus)}</td>
                        <td className="g-right g-num">{memory(i.memoryMiB)}</td>
                        <td className="g-right g-num">{i.cpuCores === undefined ? 'no data' : cores(i.cpuCores)}</td>
                        <td className="g-right g-num">{i.idleForS === undefined ? '–' : span(i.idleForS)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {total > items.length && <p className="g-hint">{counted(total - items.length, 'more instance')}.</p>}
            </>
          )
        }}
      </Answer>
    </Panel>
  )
}
