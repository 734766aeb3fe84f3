// Hosts of a lease are replaced by others that are as good: same reservation, same condition, same times from now on. As many
// as can be had at this moment; where there is none in place of a host, the lease keeps it, for it may come back.
import {
  GleanerError,
  type HostId,
  type Lease,
  type LeaseReservation,
  type LeaseShare,
  type LeaseSwap,
} from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { hostPreferences } from './host-preferences.ts'
import { readFilter } from './lease-request.ts'

export interface SwapQuestion {
  readonly lease: Lease
  readonly broken: ReadonlySet<HostId>
  readonly because: string
}

export interface Swapped {
  /** The same object when nothing was found. */
  readonly lease: Lease
  /** Names of hosts in whose place there is none. */
  readonly missing: readonly string[]
}

/** More than this is a history for the audit, not for the lease. */
export const mostSwaps = 50

export function swapHosts(runtime: Runtime, { lease, broken, because }: SwapQuestion): Swapped {
  const nowMs = runtime.clock.nowMs()
  const swaps: LeaseSwap[] = []
  const missing: string[] = []
  let after = lease
  for (const [at, { id }] of lease.reservations.entries()) {
    for (const share of lease.reservations[at]?.shares.filter(({ hostId }) => broken.has(hostId)) ?? []) {
      const reservation = after.reservations[at] as LeaseReservation
      const found = replacement(runtime, after, { reservation, share, broken, nowMs })
      if (found === undefined) {
        missing.push(share.host)
        continue
      }
      const shares = [...reservation.shares.filter(({ hostId }) => hostId !== share.hostId), ...found]
      after = {
        ...after,
        reservations: after.reservations.map((one, nth) => (nth === at ? { ...one, shares } : one)),
      }
      swaps.push({ atMs: nowMs, reservationId: id, from: share.host, to: found.map(({ host }) => host), because })
    }
  }
  if (swaps.length === 0) return { lease, missing }
  return {
    lease: { ...after, updatedAtMs: nowMs, swaps: [...(lease.swaps ?? []), ...swaps].slice(-mostSwaps) },
    missing,
  }
}

interface Lost {
  readonly reservation: LeaseReservation
  readonly share: LeaseShare
  readonly broken: ReadonlySet<HostId>
  readonly nowMs: number
}

function replacement(
  runtime: Runtime,
  lease: Lease,
  { reservation, share, broken, nowMs }: Lost,
): readonly LeaseShare[] | undefined {
  const { leases } = runtime
  const book = leases.bookOf(lease.cloudId)
  if (book === undefined) throw new GleanerError('not-ready', { detail: `${lease.cloudId} has not been read yet` })
  const { wish, filter, shares } = reservation
  const properties = book.hosts.map((host) => host.properties)
  // What was found for another host of the same lease is on no calendar yet; instances apart go to hosts of their own.
  const isOwn = wish.kind === 'hosts' || wish.affinity === 'apart'
  const avoid = new Set([...broken, ...(isOwn ? allHosts(lease) : shares.map(({ hostId }) => hostId))])
  const slot = leases.plan(book, {
    nowMs,
    window: { startMs: Math.max(lease.span.startMs, nowMs), endMs: lease.span.endMs },
    durationMs: undefined,
    ...hostPreferences(runtime, lease),
    reservations: [
      {
        wish:
          wish.kind === 'hosts'
            ? { kind: 'hosts', min: share.units, max: share.units }
            : { ...wish, amount: wish.affinity === 'together' ? wish.amount : share.units },
        filter: readFilter(filter, properties),
        avoid,
      },
    ],
  })
  if (!slot.found) return undefined
  return (slot.shares[0] ?? []).flatMap(({ host, units }): LeaseShare[] => {
    const chosen = book.hosts[host]
    return chosen === undefined ? [] : [{ hostId: chosen.id, host: chosen.name, units }]
  })
}

function allHosts({ reservations }: Lease): readonly HostId[] {
  return reservations.flatMap(({ shares }) => shares.map(({ hostId }) => hostId))
}
