// The columns of the table of instances.
import type { InstanceView } from '@gleaner/model'
import { Link } from 'wouter'
import { InstanceState } from '../parts/marked.tsx'
import type { Column } from '../parts/virtual-table.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { memory, span } from '../words/quantity.ts'
import { CpuCell } from './cpu-cell.tsx'
import { NextCell } from './next-cell.tsx'

/** Project and host filter by themselves when pressed. */
export function instanceColumns(
  filter: (name: 'project' | 'host', value: string) => void,
): readonly Column<InstanceView>[] {
  const pressable = (name: 'project' | 'host', value: string | undefined) =>
    value === undefined ? (
      <span className="g-quiet">none</span>
    ) : (
      <button type="button" className="g-plain" title={`Only ${name} ${value}`} onClick={() => filter(name, value)}>
        {value}
      </button>
    )
  return [
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(110px, 1.4fr)',
      sort: 'name',
      cell: ({ id, name }) => <Link href={`/instances/${encodeURIComponent(id)}`}>{name}</Link>,
    },
    {
      key: 'project',
      title: 'Project',
      width: 'minmax(80px, 1fr)',
      sort: 'project',
      cell: (i) => pressable('project', i.project),
    },
    { key: 'host', title: 'Host', width: 'minmax(64px, 0.8fr)', sort: 'host', cell: (i) => pressable('host', i.host) },
    {
      key: 'state',
      title: 'State, since',
      width: '134px',
      sort: 'state',
      cell: ({ state, since }) => (
        <>
          <InstanceState state={state} />
          {since !== undefined && (
            <span className="g-quiet">
              {' '}
              · <RelativeTime at={since} bare />
            </span>
          )}
        </>
      ),
    },
    { key: 'cpu', title: 'CPU, 6 h', width: '174px', sort: 'cpu', cell: (i) => <CpuCell instance={i} /> },
    {
      key: 'memory',
      title: 'Memory',
      width: '118px',
      right: true,
      sort: 'memory',
      cell: ({ memoryMiB, usedMemoryMiB }) => (
        <>
          {usedMemoryMiB !== undefined && <span className="g-quiet">{memory(usedMemoryMiB)} / </span>}
          {memory(memoryMiB)}
        </>
      ),
    },
    {
      key: 'idle',
      title: 'Idle for',
      width: '62px',
      right: true,
      sort: 'idle',
      cell: ({ idleForS }) => (idleForS === undefined ? <span className="g-quiet">–</span> : span(idleForS)),
    },
    { key: 'next', title: 'Next', width: 'minmax(112px, 1.2fr)', cell: (i) => <NextCell instance={i} /> },
  ]
}
