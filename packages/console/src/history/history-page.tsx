// Every action with its cause, its reason and its end, newest first.
import { type endpoints, journalStates, type JournalView, type QueryOf } from '@gleaner/model'
import { Skeleton } from '@patternfly/react-core'
import { useCallback, useMemo } from 'react'
import { Link } from 'wouter'
import { client } from '../api/client.ts'
import { Chip } from '../parts/chip.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { JournalStateWord } from '../parts/marked.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { usePagedRows } from '../parts/use-paged-rows.ts'
import { useUrlState } from '../parts/use-url-state.ts'
import { type Column, VirtualTable } from '../parts/virtual-table.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { counted } from '../words/quantity.ts'
import { EntryDialog } from './entry-dialog.tsx'

type Query = QueryOf<(typeof endpoints)['listHistory']>

export function HistoryPage() {
  const url = useUrlState()
  const { set } = url
  const query = useMemo((): Query => {
    const state = journalStates.find((value) => value === url.get('state'))
    const optional = (name: 'search' | 'cause' | 'instance') => {
      const value = url.get(name)
      return value === undefined ? {} : { [name]: value }
    }
    return {
      ...optional('search'),
      ...optional('cause'),
      ...optional('instance'),
      ...(state === undefined ? {} : { state }),
    }
  }, [url])
  const rows = usePagedRows({
    key: ['listHistory', query],
    read: (page, signal) => client.call('listHistory', { query: { ...query, ...page }, signal }),
  })
  const columns = useMemo(() => historyColumns(set), [set])
  const onSearch = useCallback((search: string) => set({ search }), [set])
  const entry = url.get('entry')
  return (
    <>
      <PageHead
        title="History"
        lead="Every action: who or which rule, on what, why, and how it ended. Nothing is left out."
      />
      <div className="g-filters">
        <SearchBox
          label="Search the history"
          placeholder="Search by instance, project, cause"
          value={url.get('search') ?? ''}
          onChange={onSearch}
        />
        <span role="group" aria-label="State" className="g-chips">
          {journalStates.map((state) => (
            <Chip
              key={state}
              text={state}
              on={query.state === state}
              onClick={() => set({ state: query.state === state ? undefined : state })}
            />
          ))}
        </span>
        {(['cause', 'instance'] as const).map((name) => {
          const value = query[name]
          return (
            value !== undefined && (
              <Chip key={name} text={`${name} ${value}`} on removable onClick={() => set({ [name]: undefined })} />
            )
          )
        })}
        <span className="g-filters__count g-num" role="status">
          {rows.total !== undefined && counted(rows.total, 'action')}
        </span>
      </div>
      {rows.error !== null && <ErrorNote error={rows.error} retry={rows.retry} />}
      {rows.total === undefined ? (
        rows.error === null && <Skeleton height="60vh" screenreaderText="Reading the history" />
      ) : rows.total === 0 ? (
        Object.keys(query).length === 0 ? (
          <Empty title="Nothing has been done yet" action={<Link href="/plan">See what would be done</Link>}>
            In observe nothing ever is. Set a capability to advise or enforce in the settings, and each action stands
            here with the numbers it was decided from.
          </Empty>
        ) : (
          <Empty title="No action is like that">Take a word or a filter away.</Empty>
        )
      ) : (
        <VirtualTable
          label="History"
          columns={columns}
          total={rows.total}
          rowAt={rows.rowAt}
          keyOf={({ id }) => id}
          onRange={rows.onRange}
          subject={JSON.stringify(query)}
          minWidth={980}
        />
      )}
      {entry !== undefined && <EntryDialog id={entry} onClose={() => set({ entry: undefined })} />}
    </>
  )
}

function historyColumns(set: (changes: Record<string, string>) => void): readonly Column<JournalView>[] {
  return [
    { key: 'at', title: 'When', width: '100px', cell: ({ intendedAt }) => <RelativeTime at={intendedAt} /> },
    { key: 'state', title: 'State', width: '110px', cell: ({ state }) => <JournalStateWord state={state} /> },
    {
      key: 'what',
      title: 'What',
      width: 'minmax(180px, 1fr)',
      cell: ({ action, target }) => (
        <>
          {actionWord[action].verb} <TargetLink target={target} />
        </>
      ),
    },
    { key: 'project', title: 'Project', width: 'minmax(90px, 0.6fr)', cell: ({ project }) => project },
    {
      key: 'cause',
      title: 'Cause',
      width: 'minmax(100px, 0.7fr)',
      cell: ({ cause }) => (
        <button type="button" className="g-plain" title={`Only ${cause}`} onClick={() => set({ cause })}>
          {cause}
        </button>
      ),
    },
    {
      key: 'why',
      title: 'Why, and how it ended',
      width: 'minmax(260px, 2.4fr)',
      cell: ({ reason, outcome }) => (
        <span title={reason.sentence}>
          {outcome !== undefined && `${outcome} · `}
          <span className="g-quiet">{reason.sentence}</span>
        </span>
      ),
    },
    {
      key: 'more',
      title: 'All of it',
      width: '70px',
      right: true,
      cell: ({ id, target }) => (
        <button
          type="button"
          className="g-link"
          aria-label={`open: all about this action on ${target.name}`}
          onClick={() => set({ entry: id })}
        >
          open
        </button>
      ),
    },
  ]
}
