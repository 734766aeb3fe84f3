// The meters and what of them is not well: outlets without a figure, or with one that is not believed, come first.
import type { MeterView } from '@gleaner/model'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, VirtualTable } from '../parts/virtual-table.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted } from '../words/quantity.ts'
import { unknownWords, watts } from './energy-words.ts'

interface Row {
  readonly meter: MeterView
  readonly outlet: MeterView['outlets'][number]
}

export function MetersPanel() {
  const read = useApi('listMeters', {})
  return (
    <Panel title="Meters">
      <Answer read={read} height="200px" what="the meters">
        {({ items }) => <Meters meters={items} />}
      </Answer>
    </Panel>
  )
}

function Meters({ meters }: { readonly meters: readonly MeterView[] }) {
  if (meters.length === 0) return <p className="g-quiet">No meter is configured, or none that you may see.</p>
  const rows = meters.flatMap((meter) => meter.outlets.map((outlet): Row => ({ meter, outlet })))
  const isUnwell = ({ outlet }: Row) => Number(outlet.powerW === undefined)
  rows.sort((a, b) => isUnwell(b) - isUnwell(a))
  const failing = meters.filter(({ state }) => state === 'failing')
  return (
    <div className="g-stack">
      <p>
        {counted(meters.length, 'meter')} with {counted(rows.length, 'outlet')},{' '}
        {counted(rows.filter(isUnwell).length, 'outlet')} of them without a figure.
      </p>
      {failing.map(({ id, fault }) => (
        <p key={id} role="alert">
          {id}: {fault}
        </p>
      ))}
      {rows.length > 0 && (
        <VirtualTable
          label="Outlets"
          columns={columns}
          total={rows.length}
          rowAt={(index) => rows[index]}
          keyOf={({ meter, outlet }) => `${meter.id}:${outlet.outlet}`}
          minWidth={760}
        />
      )}
    </div>
  )
}

const columns: readonly Column<Row>[] = [
  {
    key: 'meter',
    title: 'Meter',
    width: 'minmax(150px, 0.6fr)',
    cell: ({ meter }) => `${meter.id} (${meter.kind}${meter.covers === 'processors' ? ', processors only' : ''})`,
  },
  { key: 'outlet', title: 'Outlet', width: 'minmax(110px, 1fr)', cell: ({ outlet }) => outlet.outlet },
  { key: 'hosts', title: 'Hosts on it', width: 'minmax(140px, 1fr)', cell: ({ outlet }) => outlet.hosts.join(', ') },
  {
    key: 'power',
    title: 'Power',
    width: 'minmax(180px, 1fr)',
    right: true,
    cell: ({ outlet: { powerW, unknown, estimated } }) =>
      powerW === undefined ? (
        <span className="g-quiet">{unknown === undefined ? 'not read yet' : unknownWords[unknown]}</span>
      ) : (
        `${watts(powerW)}${estimated ? ' (estimated)' : ''}`
      ),
  },
  {
    key: 'read',
    title: 'Read',
    width: '120px',
    right: true,
    cell: ({ outlet: { readAt } }) => (readAt === undefined ? '' : <RelativeTime at={readAt} />),
  },
]
