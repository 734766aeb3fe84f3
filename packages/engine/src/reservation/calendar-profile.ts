// The bookings of one host as steps over time: between two neighbouring moments nothing changes. Made anew when a booking
// comes or goes (a host has tens of them, not thousands), so that no rounding adds up and every question is a short walk.
import type { Sizes } from '@gleaner/model'
import type { Booking } from './host-calendar.ts'

/** Where sizes are compared, a millionth of a unit is nothing: a sum must not fail by its last bit. */
const slack = 1e-6

export class Profile {
  readonly #starts: readonly number[]
  /** Per segment how many bookings it has, and how many of them are on the whole host. */
  readonly #counts: readonly number[]
  readonly #wholes: readonly number[]
  readonly #used: readonly number[]

  constructor(parts: {
    readonly starts: readonly number[]
    readonly counts: readonly number[]
    readonly wholes: readonly number[]
    readonly used: readonly number[]
  }) {
    this.#starts = parts.starts
    this.#counts = parts.counts
    this.#wholes = parts.wholes
    this.#used = parts.used
  }

  get length(): number {
    return this.#starts.length
  }

  /** -Infinity for the first segment, Infinity behind the last. */
  startOf(at: number): number {
    return this.#starts[at] ?? Number.POSITIVE_INFINITY
  }

  segmentAt(atMs: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= atMs) low = middle
      else high = middle - 1
    }
    return low
  }

  isEmpty(at: number): boolean {
    return this.#counts[at] === 0
  }

  isWhole(at: number): boolean {
    return this.#wholes[at] !== 0
  }

  /** How many times the sizes fit beside what is used. */
  timesIn(at: number, sizes: Sizes, capacity: Sizes): number {
    let times = Number.POSITIVE_INFINITY
    for (const d of [0, 1, 2] as const) {
      if (sizes[d] === 0) continue
      times = Math.min(times, Math.floor((capacity[d] - (this.#used[at * 3 + d] as number) + slack) / sizes[d]))
    }
    return Math.max(0, times)
  }
}

export function buildProfile(bookings: readonly Booking[]): Profile {
  const moments = new Set<number>([Number.NEGATIVE_INFINITY])
  for (const { span } of bookings) {
    moments.add(span.startMs)
    if (Number.isFinite(span.endMs)) moments.add(span.endMs)
  }
  const starts = [...moments].sort((a, b) => a - b)
  const positions = new Map(starts.map((start, at) => [start, at]))
  const counts = starts.map(() => 0)
  const wholes = starts.map(() => 0)
  const used = Array.from({ length: starts.length * 3 }, () => 0)
  for (const { span, need } of bookings) {
    const end = positions.get(span.endMs) ?? starts.length
    for (let at = positions.get(span.startMs) ?? 0; at < end; at++) {
      counts[at] = (counts[at] ?? 0) + 1
      if (need === 'whole') wholes[at] = (wholes[at] ?? 0) + 1
      else for (const d of [0, 1, 2] as const) used[at * 3 + d] = (used[at * 3 + d] ?? 0) + need[d]
    }
  }
  return new Profile({ starts, counts, wholes, used })
}
