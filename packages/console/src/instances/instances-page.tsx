// All instances: search, filters, order in the address; any number of rows.
import type { endpoints, QueryOf } from '@gleaner/model'
import { Button, Skeleton } from '@patternfly/react-core'
import { useCallback, useMemo } from 'react'
import { Link } from 'wouter'
import { client } from '../api/client.ts'
import { Empty } from '../parts/empty.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { usePagedRows } from '../parts/use-paged-rows.ts'
import { useUrlState } from '../parts/use-url-state.ts'
import { VirtualTable } from '../parts/virtual-table.tsx'
import { counted } from '../words/quantity.ts'
import { instanceColumns } from './instance-columns.tsx'
import { InstanceFilters } from './instance-filters.tsx'
import './instances.css'

type Query = QueryOf<(typeof endpoints)['listInstances']>
const textFilters = ['search', 'cloud', 'project', 'host', 'state', 'tag', 'idleFor', 'sort'] as const

export function InstancesPage() {
  const url = useUrlState()
  const query = useMemo((): Query => {
    const filters: Record<string, string | boolean> = {}
    for (const name of textFilters) {
      const value = url.get(name)
      if (value !== undefined) filters[name] = value
    }
    if (url.get('proposed') === 'true') filters['proposed'] = true
    return filters
  }, [url])
  const rows = usePagedRows({
    key: ['listInstances', query],
    read: (page, signal) => client.call('listInstances', { query: { ...query, ...page }, signal }),
  })
  const { set } = url
  const columns = useMemo(() => instanceColumns((name, value) => set({ [name]: value })), [set])
  const onSearch = useCallback((search: string) => set({ search }), [set])
  const filtered = Object.keys(query).some((name) => name !== 'sort')
  return (
    <>
      <PageHead
        title="Instances"
        lead="Name, id, project, host, flavor and tags are searched; all words must occur. The address keeps what you look for."
      />
      <div className="g-filters">
        <SearchBox
          label="Search instances"
          placeholder="Search, for example: webshop db"
          value={url.get('search') ?? ''}
          onChange={onSearch}
        />
        <InstanceFilters url={url} />
        <span className="g-filters__count g-num" role="status" data-behind={rows.behind}>
          {rows.total !== undefined && counted(rows.total, 'instance')}
        </span>
      </div>
      {rows.error !== null && <ErrorNote error={rows.error} retry={rows.retry} />}
      {rows.total === undefined ? (
        rows.error === null && <Skeleton height="60vh" screenreaderText="Reading the instances" />
      ) : rows.total === 0 ? (
        filtered ? (
          <Empty
            title="No instance is like that"
            action={
              <Button
                variant="secondary"
                onClick={() => set(Object.fromEntries([...textFilters, 'proposed'].map((n) => [n, undefined])))}
              >
                Show all
              </Button>
            }
          >
            All words and all filters must fit at once. Take one away.
          </Empty>
        ) : (
          <Empty title="There are no instances yet" action={<Link href="/connect">Connect your cloud</Link>}>
            They appear with the first reading of a cloud.
          </Empty>
        )
      ) : (
        <VirtualTable
          label="Instances"
          columns={columns}
          total={rows.total}
          rowAt={rows.rowAt}
          keyOf={(instance) => instance.id}
          order={query.sort ?? 'name'}
          onOrder={(sort) => set({ sort: sort === 'name' ? undefined : sort })}
          onRange={rows.onRange}
          subject={JSON.stringify(query)}
          minWidth={988}
        />
      )}
    </>
  )
}
