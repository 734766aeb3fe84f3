// Every host that can be reserved, with its calendar. A lease is booked on all of its hosts or on none.
import type { HostId, LeaseId, Sizes } from '@gleaner/model'
import { type Booking, HostCalendar } from './host-calendar.ts'
import type { HostProperties } from './host-properties.ts'

export interface ReservableHost {
  readonly id: HostId
  readonly name: string
  readonly capacity: Sizes
  readonly properties: HostProperties
  /** Why nothing new is promised on it now; undefined when it may be reserved. */
  readonly closed: string | undefined
}

export interface HostBooking extends Booking {
  readonly hostId: HostId
}

export class ReservationBook {
  readonly hosts: readonly ReservableHost[]
  readonly calendars: readonly HostCalendar[]
  readonly #positions: ReadonlyMap<HostId, number>
  readonly #hostsOf = new Map<LeaseId, Set<number>>()
  #revision = 0

  /** Hosts in the order in which they are chosen among equals. */
  constructor(hosts: readonly ReservableHost[]) {
    this.hosts = hosts
    this.calendars = hosts.map(({ capacity }) => new HostCalendar(capacity))
    this.#positions = new Map(hosts.map(({ id }, at) => [id, at]))
  }

  /** Another number whenever a booking may have come or gone: the same number, the same answers. */
  get revision(): number {
    return this.#revision
  }

  positionOf(hostId: HostId): number | undefined {
    return this.#positions.get(hostId)
  }

  /** Those it clashes with; empty when all of it was booked. A host that is gone has no calendar and refuses nothing. */
  book(bookings: readonly HostBooking[]): readonly Booking[] {
    const leaseId = bookings[0]?.leaseId
    this.#revision++
    for (const booking of bookings) {
      const at = this.#positions.get(booking.hostId)
      if (at === undefined) continue
      const clashes = this.calendars[at]?.book(booking) ?? []
      if (clashes.length > 0) {
        if (leaseId !== undefined) this.release(leaseId)
        return clashes
      }
      const known = this.#hostsOf.get(booking.leaseId) ?? new Set()
      this.#hostsOf.set(booking.leaseId, known.add(at))
    }
    return []
  }

  release(leaseId: LeaseId): void {
    this.#revision++
    for (const at of this.#hostsOf.get(leaseId) ?? []) this.calendars[at]?.release(leaseId)
    this.#hostsOf.delete(leaseId)
  }
}
