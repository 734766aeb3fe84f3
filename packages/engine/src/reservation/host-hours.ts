// What a lease takes of a quota: hosts times the hours it has them. Room for instances counts as the part of its host that
// nobody else can have any more: the largest of its shares of vcpus, memory and disk (dominant share; Ghodsi et al., NSDI 2011).
import type { HostId, Interval, Lease, Sizes } from '@gleaner/model'

export interface HostHours {
  /** Of what the hosts can hold; a host that is gone counts whole. */
  readonly capacityOf: (hostId: HostId) => Sizes | undefined
}

const hourMs = 3_600_000

/** Hosts a lease has at every moment of its span; parts of hosts add up. */
export function hostsHeld({ reservations }: Pick<Lease, 'reservations'>, { capacityOf }: HostHours): number {
  let held = 0
  for (const { wish, shares } of reservations)
    for (const { hostId, units } of shares) {
      if (wish.kind === 'hosts') {
        held += 1
        continue
      }
      const count = wish.affinity === 'together' ? units * wish.amount : units
      held += dominantShare(wish.size, capacityOf(hostId), count)
    }
  return held
}

function dominantShare(size: Sizes, capacity: Sizes | undefined, count: number): number {
  if (capacity === undefined) return 1
  let share = 0
  for (const d of [0, 1, 2] as const)
    if (capacity[d] > 0 && Number.isFinite(capacity[d])) share = Math.max(share, (size[d] * count) / capacity[d])
  return Math.min(1, share)
}

export function hoursWithin(span: Interval, period: Interval): number {
  return Math.max(0, Math.min(span.endMs, period.endMs) - Math.max(span.startMs, period.startMs)) / hourMs
}

/** Host-hours within a period of all leases together. */
export function hostHoursIn(leases: Iterable<Lease>, period: Interval, hosts: HostHours): number {
  let sum = 0
  for (const lease of leases) {
    const hours = hoursWithin(lease.span, period)
    if (hours > 0) sum += hours * hostsHeld(lease, hosts)
  }
  return sum
}
