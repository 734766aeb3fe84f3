// The columns of the table of estimates.
import type { EstimateView } from '@gleaner/model'
import { Link } from 'wouter'
import { Meter } from '../parts/meter.tsx'
import type { Column } from '../parts/virtual-table.tsx'
import { figure, memory, memoryOf, percent } from '../words/quantity.ts'

export const estimateColumns: readonly Column<EstimateView>[] = [
  {
    key: 'host',
    title: 'Host',
    width: 'minmax(90px, 1fr)',
    sort: 'name',
    cell: ({ host, hostId }) => <Link href={`/hosts/${encodeURIComponent(hostId)}`}>{host}</Link>,
  },
  {
    key: 'cores',
    title: 'Cores expected',
    width: 'minmax(116px, 1.2fr)',
    cell: ({ cores: { estimate, capacity } }) => (
      <Meter
        share={capacity > 0 ? estimate / capacity : 0}
        text={`${figure(estimate)} of ${figure(capacity)}`}
        room={9}
      />
    ),
  },
  {
    key: 'free',
    title: 'Free cores',
    width: '82px',
    right: true,
    sort: 'free',
    cell: (estimate) => <span className="g-num">{figure(estimate.cores.free)}</span>,
  },
  {
    key: 'ratio',
    title: 'Cores can sell',
    width: '112px',
    right: true,
    sort: 'ratio',
    cell: ({ cores: { ratio, ratioInForce } }) => <Ratio can={ratio} sells={ratioInForce} />,
  },
  {
    key: 'memory',
    title: 'Memory expected',
    width: 'minmax(184px, 1.8fr)',
    cell: ({ memoryMiB: { estimate, capacity }, lentByGuests }) => {
      const lent = lentByGuests === undefined ? '' : `, ${memory(lentByGuests.memoryMiB)} lent by guests`
      return (
        <Meter
          share={capacity > 0 ? estimate / capacity : 0}
          text={`${memoryOf(estimate, capacity)}${lent}`}
          room={15}
        />
      )
    },
  },
  {
    key: 'memoryRatio',
    title: 'Memory can sell',
    width: '116px',
    right: true,
    cell: ({ memoryMiB: { ratio, ratioInForce } }) => <Ratio can={ratio} sells={ratioInForce} />,
  },
  {
    key: 'violations',
    title: 'Exceeded',
    width: '76px',
    right: true,
    sort: 'violations',
    cell: ({ cores: { record }, memoryMiB }) =>
      record.judged === 0 ? (
        <span className="g-quiet">not yet</span>
      ) : (
        <span className="g-num">{percent(Math.max(record.violationRate, memoryMiB.record.violationRate))}</span>
      ),
  },
  {
    key: 'state',
    title: 'Rests on',
    width: '80px',
    cell: ({ state }) => <span className={state === 'measured' ? 'g-quiet' : ''}>{state}</span>,
  },
]

function Ratio({ can, sells }: { readonly can: number; readonly sells: number | undefined }) {
  return (
    <span className="g-num">
      {figure(can)}
      {sells !== undefined && <span className="g-quiet"> (sells {figure(sells)})</span>}
    </span>
  )
}
