// What the calendar says of one host from now on, as far as switching it off is concerned.
import type { HostId } from '@gleaner/model'
import type { ReservationBook } from '../../reservation/reservation-book.ts'

export interface HostPromise {
  /** A lease has the host, or room on it, now. */
  readonly isActive: boolean
  /** When the next one begins; Infinity when none is known. */
  readonly nextStartMs: number
}

export const noPromise: HostPromise = { isActive: false, nextStartMs: Number.POSITIVE_INFINITY }

/** Proposals count: whoever was offered a host may take it. A host that the calendar does not know is promised to nobody. */
export function promiseOf(book: ReservationBook, hostId: HostId, nowMs: number): HostPromise {
  const at = book.positionOf(hostId)
  const bookings = at === undefined ? undefined : book.calendars[at]?.bookings
  if (bookings === undefined || bookings.length === 0) return noPromise
  let isActive = false
  let nextStartMs = Number.POSITIVE_INFINITY
  for (const { span } of bookings) {
    if (span.endMs <= nowMs) continue
    if (span.startMs <= nowMs) isActive = true
    else nextStartMs = Math.min(nextStartMs, span.startMs)
  }
  return { isActive, nextStartMs }
}
