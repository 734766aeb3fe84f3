// Leases as a calendar file (iCalendar, RFC 5545), for the calendars people have already. One event per lease under an id
// that stays, so that a lease that moves moves there too; what was called off is told as cancelled. Times are UTC.
import type { LeaseState, LeaseView } from '@gleaner/model'

const statuses: Readonly<Record<LeaseState, string>> = {
  waiting: 'TENTATIVE',
  proposed: 'TENTATIVE',
  pending: 'CONFIRMED',
  active: 'CONFIRMED',
  ended: 'CONFIRMED',
  cancelled: 'CANCELLED',
  lapsed: 'CANCELLED',
}

export function leaseFeed(leases: readonly LeaseView[]): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Gleaner//Leases//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'X-WR-CALNAME:Leases',
    ...leases.flatMap(eventOf),
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n')
}

function eventOf({ id, name, project, cloud, state, start, end, updatedAt, by, reservations }: LeaseView): string[] {
  const hosts = [...new Set(reservations.flatMap((reservation) => reservation.hosts))]
  const words = [`${state}, for ${project} on ${cloud}, asked for by ${by}`, `Hosts: ${hosts.join(', ') || 'none'}`]
  return [
    'BEGIN:VEVENT',
    `UID:${id}@gleaner`,
    `DTSTAMP:${stamp(updatedAt)}`,
    `LAST-MODIFIED:${stamp(updatedAt)}`,
    // Seconds since 1970: a later change has a larger number, as RFC 5545 (3.8.7.4) wants it.
    `SEQUENCE:${Math.floor(Date.parse(updatedAt) / 1000)}`,
    `DTSTART:${stamp(start)}`,
    // RFC 5545 (3.8.2.2) wants it later than the start; without it the event ends when it begins.
    ...(stamp(end) === stamp(start) ? [] : [`DTEND:${stamp(end)}`]),
    `STATUS:${statuses[state]}`,
    `SUMMARY:${text(`${name} (${project})`)}`,
    `LOCATION:${text(hosts.slice(0, 20).join(', '))}`,
    `DESCRIPTION:${text(words.join('\n'))}`,
    'END:VEVENT',
  ]
}

/** 20260304T120000Z; an end within a second of the start would be empty, but leases are longer than that. */
function stamp(time: string): string {
  return `${time.slice(0, 19).replace(/[-:]/g, '')}Z`
}

function text(value: string): string {
  return value
    .replace(/[\\;,]/g, (sign) => `\\${sign}`)
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ')
}

const mostBytes = 75

/** Lines of at most 75 bytes (RFC 5545, 3.1), never cut within a character. */
function folded(line: string): string {
  let bytes = 0
  let out = ''
  for (const sign of line) {
    const size = Buffer.byteLength(sign)
    if (bytes + size > mostBytes) {
      out += '\r\n '
      bytes = 1
    }
    out += sign
    bytes += size
  }
  return out
}
