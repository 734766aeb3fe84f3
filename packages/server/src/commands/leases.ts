// What people may do about leases: plan, make, confirm, change, end. Each checks what was asked, plans on the calendars of
// the moment, writes, and leaves a line of who did it. Nothing is half made: the lease is there with all of its hosts, or
// the error says why not and what there is instead.
import {
  confirmLease,
  endLease,
  eventsFor,
  type LeaseQuestion,
  moved,
  type NoSlot,
  type FoundSlot,
  type ReservationBook,
  type Transition,
} from '@gleaner/engine'
import {
  GleanerError,
  isError,
  isLeaseOpen,
  type Lease,
  type LeaseId,
  type LeaseReservation,
  type ReservationId,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import type { Caller, Commands } from '../application.ts'
import { newId } from '../ids/new-id.ts'
import {
  type AskedReservation,
  checkTimes,
  checkWhen,
  checkWish,
  type LeaseChange,
  type LeaseRequest,
  type LeaseWishRequest,
  readFilter,
  resizedWish,
} from '../reservation/lease-request.ts'
import { hostPreferences } from '../reservation/host-preferences.ts'
import { LeaseAdmission } from '../reservation/lease-admission.ts'
import { refusalWords } from '../reservation/refusal-words.ts'
import { resizedRunning } from '../reservation/resize-running.ts'
import { swapHosts } from '../reservation/swap-hosts.ts'
import type { Runtime } from '../runtime.ts'
import { auditLine } from './audit.ts'
import { leading } from './rooms.ts'

type LeaseCommands = Pick<
  Commands,
  | 'planLease'
  | 'makeLease'
  | 'confirmLease'
  | 'changeLease'
  | 'swapLeaseHost'
  | 'endLease'
  | 'enterLease'
  | 'enteredLease'
  | 'leaseQuota'
  | 'longestUntilMs'
>

export function leaseCommands(runtime: Runtime): LeaseCommands {
  return {
    planLease: (request) => plan(runtime, request),
    makeLease: (request, caller) => again(runtime, () => make(runtime, request, caller)),
    confirmLease: (id, caller) =>
      step(runtime, { id, what: 'confirm lease', caller }, (lease, nowMs) => confirmLease(lease, nowMs)),
    changeLease: (id, change, caller) => again(runtime, () => changeTimes(runtime, { id, change, caller })),
    swapLeaseHost: (id, host, caller) => again(runtime, () => swapOne(runtime, { id, host, caller })),
    endLease: (id, caller) =>
      step(runtime, { id, what: 'end lease', caller }, (lease, nowMs) => endLease(lease, nowMs)),
    enterLease: async (request) => {
      await runtime.leases.load(leading(runtime))
      return runtime.fences.letIn(request)
    },
    enteredLease: async (id, outcome) => {
      runtime.fences.left(id, outcome)
      runtime.wake('fences')
    },
    leaseQuota: async (projectId, atMs) => {
      const admission = new LeaseAdmission(runtime, { projectId, by: '' })
      await runtime.leases.load(leading(runtime))
      await admission.load({ startMs: atMs, endMs: atMs + 1 })
      return { limits: admission.limits, ...admission.used(atMs) }
    },
    longestUntilMs: (lease) => runtime.leases.longestUntilMs(lease),
  }
}

/** Memory that was out of date is read anew, once: another replica led meanwhile. */
async function again<T>(runtime: Runtime, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isError(error, 'conflict') || error.cause === undefined) throw error
    runtime.leases.forget()
    return work()
  }
}

async function ready(
  runtime: Runtime,
  { cloudId }: Pick<LeaseWishRequest, 'cloudId'>,
): Promise<{ fence: Fence; book: ReservationBook }> {
  if (!runtime.clouds.has(cloudId)) throw new GleanerError('not-found', { object: `The cloud ${cloudId}` })
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const book = runtime.leases.bookOf(cloudId)
  if (book === undefined) throw new GleanerError('not-ready', { detail: `${cloudId} has not been read yet` })
  return { fence, book }
}

function questionOf(runtime: Runtime, request: LeaseWishRequest, book: ReservationBook): LeaseQuestion {
  const nowMs = runtime.clock.nowMs()
  checkWhen(request, nowMs)
  for (const { wish } of request.reservations) checkWish(wish)
  const properties = book.hosts.map((host) => host.properties)
  return {
    nowMs,
    window: request.window,
    durationMs: request.durationMs,
    reservations: request.reservations.map(({ wish, filter }) => ({ wish, filter: readFilter(filter, properties) })),
    ...hostPreferences(runtime, request),
  }
}

/** While others take what was approved, it is asked for anew so many times. */
const mostTries = 5

async function make(runtime: Runtime, request: LeaseRequest, caller: Caller): Promise<Lease> {
  const { fence } = await ready(runtime, request)
  checkWhen(request, runtime.clock.nowMs())
  const admission = await new LeaseAdmission(runtime, { projectId: request.projectId, by: caller.name }).load(
    request.window,
  )
  const id = newId('lea', runtime.clock.nowMs()) as LeaseId
  for (let tries = 0; tries < mostTries; tries++) {
    const { book } = await ready(runtime, request)
    // From here to save() nothing waits: what is planned is taken in the same turn.
    const lease = planned(runtime, { request, book, id, by: caller.name })
    admission.check(lease)
    if (!admission.isApproved(lease)) {
      await admission.approve(lease)
      continue
    }
    await save(runtime, fence, { caller, what: 'make lease', lease })
    return lease
  }
  throw changedMeanwhile(request.name)
}

function changedMeanwhile(name: string): GleanerError {
  return new GleanerError('conflict', {
    detail: `What was approved for "${name}" was taken by others, time and again; ask once more.`,
  })
}

/** A lease that would be refused by the limits of its project has no slot; the service that approves is not asked. */
async function plan(runtime: Runtime, request: LeaseWishRequest): ReturnType<LeaseCommands['planLease']> {
  await ready(runtime, request)
  checkWhen(request, runtime.clock.nowMs())
  const admission = await new LeaseAdmission(runtime, { projectId: request.projectId, by: '' }).load(request.window)
  const { book } = await ready(runtime, request)
  const slot = runtime.leases.plan(book, questionOf(runtime, request, book))
  if (slot.found)
    admission.check(
      leaseAt(runtime, { request: { ...request, ...dryRun }, slot, book, id: 'lea_dry' as LeaseId, by: '' }),
    )
  return { book, slot }
}

const dryRun = { name: '', endAction: 'nothing', noticeMs: 0, holdMs: undefined } as const

interface Planning {
  readonly request: LeaseRequest
  readonly book: ReservationBook
  readonly id: LeaseId
  readonly by: string
}

/** The lease as it would be now; throws where there is no place for it. */
function planned(runtime: Runtime, planning: Planning): Lease {
  const { request, book } = planning
  const slot = runtime.leases.plan(book, questionOf(runtime, request, book))
  if (!slot.found) throw new GleanerError('lease-no-slot', { detail: refusalWords(slot) })
  return leaseAt(runtime, { ...planning, slot })
}

function leaseAt({ clock }: Runtime, { request, book, id, by, slot }: Planning & { readonly slot: FoundSlot }): Lease {
  const nowMs = clock.nowMs()
  const heldUntilMs = request.holdMs === undefined ? undefined : nowMs + request.holdMs
  return {
    id,
    name: request.name,
    cloudId: request.cloudId,
    projectId: request.projectId,
    by,
    span: slot.span,
    state: heldUntilMs === undefined ? 'pending' : 'proposed',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    endAction: request.endAction,
    reservations: request.reservations.map((asked, at) =>
      reservationOf(asked, { id: newId('res', nowMs) as ReservationId, book, slot, at }),
    ),
    events: eventsFor({ span: slot.span, noticeMs: request.noticeMs, heldUntilMs }),
  }
}

function reservationOf(
  { wish, filter }: AskedReservation,
  {
    id,
    book,
    slot,
    at,
  }: { readonly id: ReservationId; readonly book: ReservationBook; readonly slot: FoundSlot; readonly at: number },
): LeaseReservation {
  const shares = (slot.shares[at] ?? []).flatMap(({ host, units }) => {
    const chosen = book.hosts[host]
    return chosen === undefined ? [] : [{ hostId: chosen.id, host: chosen.name, units }]
  })
  return { id, wish, filter, shares }
}

async function found(runtime: Runtime, id: string): Promise<Lease> {
  const lease = runtime.leases.find(id) ?? (await runtime.store.leases.find(id))
  if (lease === undefined) throw new GleanerError('not-found', { object: `The lease ${id}` })
  return lease
}

interface Step {
  readonly id: string
  readonly what: string
  readonly caller: Caller
}

async function step(
  runtime: Runtime,
  { id, what, caller }: Step,
  next: (lease: Lease, nowMs: number) => Transition,
): Promise<Lease> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const lease = await found(runtime, id)
  const after = next(lease, runtime.clock.nowMs())
  if ('refused' in after) throw new GleanerError('conflict', { detail: after.refused })
  if (after === lease) return lease
  await save(runtime, fence, { caller, what, lease: after, before: lease })
  return after
}

async function swapOne(
  runtime: Runtime,
  { id, host, caller }: { readonly id: string; readonly host: string; readonly caller: Caller },
): Promise<Lease> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const lease = await found(runtime, id)
  if (!isLeaseOpen(lease))
    throw new GleanerError('conflict', {
      detail: `The lease "${lease.name}" is ${lease.state}; it does not change any more.`,
    })
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
    throw new GleanerError('conflict', {
      detail: `${share.host} works, and the project has ${guests.length} instances on it; move or end them first.`,
    })
  const swap = { lease, broken: new Set([share.hostId]), because: `${caller.name} asked for it` }
  const { lease: after } = swapHosts(runtime, swap)
  if (after === lease)
    throw new GleanerError('lease-no-slot', {
      detail: `No other host that fulfils the same condition is free until ${new Date(lease.span.endMs).toISOString()}.`,
    })
  await save(runtime, fence, { caller, what: 'swap host of lease', lease: after, before: lease })
  return after
}

/** A lease that has begun keeps its start and its hosts; one that has not may be given others. */
async function changeTimes(
  runtime: Runtime,
  { id, change, caller }: { readonly id: string; readonly change: LeaseChange; readonly caller: Caller },
): Promise<Lease> {
  const fence = leading(runtime)
  await runtime.leases.load(fence)
  const first = await found(runtime, id)
  const { startMs = first.span.startMs, endMs = first.span.endMs } = change
  checkTimes(startMs, endMs)
  const admission = await new LeaseAdmission(runtime, { projectId: first.projectId, by: caller.name }).load({
    startMs: Math.min(startMs, first.span.startMs),
    endMs: Math.max(endMs, first.span.endMs),
  })
  for (let tries = 0; tries < mostTries; tries++) {
    // From here to save() nothing waits.
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
    await save(runtime, fence, { caller, what: 'change lease', lease: after, before: lease })
    return after
  }
  throw changedMeanwhile(first.name)
}

/** A new name alone is nobody's business but the project's. */
function takesMore(before: Lease, after: Lease): boolean {
  return before.span !== after.span || before.reservations !== after.reservations
}

function changed(runtime: Runtime, lease: Lease, change: LeaseChange): Lease {
  if (!isLeaseOpen(lease))
    throw new GleanerError('conflict', {
      detail: `The lease "${lease.name}" is ${lease.state}; it does not change any more.`,
    })
  const nowMs = runtime.clock.nowMs()
  const named = change.name === undefined ? lease : { ...lease, name: change.name, updatedAtMs: nowMs }
  const span = { startMs: change.startMs ?? lease.span.startMs, endMs: change.endMs ?? lease.span.endMs }
  const isMoved = span.startMs !== lease.span.startMs || span.endMs !== lease.span.endMs
  const sized = resized(named, change.sizes)
  const isResized = sized !== named
  const grown = isResized && lease.state === 'active' ? resizedNow(runtime, { before: lease, after: sized }) : sized
  const mustPlan = isResized && lease.state !== 'active'
  return isMoved || mustPlan ? replanned(runtime, grown, { span, isResized: mustPlan }) : grown
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
  const reservations = after.reservations.map((reservation, at) => {
    const old = before.reservations[at]
    return old === undefined || old === reservation
      ? reservation
      : resizedRunning(runtime, before, { before: old, after: reservation })
  })
  return { ...after, reservations, updatedAtMs: runtime.clock.nowMs() }
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
    throw new GleanerError('conflict', {
      detail: `The lease "${lease.name}" has begun; its start does not change any more.`,
    })
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

interface Saving {
  readonly caller: Caller
  readonly what: string
  readonly lease: Lease
  readonly before?: Lease
}

/** With the line of who did it, in one transaction. */
async function save(runtime: Runtime, fence: Fence, { caller, what, lease, before }: Saving): Promise<void> {
  const shown = ({ name, state, span, reservations }: Lease) => ({
    name,
    state,
    start: new Date(span.startMs).toISOString(),
    end: new Date(span.endMs).toISOString(),
    hosts: reservations.flatMap(({ shares }) => shares.map(({ host }) => host)),
  })
  const change = {
    what,
    object: lease.id,
    ...(before === undefined ? {} : { before: shown(before) }),
    after: shown(lease),
  }
  await runtime.leases.save(fence, lease, auditLine(runtime, caller, change))
  runtime.wake('leases')
}
