// How likely a preemptible instance on a host is still there after a time: from the evictions of the past day, with how much
// that rests upon.
import type { PreemptionView } from '@gleaner/model'
import { Meter } from '../parts/meter.tsx'
import { Panel } from '../parts/panel.tsx'
import { count } from '../words/quantity.ts'

type Row = PreemptionView['forecast'][number]

/** Nobody is safe for certain. */
const chance = (share: number) => (share > 0.99 ? '> 99 %' : `${Math.floor(share * 100)} %`)

const spans = [
  ['1 hour', (row: Row) => row.survival1h],
  ['6 hours', (row: Row) => row.survival6h],
  ['24 hours', (row: Row) => row.survival24h],
] as const

export function Forecast({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <Panel title="Survival on each host" aside="the least likely first">
      {rows.length === 0 ? (
        <p className="g-quiet">No host has preemptible instances, and none was evicted lately.</p>
      ) : (
        <>
          <div className="g-scroll g-preemption__hosts" tabIndex={0} role="region" aria-label="Survival on each host">
            <table className="g-table">
              <thead>
                <tr>
                  <th scope="col">Host</th>
                  <th scope="col" className="g-right">
                    Preemptible
                  </th>
                  <th scope="col" className="g-right">
                    Evicted
                  </th>
                  <th scope="col" className="g-right">
                    From hours
                  </th>
                  {spans.map(([title]) => (
                    <th scope="col" key={title}>
                      Still there in {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows
                  .toSorted((a, b) => a.survival24h - b.survival24h)
                  .map((row) => (
                    <tr key={`${row.cloud} ${row.host}`}>
                      <td>{row.host}</td>
                      <td className="g-right g-num">{count(row.instances)}</td>
                      <td className="g-right g-num">{count(row.evictions)}</td>
                      <td className="g-right g-num">{count(row.hours)}</td>
                      {spans.map(([title, read]) => (
                        <td key={title}>
                          <Meter share={read(row)} text={chance(read(row))} />
                        </td>
                      ))}
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
          <p className="g-hint">
            From how often instances were evicted there in the past day, drawn towards the rate of the whole cloud where
            little was seen. It knows nothing of a request that is about to come.
          </p>
        </>
      )}
    </Panel>
  )
}
