// All hosts, as a heat map and as its table twin; what the colour means is chosen once for both and kept in the address.
import type { HostView } from '@gleaner/model'
import { useCallback, useMemo } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { useUrlState } from '../parts/use-url-state.ts'
import { VirtualTable } from '../parts/virtual-table.tsx'
import { counted } from '../words/quantity.ts'
import { HeatMap } from './heat-map.tsx'
import { hostColumns } from './host-columns.tsx'
import { sortHosts } from './sort-hosts.ts'
import { isShading, type ResourceKey, shadings, shadingWord } from './shade.ts'

const all = 10_000

export function HostsPage() {
  const url = useUrlState()
  const search = url.get('search')
  const by = ((value) => (isShading(value) ? value : 'used'))(url.get('by'))
  const resource: ResourceKey = url.get('resource') === 'memoryMiB' ? 'memoryMiB' : 'cores'
  const order = url.get('sort') ?? (url.get('by') === undefined ? 'name' : '-by')
  const hosts = useApi(
    'listHosts',
    { query: { limit: all, ...(search === undefined ? {} : { search }) } },
    { keepPrevious: true },
  )
  const { set } = url
  const onSearch = useCallback((text: string) => set({ search: text }), [set])
  const rows = useMemo(
    () => sortHosts(hosts.data?.items ?? [], order, { by, resource }),
    [hosts.data, order, by, resource],
  )
  const columns = useMemo(() => hostColumns(by, resource), [by, resource])
  return (
    <>
      <PageHead
        title="Hosts"
        lead="One cell a host. The stronger its colour, the more of what you choose; shapes mark what is wrong."
      />
      <div className="g-filters">
        <SearchBox label="Search hosts" placeholder="Search by name" value={search ?? ''} onChange={onSearch} />
        <label className="g-row">
          <span className="g-quiet">Coloured by</span>
          <select className="g-input" value={by} onChange={(event) => set({ by: event.target.value })}>
            {shadings.map((value) => (
              <option key={value} value={value}>
                {shadingWord[value]}
              </option>
            ))}
          </select>
        </label>
        {by !== 'power' && (
          <Choice
            label="Resource"
            value={resource}
            options={[
              { value: 'cores', text: 'Cores' },
              { value: 'memoryMiB', text: 'Memory' },
            ]}
            onChange={(value) => set({ resource: value === 'cores' ? undefined : value })}
          />
        )}
        <span className="g-filters__count g-num" role="status">
          {hosts.data && counted(hosts.data.total, 'host')}
        </span>
      </div>
      <Answer read={hosts} height="70vh" what="the hosts">
        {(data) =>
          data.total === 0 ? (
            search === undefined ? (
              <Empty title="There are no hosts yet" action={<Link href="/connect">Connect your cloud</Link>}>
                They appear with the first reading of a cloud.
              </Empty>
            ) : (
              <Empty title="No host is called that">Names are searched. Take a letter away.</Empty>
            )
          ) : (
            <div className="g-stack">
              <section className="g-panel" aria-label="Heat map">
                <div className="g-panel__body">
                  <HeatMap hosts={data.items} by={by} resource={resource} />
                </div>
              </section>
              <VirtualTable<HostView>
                label="Hosts"
                columns={columns}
                total={rows.length}
                rowAt={(index) => rows[index]}
                keyOf={({ id }) => id}
                order={order}
                onOrder={(sort) => set({ sort })}
                subject={`${search} ${order} ${by} ${resource}`}
                minWidth={960}
              />
            </div>
          )
        }
      </Answer>
    </>
  )
}
