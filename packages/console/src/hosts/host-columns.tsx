// The columns of the table of hosts, the twin of the heat map.
import type { HostView } from '@gleaner/model'
import { Link } from 'wouter'
import { Mark } from '../parts/mark.tsx'
import { HostState } from '../parts/marked.tsx'
import { Meter } from '../parts/meter.tsx'
import type { Column } from '../parts/virtual-table.tsx'
import { sentence } from '../words/sentence.ts'
import { cores, count, memory } from '../words/quantity.ts'
import { amountOf, type ResourceKey, type Shading, shadingWord, shareOf, troubleOf } from './shade.ts'

export function hostColumns(by: Shading, resource: ResourceKey): readonly Column<HostView>[] {
  const format = by === 'power' ? (value: number) => `${count(value)} W` : resource === 'cores' ? cores : memory
  return [
    {
      key: 'name',
      title: 'Host',
      width: 'minmax(100px, 1fr)',
      sort: 'name',
      cell: ({ id, name }) => <Link href={`/hosts/${encodeURIComponent(id)}`}>{name}</Link>,
    },
    {
      key: 'state',
      title: 'State',
      width: 'minmax(146px, 1fr)',
      cell: (host) => {
        const trouble = troubleOf(host)
        return trouble === undefined || host.state !== 'up' ? (
          <HostState state={host.state} />
        ) : (
          <>
            <Mark shape={trouble.shape} tone={trouble.tone} />
            {trouble.text}
          </>
        )
      },
    },
    {
      key: 'by',
      title: sentence(
        `${shadingWord[by].replace(/,.*/, '')}${by === 'power' ? '' : resource === 'cores' ? ', cores' : ', memory'}`,
      ),
      width: 'minmax(150px, 1.6fr)',
      sort: 'by',
      cell: (host) => {
        const amount = amountOf(host, by, resource)
        return (
          <Meter
            share={shareOf(host, by, resource)}
            text={amount === undefined ? '' : format(amount)}
            wheat={by === 'idle'}
            room={9}
          />
        )
      },
    },
    {
      key: 'cores',
      title: 'Cores used',
      width: '130px',
      right: true,
      sort: 'cpu',
      cell: ({ cpuCores, cores: all }) => (
        <>
          {cpuCores === undefined ? 'no data' : cores(cpuCores).replace(/\s.*/, '')}
          <span className="g-quiet"> / {cores(all)}</span>
        </>
      ),
    },
    {
      key: 'memory',
      title: 'Memory used',
      width: '140px',
      right: true,
      sort: 'memory',
      cell: ({ usedMemoryMiB, memoryMiB }) => (
        <>
          {usedMemoryMiB === undefined ? 'no data' : memory(usedMemoryMiB)}
          <span className="g-quiet"> / {memory(memoryMiB)}</span>
        </>
      ),
    },
    {
      key: 'instances',
      title: 'Running',
      width: '90px',
      right: true,
      sort: 'instances',
      cell: ({ runningInstances, instances }) => (
        <>
          {count(runningInstances)}
          <span className="g-quiet"> of {count(instances)}</span>
        </>
      ),
    },
    { key: 'kind', title: 'Kind', width: '84px', cell: ({ kind }) => <span className="g-quiet">{kind}</span> },
  ]
}
