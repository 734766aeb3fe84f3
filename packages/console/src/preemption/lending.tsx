// What each host that is fenced for it lends of what is sold but not used, and how much it may lend.
import type { PreemptionView } from '@gleaner/model'
import { Meter } from '../parts/meter.tsx'
import { Panel } from '../parts/panel.tsx'
import { figure, memoryOf } from '../words/quantity.ts'

type Row = PreemptionView['lending'][number]

const bases: Readonly<Record<Row['basis'], string>> = {
  estimate: 'the estimate of what is used',
  none: 'what is not sold: there is no estimate yet',
  stale: 'what is not sold: the estimate is too old',
}

const shareOf = ({ lent, lendable }: Row['cores']) => (lendable > 0 ? Math.min(1, lent / lendable) : lent > 0 ? 1 : 0)

export function Lending({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <Panel title="Lent of what is sold" aside="the fullest first">
      <div className="g-scroll g-preemption__hosts" tabIndex={0} role="region" aria-label="Lent of what is sold">
        <table className="g-table">
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col">Cores lent</th>
              <th scope="col">Memory lent</th>
              <th scope="col">Rests on</th>
            </tr>
          </thead>
          <tbody>
            {rows
              .toSorted((a, b) => shareOf(b.cores) - shareOf(a.cores) || a.host.localeCompare(b.host))
              .map(({ host, hostId, cores, memoryMiB, basis }) => (
                <tr key={hostId}>
                  <td>{host}</td>
                  <td>
                    <Meter
                      share={shareOf(cores)}
                      text={`${figure(cores.lent)} of ${figure(cores.lendable)}`}
                      room={12}
                    />
                  </td>
                  <td>
                    <Meter share={shareOf(memoryMiB)} text={memoryOf(memoryMiB.lent, memoryMiB.lendable)} room={15} />
                  </td>
                  <td>{bases[basis]}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
      <p className="g-hint">
        When the owners use more, or the estimate shrinks, who has too much is told and leaves in order.
      </p>
    </Panel>
  )
}
