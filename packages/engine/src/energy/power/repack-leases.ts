// Leases to come are moved to other hosts where that lets hosts sleep longer or does the work with less: beside other leases, so
// that a host is woken once for several; to hosts that are on anyway; to hosts that draw less. Nobody is disturbed: who
// calls offers only leases that begin late enough, everything moves as it was promised (same times, as many, the same
// condition), and what is promised stays promised throughout. Books nothing.
//
// A greedy descent: share by share, earliest lease first, each goes where the whole costs least (calendar-energy.ts), until no
// move saves enough. Each move makes the whole cheaper by at least the least that counts, so it ends. It is not optimal:
// two that would have to move together stay where they are.
import type { HostId, Lease, LeaseReservation, LeaseShare } from '@gleaner/model'
import type { HostBooking, ReservationBook } from '../../reservation/reservation-book.ts'
import type { HostCalendar } from '../../reservation/host-calendar.ts'
import { prepare } from '../../reservation/lease-question.ts'
import type { PropertyFilter } from '../../reservation/property-filter.ts'
import { unitsOf } from '../../reservation/wish.ts'
import { calendarEnergyJ, type HostDraw, type Promised } from './calendar-energy.ts'

export interface RepackQuestion {
  readonly book: ReservationBook
  /** Those that may move; all of them are in the book. */
  readonly leases: readonly Lease[]
  readonly filterOf: (reservation: LeaseReservation) => PropertyFilter | undefined
  readonly drawOf: (hostId: HostId) => HostDraw
  readonly nowMs: number
  /** A move that saves less is not worth it. */
  readonly leastSavedJ: number
  readonly mostMoves: number
  /** Other hosts looked at, over all shares; the earliest leases come first. */
  readonly mostLooks: number
}

export interface LeaseMove {
  readonly lease: Lease
  readonly reservation: LeaseReservation
  readonly share: LeaseShare
  readonly to: { readonly hostId: HostId; readonly host: string }
  readonly savedJ: number
}

/** In the order in which they can be made, one after the other; no share moves twice. */
export function repackLeases(question: RepackQuestion): readonly LeaseMove[] {
  const packing = new Packing(question)
  try {
    return packing.run()
  } finally {
    packing.undo()
  }
}

interface Place {
  readonly lease: Lease
  readonly reservation: LeaseReservation
  readonly share: LeaseShare
  readonly candidates: readonly number[]
}

class Packing {
  readonly #question: RepackQuestion
  readonly #energyJ = new Map<number, number>()
  readonly #moved: { readonly from: number; readonly to: number; readonly bookings: readonly HostBooking[] }[] = []
  #looks = 0

  constructor(question: RepackQuestion) {
    this.#question = question
  }

  run(): readonly LeaseMove[] {
    const { mostMoves } = this.#question
    const moves: LeaseMove[] = []
    const places = this.#places()
    for (let found = true; found && moves.length < mostMoves; ) {
      found = false
      for (const place of places) {
        if (moves.length >= mostMoves) break
        const move = this.#best(place)
        if (move === undefined) continue
        moves.push(move)
        places.delete(place)
        found = true
      }
    }
    return moves
  }

  /** The book as it was. */
  undo(): void {
    for (const { from, to, bookings } of this.#moved.toReversed()) this.#carry(to, from, bookings)
  }

  #places(): Set<Place> {
    const { book, leases, filterOf } = this.#question
    const byStart = leases.toSorted((a, b) => a.span.startMs - b.span.startMs || (a.id < b.id ? -1 : 1))
    return new Set(
      byStart.flatMap((lease) => {
        const own = new Set(lease.reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId)))
        return lease.reservations.flatMap((reservation) => {
          const { wish, shares } = reservation
          const { candidates } = prepare(book, { wish, filter: filterOf(reservation), avoid: own })
          return shares.map((share) => ({ lease, reservation, share, candidates }))
        })
      }),
    )
  }

  #best({ lease, reservation, share, candidates }: Place): LeaseMove | undefined {
    const { book, leastSavedJ, mostLooks } = this.#question
    const from = book.positionOf(share.hostId)
    if (from === undefined) return undefined
    const { need } = unitsOf(reservation.wish)
    const own = this.#calendar(from).bookings.filter(
      ({ leaseId, reservationId }) => leaseId === lease.id && reservationId === reservation.id,
    )
    // A calendar that does not hold it as the lease says is not the one to move it on.
    if (own.length !== share.units) return undefined
    const taken = this.#calendar(from).bookings.filter((booking) => !own.includes(booking))
    const leftJ = this.#energyNow(from) - this.#energyOf(from, taken)
    let best: { readonly to: number; readonly savedJ: number } | undefined
    for (const to of candidates) {
      if (this.#looks++ >= mostLooks) break
      // Moved meanwhile by another share of this lease.
      if (this.#calendar(to).bookings.some(({ leaseId }) => leaseId === lease.id)) continue
      if (this.#calendar(to).fits(lease.span, need, share.units) < share.units) continue
      const addedJ = this.#energyOf(to, [...this.#calendar(to).bookings, ...own]) - this.#energyNow(to)
      const savedJ = leftJ - addedJ
      if (savedJ >= leastSavedJ && savedJ > (best?.savedJ ?? 0)) best = { to, savedJ }
    }
    const host = best === undefined ? undefined : book.hosts[best.to]
    if (best === undefined || host === undefined) return undefined
    const bookings = own.map((booking) => ({ ...booking, hostId: host.id }))
    this.#carry(from, best.to, bookings)
    this.#moved.push({ from, to: best.to, bookings })
    return { lease, reservation, share, to: { hostId: host.id, host: host.name }, savedJ: best.savedJ }
  }

  #carry(from: number, to: number, bookings: readonly HostBooking[]): void {
    const [first] = bookings
    if (first === undefined) return
    const stay = this.#calendar(from).bookings.filter(
      ({ leaseId, reservationId }) => leaseId === first.leaseId && reservationId !== first.reservationId,
    )
    this.#calendar(from).release(first.leaseId)
    for (const booking of stay) this.#calendar(from).book(booking)
    for (const booking of bookings) this.#calendar(to).book(booking)
    this.#energyJ.delete(from)
    this.#energyJ.delete(to)
  }

  #calendar(at: number): HostCalendar {
    return this.#question.book.calendars[at] as HostCalendar
  }

  #energyNow(at: number): number {
    const known = this.#energyJ.get(at) ?? this.#energyOf(at, this.#calendar(at).bookings)
    this.#energyJ.set(at, known)
    return known
  }

  #energyOf(at: number, promised: readonly Promised[]): number {
    const { book, drawOf, nowMs } = this.#question
    const host = book.hosts[at]
    return host === undefined ? 0 : calendarEnergyJ(promised, drawOf(host.id), { nowMs, capacity: host.capacity })
  }
}
