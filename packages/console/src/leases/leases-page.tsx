// Leases: when each host is promised and to whom, as a calendar and as its table twin; new ones by form or by a drag over free
// time.
import { Button } from '@patternfly/react-core'
import { useCallback, useMemo, useState } from 'react'
import { client } from '../api/client.ts'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { usePagedRows } from '../parts/use-paged-rows.ts'
import { useUrlState } from '../parts/use-url-state.ts'
import { VirtualTable } from '../parts/virtual-table.tsx'
import { momentOf } from '../time/local-moment.ts'
import { useNow } from '../time/use-now.ts'
import { counted } from '../words/quantity.ts'
import { leaseColumns } from './lease-columns.tsx'
import { LeaseDialog } from './lease-dialog.tsx'
import { durationText, emptyForm, type LeaseForm } from './lease-form.ts'
import './leases.css'
import { ReserveDialog } from './reserve-dialog.tsx'
import { Timeline } from './timeline.tsx'
import { WaitingPanel } from './waiting-panel.tsx'
import { isZoom, lengthOf, middleAfterZoom, middleFrom, nextZoom, windowAround, type Zoom, zooms } from './window.ts'

export function LeasesPage() {
  const url = useUrlState()
  const zoom: Zoom = ((value) => (isZoom(value) ? value : 'week'))(url.get('zoom'))
  const nowMs = useNow()
  const [openedMs] = useState(nowMs)
  const middleMs = Number(url.get('at') ?? Number.NaN)
  const isChosen = Number.isFinite(middleMs)
  const window = useMemo(
    () => windowAround(isChosen ? middleMs : middleFrom(openedMs, zoom), zoom),
    [isChosen, middleMs, openedMs, zoom],
  )
  const calendar = useApi(
    'getLeaseCalendar',
    { query: { from: new Date(window.fromMs).toISOString(), to: new Date(window.toMs).toISOString() } },
    { keepPrevious: true },
  )
  const rows = usePagedRows({
    key: ['listLeases', {}],
    read: (page, signal) => client.call('listLeases', { query: page, signal }),
  })
  const may = useMay('member')
  const [form, setForm] = useState<LeaseForm | undefined>(undefined)
  const { set } = url
  const open = useCallback((lease: string) => set({ lease }), [set])
  const columns = useMemo(() => leaseColumns(open), [open])
  const hosts = calendar.data?.hosts ?? []
  const clouds = useMemo(() => [...new Set(hosts.map(({ cloud }) => cloud))], [hosts])
  const projects = useMemo(
    () => [...new Set(hosts.flatMap(({ busy }) => busy.flatMap(({ project }) => project ?? [])))],
    [hosts],
  )
  const search = url.get('search')?.toLowerCase() ?? ''
  const shown = useMemo(
    () =>
      search === ''
        ? hosts
        : hosts.filter(({ host, busy }) =>
            [host, ...busy.flatMap(({ lease, project }) => [lease, project])].some((text) =>
              text?.toLowerCase().includes(search),
            ),
          ),
    [hosts, search],
  )
  const zoomTo = (value: Zoom) => set({ zoom: value, at: String(Math.round(middleAfterZoom(window, nowMs, value))) })
  const go = (atMs: number) => set({ at: String(Math.round(atMs)) })
  const middle = (window.fromMs + window.toMs) / 2
  const onSearch = useCallback((text: string) => set({ search: text }), [set])
  const lease = url.get('lease')
  return (
    <>
      <PageHead
        title="Leases"
        lead="Hosts promised to a project for a time. Drag over free time, or write what you need, and the earliest slot is proposed while you write."
        actions={
          <>
            <a href="/api/v1/leases.ics" className="g-link">
              Calendar file
            </a>
            <Button
              isDisabled={!may}
              onClick={() => setForm({ ...emptyForm, cloud: clouds.length > 1 ? (clouds[0] ?? '') : '' })}
            >
              Reserve hosts
            </Button>
          </>
        }
      />
      <div className="g-filters">
        <SearchBox
          label="Search hosts and leases"
          placeholder="Host, lease or project"
          value={url.get('search') ?? ''}
          onChange={onSearch}
        />
        <Choice label="Zoom" value={zoom} options={zooms} onChange={zoomTo} />
        <Button variant="secondary" onClick={() => go(middle - lengthOf(zoom) / 4)}>
          Earlier
        </Button>
        <Button variant="secondary" onClick={() => set({ at: undefined })}>
          Now
        </Button>
        <Button variant="secondary" onClick={() => go(middle + lengthOf(zoom) / 4)}>
          Later
        </Button>
        <span className="g-filters__count g-num" role="status">
          {calendar.data && counted(shown.length, 'host')}
        </span>
      </div>
      <div className="g-stack">
        <Answer read={calendar} height="45vh" what="the calendar">
          {(data) =>
            data.hosts.length === 0 ? (
              <Empty title="There are no hosts to reserve yet">They appear with the first reading of a cloud.</Empty>
            ) : (
              <Timeline
                hosts={shown}
                window={window}
                zoom={zoom}
                nowMs={nowMs}
                onMove={(quarters) => go(middle + (quarters * lengthOf(zoom)) / 4)}
                onZoom={(step) => zoomTo(nextZoom(zoom, step))}
                onNow={() => set({ at: undefined })}
                onOpen={open}
                onDrag={
                  may
                    ? (host, { startMs, endMs }) =>
                        setForm({
                          ...emptyForm,
                          cloud: clouds.length > 1 ? host.cloud : '',
                          filter: `name == ${JSON.stringify(host.host)}`,
                          start: momentOf(startMs),
                          duration: durationText(endMs - startMs),
                        })
                    : undefined
                }
              />
            )
          }
        </Answer>
        <p className="g-hint g-cal__key">
          <span data-state="active">active</span> <span data-state="pending">pending</span>{' '}
          <span data-state="proposed">proposed</span> <span data-state="ended">ended</span>{' '}
          <span data-state="others">somebody else</span>
        </p>
        <WaitingPanel onOpen={open} />
        {rows.error !== null && <ErrorNote error={rows.error} retry={rows.retry} />}
        {rows.total === 0 ? (
          <p className="g-quiet">Nothing was reserved yet.</p>
        ) : (
          rows.total !== undefined && (
            <VirtualTable
              label="Leases"
              columns={columns}
              total={rows.total}
              rowAt={rows.rowAt}
              keyOf={({ id }) => id}
              onRange={rows.onRange}
              minWidth={980}
            />
          )
        )}
      </div>
      {lease !== undefined && <LeaseDialog id={lease} onClose={() => set({ lease: undefined })} />}
      {form !== undefined && (
        <ReserveDialog initial={form} clouds={clouds} projects={projects} onClose={() => setForm(undefined)} />
      )}
    </>
  )
}
