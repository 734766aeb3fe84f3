// What the sweep finds, found by trying every moment: for histories so small that one can. Times are small whole numbers,
// and whether something fits is counted moment by moment, without calendars.
import type { LeaseWish, Sizes } from '@gleaner/model'
import type { Booking, Need } from '../host-calendar.ts'

export interface SmallHost {
  readonly capacity: Sizes
  readonly bookings: readonly Booking[]
}

/** How many times the need fits on the host at every moment of the span. */
function fits(
  { capacity, bookings }: SmallHost,
  need: Need,
  { from, to }: { readonly from: number; readonly to: number },
) {
  let least = 1000
  for (let moment = from; moment < to; moment++) {
    const there = bookings.filter(({ span }) => span.startMs <= moment && moment < span.endMs)
    if (need === 'whole') least = Math.min(least, there.length === 0 ? 1 : 0)
    else if (there.some((booking) => booking.need === 'whole')) least = 0
    else
      for (const d of [0, 1, 2] as const) {
        const used = there.reduce((sum, booking) => sum + (booking.need === 'whole' ? 0 : booking.need[d]), 0)
        if (need[d] > 0) least = Math.min(least, Math.floor((capacity[d] - used) / need[d]))
      }
  }
  return Math.max(0, least)
}

export function enoughAt(
  hosts: readonly SmallHost[],
  wish: LeaseWish,
  span: { readonly from: number; readonly to: number },
) {
  if (wish.kind === 'hosts') return hosts.filter((host) => fits(host, 'whole', span) > 0).length >= wish.min
  const counts = hosts.map((host) => fits(host, wish.size, span))
  if (wish.affinity === 'together') return counts.some((count) => count >= wish.amount)
  if (wish.affinity === 'apart') return counts.filter((count) => count > 0).length >= wish.amount
  return counts.reduce((sum, count) => sum + count, 0) >= wish.amount
}

export function earliestByTrying(
  hosts: readonly SmallHost[],
  wish: LeaseWish,
  stay: { readonly fromMs: number; readonly untilMs: number; readonly durationMs: number },
): number | undefined {
  for (let from = stay.fromMs; from + stay.durationMs <= stay.untilMs; from++)
    if (enoughAt(hosts, wish, { from, to: from + stay.durationMs })) return from
  return undefined
}
