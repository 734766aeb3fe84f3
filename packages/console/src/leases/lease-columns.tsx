// The leases as a table: the twin of the calendar for the keyboard and the screen reader.
import type { LeaseView } from '@gleaner/model'
import type { Column } from '../parts/virtual-table.tsx'
import { dayTime } from '../time/absolute.ts'
import { count } from '../words/quantity.ts'
import { endText, LeaseStateWord } from './lease-words.tsx'
import { ruleWords } from './recurrence-form.ts'

export function leaseColumns(open: (id: string) => void): readonly Column<LeaseView>[] {
  return [
    {
      key: 'name',
      title: 'Lease',
      width: 'minmax(140px, 2fr)',
      cell: ({ id, name, series }) => (
        <>
          <button type="button" className="g-plain g-link" onClick={() => open(id)}>
            {name}
          </button>
          {series !== undefined && (
            <span className="g-quiet" role="img" aria-label="one of a series" title={ruleWords(series.rule)}>
              {' '}
              ↻
            </span>
          )}
        </>
      ),
    },
    { key: 'project', title: 'Project', width: 'minmax(110px, 1fr)', cell: ({ project }) => project },
    { key: 'state', title: 'State', width: '110px', cell: ({ state }) => <LeaseStateWord state={state} /> },
    { key: 'start', title: 'From', width: 'minmax(124px, 1.3fr)', cell: ({ start }) => dayTime(Date.parse(start)) },
    { key: 'end', title: 'To', width: 'minmax(124px, 1.3fr)', cell: (lease) => endText(lease) },
    {
      key: 'count',
      title: 'Hosts',
      width: '70px',
      right: true,
      cell: ({ reservations, state }) => (state === 'waiting' ? '' : count(hostsOf(reservations).length)),
    },
    {
      key: 'hosts',
      title: 'Which',
      width: 'minmax(140px, 2fr)',
      cell: ({ reservations, waiting }) =>
        waiting === undefined ? hostsOf(reservations).join(', ') : waitingText(waiting),
    },
    { key: 'by', title: 'Asked for by', width: 'minmax(100px, 1fr)', cell: ({ by }) => by },
  ]
}

export function hostsOf(reservations: LeaseView['reservations']): readonly string[] {
  return [...new Set(reservations.flatMap(({ hosts }) => hosts))]
}

function waitingText({ position, of }: NonNullable<LeaseView['waiting']>): string {
  return `number ${position} of ${of} on the waitlist`
}
