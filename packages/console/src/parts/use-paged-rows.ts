// Rows of a long list, read in pages as they come into sight. While the first page of a new question is on its way the rows of
// the former one stay, so that typing never blanks the table.
import type { ApiError } from '@gleaner/client'
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'

const pageSize = 100

export interface PagedRows<T> {
  readonly total: number | undefined
  readonly error: ApiError | null
  readonly rowAt: (index: number) => T | undefined
  readonly onRange: (first: number, last: number) => void
  /** The rows shown still answer the former question. */
  readonly behind: boolean
  readonly retry: () => void
}

interface Page<T> {
  readonly items: readonly T[]
  readonly total: number
}

export interface PageSource<T> {
  /** Begins with the name of the endpoint, as live events expect; then the filters. */
  readonly key: readonly [string, object]
  readonly read: (page: { limit: number; offset: number }, signal: AbortSignal) => Promise<Page<T>>
}

export function usePagedRows<T>({ key, read }: PageSource<T>): PagedRows<T> {
  const [range, setRange] = useState<readonly [number, number]>([0, 0])
  const page = (offset: number) => ({
    queryKey: [...key, { offset }],
    queryFn: ({ signal }: { signal: AbortSignal }) => read({ limit: pageSize, offset }, signal),
  })
  const first = useQuery<Page<T>, ApiError>({ ...page(0), placeholderData: keepPreviousData })
  const offsets: number[] = []
  for (let at = Math.max(1, range[0]); at <= range[1]; at++) offsets.push(at * pageSize)
  const others = useQueries({
    queries: offsets.map((offset) => ({ ...page(offset), enabled: !first.isPlaceholderData })),
  })
  const pages = useMemo(() => {
    const found = new Map<number, readonly T[]>()
    if (first.data !== undefined) found.set(0, first.data.items)
    for (const [i, offset] of offsets.entries()) {
      const answer = others[i]?.data
      if (answer !== undefined) found.set(offset / pageSize, answer.items)
    }
    return found
    // The answers are what counts; their holders are new on every render.
  }, [first.data, offsets.join(), others.map(({ dataUpdatedAt }) => dataUpdatedAt).join()])
  const rowAt = useCallback((index: number) => pages.get(Math.floor(index / pageSize))?.[index % pageSize], [pages])
  const onRange = useCallback((from: number, to: number) => {
    const next = [Math.floor(from / pageSize), Math.floor(to / pageSize)] as const
    setRange((now) => (now[0] === next[0] && now[1] === next[1] ? now : next))
  }, [])
  return {
    total: first.data?.total,
    error: first.error,
    rowAt,
    onRange,
    behind: first.isPlaceholderData,
    retry: () => void first.refetch(),
  }
}
