// A lease that runs grows and shrinks: what it has it keeps as far as it may, more is found from now to its end, and what is
// too much is given back. A host on which the project still has instances is given back by nobody but the project itself.
import { unitsOf } from '@gleaner/engine'
import { GleanerError, type Lease, type LeaseReservation, type LeaseShare, type LeaseWish } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { hostPreferences } from './host-preferences.ts'
import { readFilter } from './lease-request.ts'
import { refusalWords } from './refusal-words.ts'

/** Sum of what is had: hosts, instances, or 1 for instances that stay together. */
function unitsHad({ shares }: Pick<LeaseReservation, 'shares'>): number {
  return shares.reduce((sum, { units }) => sum + units, 0)
}

/** `lease`: as it will be with what was resized before this reservation. */
export function resizedRunning(
  runtime: Runtime,
  lease: Lease,
  { before, after }: { readonly before: LeaseReservation; readonly after: LeaseReservation },
): LeaseReservation {
  checkKeeps(before.wish, after.wish, lease)
  const had = unitsHad(before)
  const { min, max } = unitsOf(after.wish)
  if (had > max) return { ...after, shares: givenBack(runtime, lease, { shares: before.shares, most: max }) }
  if (had === max) return { ...after, shares: before.shares }
  const more = moreOf(runtime, lease, { reservation: after, least: Math.max(1, min - had), most: max - had })
  if (more.shares !== undefined) return { ...after, shares: merged(before.shares, more.shares) }
  if (had >= min) return { ...after, shares: before.shares }
  throw new GleanerError('lease-no-slot', { detail: more.refusal })
}

function checkKeeps(before: LeaseWish, after: LeaseWish, { name }: Lease): void {
  if (before.kind !== 'instances' || after.kind !== 'instances') return
  const keeps = before.size.every((value, d) => value === after.size[d]) && before.affinity === after.affinity
  if (!keeps)
    throw new GleanerError(
      'conflict',
      {
        detail: `The lease "${name}" has begun; the size of its instances does not change any more, only their number does.`,
      },
      { remedy: 'Make another lease for instances of another size.' },
    )
  if (after.affinity !== undefined && before.amount !== after.amount)
    throw new GleanerError(
      'conflict',
      {
        detail: `The lease "${name}" has begun; instances that are ${after.affinity} keep their number.`,
      },
      { remedy: 'Make another lease for more of them.' },
    )
}

/** What has fewest instances of the project goes first; hosts that are not empty stay. */
function givenBack(
  { state }: Runtime,
  lease: Lease,
  { shares, most }: { readonly shares: readonly LeaseShare[]; readonly most: number },
): readonly LeaseShare[] {
  const snapshot = state.clouds.get(lease.cloudId)?.snapshot
  const guestsOn = ({ hostId }: LeaseShare) =>
    (snapshot?.instancesOfHost.get(hostId) ?? []).filter(({ projectId }) => projectId === lease.projectId).length
  const kept: LeaseShare[] = []
  let left = most
  for (const share of [...shares].sort((a, b) => guestsOn(b) - guestsOn(a))) {
    const units = Math.min(share.units, left)
    left -= units
    if (units > 0) kept.push({ ...share, units })
    else if (guestsOn(share) > 0)
      throw new GleanerError(
        'conflict',
        {
          detail: `The project still has instances on ${share.host}.`,
        },
        { remedy: `Empty ${shares.length - most} of the hosts of "${lease.name}" first.` },
      )
  }
  return shares.flatMap(({ hostId }) => kept.filter((share) => share.hostId === hostId))
}

interface More {
  readonly reservation: LeaseReservation
  readonly least: number
  readonly most: number
}

type Found =
  | { readonly shares: readonly LeaseShare[]; readonly refusal?: undefined }
  | { readonly shares?: undefined; readonly refusal: string }

function moreOf(runtime: Runtime, lease: Lease, { reservation, least, most }: More): Found {
  const { leases, clock } = runtime
  const book = leases.bookOf(lease.cloudId)
  if (book === undefined) throw new GleanerError('not-ready', { detail: `${lease.cloudId} has not been read yet` })
  const { wish, filter } = reservation
  const nowMs = clock.nowMs()
  const properties = book.hosts.map((host) => host.properties)
  const question = {
    nowMs,
    window: { startMs: nowMs, endMs: lease.span.endMs },
    durationMs: undefined,
    ...hostPreferences(runtime, lease),
    reservations: [
      {
        wish: wish.kind === 'hosts' ? ({ kind: 'hosts', min: least, max: most } as const) : { ...wish, amount: most },
        filter: readFilter(filter, properties),
      },
    ],
  }
  const slot = leases.planBeside(book, question, lease)
  if (!slot.found) return { refusal: refusalWords(slot) }
  const shares = (slot.shares[0] ?? []).flatMap(({ host, units }): LeaseShare[] => {
    const chosen = book.hosts[host]
    return chosen === undefined ? [] : [{ hostId: chosen.id, host: chosen.name, units }]
  })
  return { shares }
}

function merged(shares: readonly LeaseShare[], more: readonly LeaseShare[]): readonly LeaseShare[] {
  const all = new Map(shares.map((share) => [share.hostId, share]))
  for (const share of more)
    all.set(share.hostId, { ...share, units: share.units + (all.get(share.hostId)?.units ?? 0) })
  return [...all.values()]
}
