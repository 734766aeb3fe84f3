// A lease changes: other times, other counts, another host. What has begun keeps its start and its hosts; what has not may be
// given others. A change that cannot be leaves the lease as it is and says why.
import { type FoundSlot, moved, type NoSlot } from '@gleaner/engine'
import { GleanerError, isLeaseOpen, type Lease, type LeaseReservation } from '@gleaner/model'
import type { Caller } from '../application.ts'
import { hostPreferences } from '../reservation/host-preferences.ts'
import { LeaseAdmission } from '../reservation/lease-admission.ts'
import {
  checkLeaseName,
  checkTimes,
  checkWhen,
  checkWish,
  type LeaseChange,
  readFilter,
  resizedWish,
} from '../reservation/lease-request.ts'
import { refusalWords } from '../reservation/refusal-words.ts'
import { resizedRunning } from '../reservation/resize-running.ts'
import { swapHosts } from '../reservation/swap-hosts.ts'
import type { Runtime } from '../runtime.ts'
import { changedMeanwhile, mostTries, reservationOf } from './take-lease.ts'
import { leading } from './rooms.ts'
import { foundLease, saveLease } from './save-lease.ts'

export async function swapLeaseHost(
  runtime: Runtime,
  { id, host, caller }: { readonly id: string; readonly host: string; readonly caller: Caller },
): Promise<Lease> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const lease = await foundLease(runtime, id)
  checkOpen(lease)
  const shares = lease.reservations.flatMap((reservation) => reservation.shares)
  const share = shares.find(({ hostId, host: name }) => name === host || hostId === host)
  if (share === undefined)
    throw new GleanerError('not-found', {
      object: `A host "${host}" of the lease "${lease.name}" (it has ${shares.map(({ host: name }) => name).join(', ')})`,
    })
  const snapshot = runtime.state.clouds.get(lease.cloudId)?.snapshot
  const guests = (snapshot?.instancesOfHost.get(share.hostId) ?? []).filter(
    ({ projectId }) => projectId === lease.projectId,
  )
  const works = snapshot?.hosts.some(({ id: of, state }) => of === share.hostId && state === 'up') === true
  if (works && lease.state === 'active' && guests.length > 0)
    throw new GleanerError(
      'conflict',
      {
        detail: `${share.host} works, and the project has ${guests.length} instances on it.`,
      },
      { remedy: 'Move or end them first.' },
    )
  const swap = { lease, broken: new Set([share.hostId]), because: `${caller.name} asked for it` }
  const { lease: after } = swapHosts(runtime, swap)
  if (after === lease)
    throw new GleanerError('lease-no-slot', {
      detail: `No other host that fulfils the same condition is free until ${new Date(lease.span.endMs).toISOString()}.`,
    })
  await saveLease(runtime, fence, { caller, what: 'swap host of lease', lease: after, before: lease })
  return after
}

/** A lease that has begun keeps its start and its hosts; one that has not may be given others. */
export async function changeLease(
  runtime: Runtime,
  { id, change, caller }: { readonly id: string; readonly change: LeaseChange; readonly caller: Caller },
): Promise<Lease> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const first = await foundLease(runtime, id)
  if (change.name !== undefined) checkLeaseName(change.name)
  const { startMs = first.span.startMs, endMs = first.span.endMs } = change
  checkTimes(startMs, endMs)
  const admission = await new LeaseAdmission(runtime, { projectId: first.projectId, by: caller.name }).load({
    startMs: Math.min(startMs, first.span.startMs),
    endMs: Math.max(endMs, first.span.endMs),
  })
  for (let tries = 0; tries < mostTries; tries++) {
    // From here to saveLease() nothing waits.
    const lease = runtime.leases.find(id) ?? first
    const after = changed(runtime, lease, change)
    if (after === lease) return lease
    if (takesMore(lease, after)) {
      admission.check(after, lease)
      if (!admission.isApproved(after)) {
        await admission.approve(after, lease)
        continue
      }
    }
    await saveLease(runtime, fence, { caller, what: 'change lease', lease: after, before: lease })
    return after
  }
  throw changedMeanwhile(first.name)
}

function checkOpen(lease: Lease): void {
  if (!isLeaseOpen(lease))
    throw new GleanerError(
      'conflict',
      {
        detail: `The lease "${lease.name}" is ${lease.state}; it does not change any more.`,
      },
      { remedy: 'Make a new one: gleaner leases create.' },
    )
}

/** A new name alone is nobody's business but the project's. */
function takesMore(before: Lease, after: Lease): boolean {
  return before.span !== after.span || before.reservations !== after.reservations
}

function changed(runtime: Runtime, lease: Lease, change: LeaseChange): Lease {
  checkOpen(lease)
  const nowMs = runtime.clock.nowMs()
  const renamed = change.name === undefined ? lease : { ...lease, name: change.name, updatedAtMs: nowMs }
  const named = change.endMs === undefined || lease.renewal === undefined ? renamed : withEnd(renamed)
  if (lease.state === 'waiting' && (change.startMs ?? change.endMs ?? change.sizes) !== undefined)
    throw new GleanerError(
      'conflict',
      {
        detail: `The lease "${lease.name}" waits for a place.`,
      },
      { remedy: 'Call it off and ask for what you want instead.' },
    )
  const span = { startMs: change.startMs ?? lease.span.startMs, endMs: change.endMs ?? lease.span.endMs }
  // The end of its term becomes its end: the notice that comes before it may be longer now.
  const isGivenEnd = named !== renamed
  const isElsewhere = span.startMs !== lease.span.startMs || span.endMs !== lease.span.endMs
  const sized = resized(named, change.sizes)
  const isResized = sized !== named
  const grown = isResized && lease.state === 'active' ? resizedNow(runtime, { before: lease, after: sized }) : sized
  const mustPlan = isResized && lease.state !== 'active'
  if (isElsewhere || mustPlan) return replanned(runtime, grown, { span, isResized: mustPlan })
  return isGivenEnd ? moved(grown, lease.span, runtime.clock.nowMs()) : grown
}

/** Who is given an end has none that moves. */
function withEnd(lease: Lease): Lease {
  const { renewal: _, ...ending } = lease
  return ending
}

/** The same lease with other counts and conditions; what it has on hosts is still that of before. */
function resized(lease: Lease, sizes: LeaseChange['sizes']): Lease {
  if (sizes === undefined || sizes.size === 0) return lease
  for (const id of sizes.keys())
    if (!lease.reservations.some((reservation) => reservation.id === id))
      throw new GleanerError('not-found', { object: `The reservation ${id} of the lease "${lease.name}"` })
  const reservations = lease.reservations.map((reservation): LeaseReservation => {
    const size = sizes.get(reservation.id)
    if (size === undefined) return reservation
    const wish = resizedWish(reservation.wish, size)
    checkWish(wish)
    return { ...reservation, wish, filter: size.filter ?? reservation.filter }
  })
  return { ...lease, reservations }
}

function resizedNow(runtime: Runtime, { before, after }: { readonly before: Lease; readonly after: Lease }): Lease {
  // One after the other: what the first of them finds the next must not find again.
  let now = before
  for (const [at, old] of before.reservations.entries()) {
    const wanted = after.reservations[at]
    if (wanted === undefined || wanted === old) continue
    const resized = resizedRunning(runtime, now, { before: old, after: wanted })
    now = { ...now, reservations: now.reservations.with(at, resized) }
  }
  return { ...after, reservations: now.reservations, updatedAtMs: runtime.clock.nowMs() }
}

interface Replan {
  readonly span: Lease['span']
  readonly isResized: boolean
}

function replanned(runtime: Runtime, lease: Lease, { span, isResized }: Replan): Lease {
  const { leases, clock } = runtime
  const nowMs = clock.nowMs()
  const book = leases.bookOf(lease.cloudId)
  if (book === undefined) throw new GleanerError('not-ready', { detail: `${lease.cloudId} has not been read yet` })
  const hasBegun = lease.state === 'active'
  if (hasBegun && span.startMs !== lease.span.startMs)
    throw new GleanerError(
      'conflict',
      {
        detail: `The lease "${lease.name}" has begun; its start does not change any more.`,
      },
      { remedy: 'Change its end alone, or make another for another time.' },
    )
  if (hasBegun && span.endMs < nowMs)
    throw new GleanerError('request-invalid', { detail: `end (${new Date(span.endMs).toISOString()}) is in the past.` })
  checkWhen({ window: span, durationMs: undefined }, hasBegun ? span.startMs : nowMs)
  const mayStay = !isResized && leases.couldBeAt(book, lease, span)
  const after = moved(lease, span, nowMs)
  if (mayStay) return after
  if (hasBegun) {
    const until = leases.longestUntilMs(lease)
    throw new GleanerError('lease-no-slot', {
      detail: `The hosts of "${lease.name}" are promised to others after it; the longest it can be is until ${new Date(until).toISOString()}.`,
    })
  }
  const properties = book.hosts.map((host) => host.properties)
  const reservations = lease.reservations.map(({ wish, filter }) => ({ wish, filter: readFilter(filter, properties) }))
  const slot: FoundSlot | NoSlot = leases.plan(
    book,
    { nowMs, window: span, durationMs: undefined, reservations, ...hostPreferences(runtime, lease) },
    lease,
  )
  if (!slot.found) throw new GleanerError('lease-no-slot', { detail: refusalWords(slot) })
  return {
    ...after,
    reservations: lease.reservations.map((reservation, at) =>
      reservationOf(reservation, { id: reservation.id, book, slot, at }),
    ),
  }
}
