// Desktops that lend themselves: who can be lent now, why not, for how long guests ran there, how often they had to stop; and for one of
// them when it will be there.
import type { DesktopView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { useUrlState } from '../parts/use-url-state.ts'
import { type Column, VirtualTable } from '../parts/virtual-table.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count, counted } from '../words/quantity.ts'
import { DesktopPanel } from './desktop-panel.tsx'
import { Standing } from './standing.tsx'
import './desktops.css'

export function DesktopsPage() {
  const url = useUrlState()
  const desktops = useApi('listDesktops', {}, { keepPrevious: true })
  const chosen = url.get('desktop')
  const choose = (id: string | undefined) => url.set({ desktop: id })
  return (
    <>
      <PageHead
        title="Desktops"
        lead="A desktop works for the cloud while nobody is at it, and is its user's again within a second. What is not known of it counts as in use."
      />
      <Answer read={desktops} height="40vh" what="the desktops">
        {({ items, lendable, lentHours, interruptions }) =>
          items.length === 0 ? (
            <section className="g-panel">
              <Empty title="No desktop has joined">
                <code>gleaner desktops join-token --host NAME</code> makes the token for one;{' '}
                <code>gleaner agent join</code> on the desktop uses it.
              </Empty>
            </section>
          ) : (
            <div className="g-stack">
              <p>
                <strong className="g-num">
                  {count(lendable)} of {counted(items.filter(({ lends }) => lends).length, 'desktop')}
                </strong>{' '}
                can be lent now. Guests ran there for {hours(lentHours)} and had to stop{' '}
                {counted(interruptions, 'time')}.
              </p>
              <VirtualTable
                label="Desktops"
                columns={columns(choose)}
                total={items.length}
                rowAt={(index) => items[index]}
                keyOf={({ id }) => id}
                minWidth={980}
              />
              {chosen !== undefined && <DesktopPanel id={chosen} onClose={() => choose(undefined)} />}
            </div>
          )
        }
      </Answer>
    </>
  )
}

function columns(choose: (id: string) => void): readonly Column<DesktopView>[] {
  return [
    {
      key: 'host',
      title: 'Desktop',
      width: 'minmax(130px, 1fr)',
      cell: ({ host, hostId }) =>
        hostId === undefined ? host : <Link href={`/hosts/${encodeURIComponent(hostId)}`}>{host}</Link>,
    },
    { key: 'standing', title: 'Stands', width: '130px', cell: ({ standing }) => <Standing standing={standing} /> },
    {
      key: 'since',
      title: 'For',
      width: '90px',
      cell: ({ since }) => (since === undefined ? '' : <RelativeTime at={since} bare />),
    },
    {
      key: 'why',
      title: 'Why',
      width: 'minmax(180px, 2.4fr)',
      cell: ({ reason }) => <span title={reason?.sentence}>{reason?.sentence ?? ''}</span>,
    },
    {
      key: 'guests',
      title: 'Guests',
      width: '80px',
      right: true,
      cell: ({ guests }) => <span className="g-num">{count(guests.running + guests.paused)}</span>,
    },
    {
      key: 'lent',
      title: 'Lent',
      width: '90px',
      right: true,
      cell: ({ lentHours }) => <span className="g-num">{hours(lentHours)}</span>,
    },
    {
      key: 'stopped',
      title: 'Stopped',
      width: '90px',
      right: true,
      cell: ({ interruptions }) => <span className="g-num">{count(interruptions)}</span>,
    },
    {
      key: 'more',
      title: 'Forecast',
      width: '80px',
      cell: ({ id, host }) => (
        <Button variant="link" isInline aria-label={`show the forecast of ${host}`} onClick={() => choose(id)}>
          show
        </Button>
      ),
    },
  ]
}

function hours(value: number): string {
  return `${value < 10 ? value.toFixed(1) : count(Math.round(value))} h`
}
