// What is promised of one host over time: half-open intervals, each on the whole host or on a part of its room. Guarantees
// that nothing is ever promised twice: a booking that does not fit is refused with those it clashes with, and books nothing.
// Knows nothing of who may book, of other hosts, or of what time it is.
import { type Interval, type LeaseId, overlaps, type ReservationId, type Sizes } from '@gleaner/model'
import { buildProfile, type Profile } from './calendar-profile.ts'

/** All of the host, or so much of it. */
export type Need = 'whole' | Sizes

export interface Booking {
  readonly leaseId: LeaseId
  readonly reservationId: ReservationId
  readonly span: Interval
  readonly need: Need
}

/** Starts from `firstMs` to `lastMs`, both included: a stay that begins at any of them fits. */
export interface Starts {
  readonly firstMs: number
  readonly lastMs: number
}

/** A stay of this length, begun at `fromMs` or later and over at `untilMs` or before. */
export interface Stay {
  readonly fromMs: number
  readonly untilMs: number
  readonly durationMs: number
}

export class HostCalendar {
  readonly capacity: Sizes
  #bookings: Booking[] = []
  #profile: Profile | undefined

  constructor(capacity: Sizes) {
    this.capacity = capacity
  }

  get bookings(): readonly Booking[] {
    return this.#bookings
  }

  /** Those it clashes with; empty when it was booked. */
  book(booking: Booking): readonly Booking[] {
    if (this.fits(booking.span, booking.need, 1) === 0) return this.clashes(booking.span, booking.need)
    this.#bookings.push(booking)
    this.#profile = undefined
    return []
  }

  release(leaseId: LeaseId): void {
    this.#bookings = this.#bookings.filter((booking) => booking.leaseId !== leaseId)
    this.#profile = undefined
  }

  /** How many times the need fits throughout the span, at most `most`. */
  fits(span: Interval, need: Need, most: number): number {
    const profile = this.#built()
    let fits = most
    for (let at = profile.segmentAt(span.startMs); fits > 0 && profile.startOf(at) < span.endMs; at++)
      fits = Math.min(fits, this.#fitsIn(profile, at, need))
    return fits
  }

  /** Bookings that stand in the way of this need at some moment of the span, earliest first; empty when it fits. */
  clashes(span: Interval, need: Need): readonly Booking[] {
    if (this.fits(span, need, 1) > 0) return []
    return this.#bookings.filter((booking) => overlaps(booking.span, span)).sort(byTime)
  }

  /** The booking that begins first of those that touch the span. */
  firstIn(span: Interval): Booking | undefined {
    let first: Booking | undefined
    for (const booking of this.#bookings)
      if (overlaps(booking.span, span) && (first === undefined || byTime(booking, first) < 0)) first = booking
    return first
  }

  /** The earliest run of starts at which `times` the need fits for the whole stay; undefined when there is none. */
  nextStarts({ fromMs, untilMs, durationMs }: Stay, need: Need, times: number): Starts | undefined {
    const profile = this.#built()
    const lastMs = durationMs === Number.POSITIVE_INFINITY ? durationMs : untilMs - durationMs
    let beganMs: number | undefined
    for (let at = profile.segmentAt(fromMs); at < profile.length; at++) {
      const startMs = Math.max(profile.startOf(at), fromMs)
      if (this.#fitsIn(profile, at, need) >= times) {
        beganMs ??= startMs
        continue
      }
      if (beganMs !== undefined && startMs - durationMs >= beganMs)
        return beganMs > lastMs ? undefined : { firstMs: beganMs, lastMs: Math.min(lastMs, startMs - durationMs) }
      beganMs = undefined
      if (startMs > lastMs) return undefined
    }
    return beganMs === undefined || beganMs > lastMs ? undefined : { firstMs: beganMs, lastMs }
  }

  /** The run of time around a free span in which the host is wholly free; the span itself must be. */
  freeAround(span: Interval): Interval {
    const profile = this.#built()
    const at = profile.segmentAt(span.startMs)
    let first = at
    while (first > 0 && profile.isEmpty(first - 1)) first--
    let after = at
    while (after < profile.length && profile.isEmpty(after)) after++
    return { startMs: profile.startOf(first), endMs: profile.startOf(after) }
  }

  /** How long, from this moment on, the need fits so many times: the end of that time, the moment itself if not at all. */
  fitsUntilMs(fromMs: number, need: Need, times: number): number {
    const profile = this.#built()
    let at = profile.segmentAt(fromMs)
    while (at < profile.length && this.#fitsIn(profile, at, need) >= times) at++
    return Math.max(fromMs, profile.startOf(at))
  }

  /** When the first booking ends after this moment; Infinity when none does. */
  nextEndMs(afterMs: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const { span } of this.#bookings) if (span.endMs > afterMs) next = Math.min(next, span.endMs)
    return next
  }

  #fitsIn(profile: Profile, at: number, need: Need): number {
    if (need === 'whole') return profile.isEmpty(at) ? 1 : 0
    return profile.isWhole(at) ? 0 : profile.timesIn(at, need, this.capacity)
  }

  #built(): Profile {
    this.#profile ??= buildProfile(this.#bookings)
    return this.#profile
  }
}

function byTime({ span: a }: Booking, { span: b }: Booking): number {
  return a.startMs - b.startMs || a.endMs - b.endMs
}
