// What is asked when a lease is planned, and which hosts each of its reservations could be on at any time.
import type { HostId, Interval, LeaseWish } from '@gleaner/model'
import type { HostCalendar } from './host-calendar.ts'
import { matchesFilter, type PropertyFilter } from './property-filter.ts'
import type { ReservationBook } from './reservation-book.ts'
import { unitsOf, type WishUnits } from './wish.ts'

export interface LeaseQuestion {
  readonly nowMs: number
  readonly window: Interval
  /** Undefined: the lease fills the window. */
  readonly durationMs: number | undefined
  /** It is renewed as long as nobody comes after it: hosts where that is late are taken first. */
  readonly isRenewed?: boolean
  readonly reservations: readonly ReservationQuestion[]
  /** How many would have to leave a whole host, weighed: among hosts that are free those with fewest are taken. */
  readonly burdenOf?: (hostId: HostId) => number
  /** Work per watt, above 0, undefined where it is not known: it decides among hosts that are equal otherwise. */
  readonly efficiencyOf?: (hostId: HostId) => number | undefined
}

export interface ReservationQuestion {
  readonly wish: LeaseWish
  /** Undefined: any host. */
  readonly filter: PropertyFilter | undefined
  /** Hosts that are not wanted, whatever they have. */
  readonly avoid?: ReadonlySet<HostId>
}

/** One reservation with the hosts it could be on at any time. */
export interface Prepared {
  readonly units: WishUnits
  readonly candidates: readonly number[]
  readonly calendars: readonly HostCalendar[]
}

/** Hosts that could hold at least one unit if they were free, that are open, and that have the properties. */
export function prepare(book: ReservationBook, { wish, filter, avoid }: ReservationQuestion): Prepared {
  const units = unitsOf(wish)
  const candidates: number[] = []
  for (const [at, host] of book.hosts.entries()) {
    if (avoid?.has(host.id) === true) continue
    if (host.closed !== undefined || !isLargeEnough(host.capacity, units)) continue
    if (filter === undefined || matchesFilter(filter, host.properties)) candidates.push(at)
  }
  return { units, candidates, calendars: candidates.map((at) => book.calendars[at] as HostCalendar) }
}

export function isLargeEnough(capacity: readonly number[], { need }: WishUnits): boolean {
  return need === 'whole' || need.every((size, d) => size <= (capacity[d] ?? 0))
}
