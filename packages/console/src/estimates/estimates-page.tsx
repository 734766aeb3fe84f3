// What every host will use at most in the scope to come, how much more can be sold, and how such estimates fared.
import type { endpoints, QueryOf } from '@gleaner/model'
import { Skeleton } from '@patternfly/react-core'
import { useCallback, useMemo } from 'react'
import { client } from '../api/client.ts'
import { Empty } from '../parts/empty.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { usePagedRows } from '../parts/use-paged-rows.ts'
import { useUrlState } from '../parts/use-url-state.ts'
import { VirtualTable } from '../parts/virtual-table.tsx'
import { counted } from '../words/quantity.ts'
import { estimateColumns } from './estimate-columns.tsx'
import { FleetPanel } from './fleet-panel.tsx'
import '../hosts/hosts.css'

type Query = QueryOf<(typeof endpoints)['listEstimates']>

export function EstimatesPage() {
  const url = useUrlState()
  const query = useMemo((): Query => {
    const filters: Record<string, string> = {}
    for (const name of ['search', 'sort'] as const) {
      const value = url.get(name)
      if (value !== undefined) filters[name] = value
    }
    return filters
  }, [url])
  const rows = usePagedRows({
    key: ['listEstimates', query],
    read: (page, signal) => client.call('listEstimates', { query: { ...query, ...page }, signal }),
  })
  const { set } = url
  const onSearch = useCallback((search: string) => set({ search }), [set])
  return (
    <>
      <PageHead
        title="Estimates"
        lead="What the firm instances of each host will use at most in the scope to come, from what was measured before. What is not expected to be used can be sold."
      />
      <div className="g-stack">
        <FleetPanel />
        <div className="g-filters">
          <SearchBox label="Search hosts" placeholder="Search by name" value={query.search ?? ''} onChange={onSearch} />
          <span className="g-filters__count g-num" role="status" data-behind={rows.behind}>
            {rows.total !== undefined && counted(rows.total, 'host')}
          </span>
        </div>
        {rows.error !== null && <ErrorNote error={rows.error} retry={rows.retry} />}
        {rows.total === undefined ? (
          rows.error === null && <Skeleton height="40vh" screenreaderText="Reading the estimates" />
        ) : rows.total === 0 ? (
          query.search === undefined ? (
            <Empty title="There is no estimate yet">
              The first is made at the end of the first scope in which enough was measured.
            </Empty>
          ) : (
            <Empty title="No host is called that">Names are searched. Take a letter away.</Empty>
          )
        ) : (
          <VirtualTable
            label="Estimates"
            columns={estimateColumns}
            total={rows.total}
            rowAt={rows.rowAt}
            keyOf={({ hostId }) => hostId}
            order={query.sort ?? 'name'}
            onOrder={(sort) => set({ sort: sort === 'name' ? undefined : sort })}
            onRange={rows.onRange}
            subject={JSON.stringify(query)}
            minWidth={990}
          />
        )}
      </div>
    </>
  )
}
