// What was asked is checked, planned on the calendars of the moment and taken in the same turn. Nothing is half made: the lease is there with all of its hosts, or the error says why not and what there is instead.
import {
  eventsFor,
  type FoundSlot,
  type LeaseQuestion,
  type NoSlot,
  promoted,
  type ReservationBook,
} from '@gleaner/engine'
import {
  GleanerError,
  type Lease,
  type LeaseId,
  type LeaseReservation,
  type ProjectId,
  type ReservationId,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { Caller, Commands } from '../application.ts'
import { hostPreferences } from '../reservation/host-preferences.ts'
import { LeaseAdmission } from '../reservation/lease-admission.ts'
import {
  type AskedReservation,
  atLeastOne,
  checkLeaseName,
  checkWhen,
  checkWish,
  type LeaseRequest,
  type LeaseWishRequest,
  readFilter,
} from '../reservation/lease-request.ts'
import { refusalWords } from '../reservation/refusal-words.ts'
import type { Runtime } from '../runtime.ts'
import { leading } from './rooms.ts'
import { saveLease } from './save-lease.ts'

export async function ready(
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

export function questionOf(runtime: Runtime, request: LeaseWishRequest, book: ReservationBook): LeaseQuestion {
  const nowMs = runtime.clock.nowMs()
  checkWhen(request, nowMs)
  for (const { wish } of request.reservations) checkWish(wish)
  const properties = book.hosts.map((host) => host.properties)
  return {
    nowMs,
    window: request.window,
    durationMs: request.durationMs,
    isRenewed: request.termMs !== undefined,
    reservations: request.reservations.map(({ wish, filter }) => ({ wish, filter: readFilter(filter, properties) })),
    ...hostPreferences(runtime, request),
  }
}

/** While others take what was approved, it is asked for anew so many times. */
export const mostTries = 5

export interface Taking {
  readonly request: LeaseRequest
  readonly id: LeaseId
  /** Who asked for it. */
  readonly by: string
  /** Who does it. */
  readonly caller: Pick<Caller, 'name' | 'from'>
  readonly what: string
  /** On the waitlist until now. */
  readonly before?: Lease
}

/** The lease with its place; throws where there is none, or where its project may not have it. */
export async function takeLease(runtime: Runtime, taking: Taking): Promise<Lease> {
  const { request, caller, what, before, by } = taking
  const { fence } = await ready(runtime, request)
  checkWhen(request, runtime.clock.nowMs())
  const admission = await new LeaseAdmission(runtime, { projectId: request.projectId, by }).load(request.window)
  for (let tries = 0; tries < mostTries; tries++) {
    const { book } = await ready(runtime, request)
    // From here to saveLease() nothing waits: what is planned is taken in the same turn.
    if (before !== undefined && runtime.leases.find(before.id)?.state !== 'waiting')
      throw changedMeanwhile(request.name)
    if (before === undefined) checkName(runtime, request)
    const placed = planned(runtime, { ...taking, book })
    if (before === undefined) checkHold(placed, runtime.clock.nowMs())
    const lease = before === undefined ? placed : promoted(before, placed)
    admission.check(lease)
    if (!admission.isApproved(lease)) {
      await admission.approve(lease)
      continue
    }
    await saveLease(runtime, fence, { caller, what, lease, ...(before === undefined ? {} : { before }) })
    return lease
  }
  throw changedMeanwhile(request.name)
}

/** A proposal lapses when it should have begun: one for a lease that begins at once would be gone before anybody could confirm it. */
function checkHold({ state, span, events }: Lease, nowMs: number): void {
  if (state === 'proposed' && span.startMs <= nowMs)
    throw new GleanerError('request-invalid', {
      detail: 'holdFor: the lease would begin at once, so that nobody could confirm it before; let it begin later.',
    })
  if (state === 'proposed' && events.some(({ kind, dueAtMs }) => kind === 'lapse' && dueAtMs <= nowMs))
    throw new GleanerError('request-invalid', {
      detail: 'holdFor: held for no time, nobody could confirm it; leave it out, or give a time.',
    })
}

/** The store has the last word; known before, nobody approves what cannot be, and a dry run says the same. */
function checkName(
  { leases }: Runtime,
  { projectId, name }: { readonly projectId: ProjectId; readonly name?: string },
): void {
  if (name === undefined) return
  checkLeaseName(name)
  if (leases.isNamed(projectId, name))
    throw new GleanerError(
      'conflict',
      { detail: `The project has a lease "${name}" already.` },
      { remedy: 'Take another name, or change the lease there is.' },
    )
}

export function changedMeanwhile(name: string): GleanerError {
  return new GleanerError(
    'conflict',
    {
      detail: `What was approved for "${name}" was taken by others, time and again.`,
    },
    { remedy: 'Ask once more.' },
  )
}

/** A lease that would be refused by the limits of its project has no slot; the service that approves is not asked. */
export async function planLease(
  runtime: Runtime,
  request: Parameters<Commands['planLease']>[0],
): ReturnType<Commands['planLease']> {
  await ready(runtime, request)
  checkWhen(request, runtime.clock.nowMs())
  const admission = await new LeaseAdmission(runtime, { projectId: request.projectId, by: '' }).load(request.window)
  const { book } = await ready(runtime, request)
  checkName(runtime, request)
  const { slot, asked } = slotFor(runtime, request, book)
  const dry = { ...request, ...dryRun, reservations: asked }
  if (slot.found) {
    const lease = leaseAt(runtime, { request: dry, slot, book, id: 'lea_dry' as LeaseId, by: '' })
    checkHold(lease, runtime.clock.nowMs())
    admission.check(lease)
  }
  return { book, slot }
}

const dryRun = { name: '', endAction: 'nothing', noticeMs: 0 } as const

export interface Trial extends Pick<Taking, 'id' | 'by'> {
  readonly admission: LeaseAdmission
  /** Others that would be there as well. */
  readonly besides: readonly Lease[]
}

/** The lease as it would be now; throws as `takeLease` does. */
export function triedLease(runtime: Runtime, request: LeaseRequest, { id, by, admission, besides }: Trial): Lease {
  const book = runtime.leases.bookOf(request.cloudId)
  if (book === undefined) throw new GleanerError('not-ready', { detail: `${request.cloudId} has not been read yet` })
  checkName(runtime, request)
  const lease = planned(runtime, { request, book, id, by })
  admission.check(lease, undefined, besides)
  return lease
}

interface Planning {
  readonly request: LeaseRequest
  readonly book: ReservationBook
  readonly id: LeaseId
  readonly by: string
}

/** The lease as it would be now; throws where there is no place for it. */
function planned(runtime: Runtime, planning: Planning): Lease {
  const { request, book } = planning
  const { slot, asked } = slotFor(runtime, request, book)
  if (!slot.found) throw new GleanerError('lease-no-slot', { detail: refusalWords(slot) })
  return leaseAt(runtime, { ...planning, request: { ...request, reservations: asked }, slot })
}

/** Of one that takes what is there, with what it would be: as much as is free now. */
function slotFor(
  runtime: Runtime,
  request: LeaseWishRequest,
  book: ReservationBook,
): { readonly slot: FoundSlot | NoSlot; readonly asked: readonly AskedReservation[] } {
  const plan = (reservations: readonly AskedReservation[]) =>
    runtime.leases.plan(book, questionOf(runtime, { ...request, reservations }, book))
  let asked = request.bestEffort === true ? request.reservations.map(atLeastOne) : request.reservations
  for (;;) {
    const slot = plan(asked)
    const fewer = slot.found || request.bestEffort !== true ? undefined : fewerInstances(asked, slot, plan)
    if (fewer === undefined) return { slot, asked }
    asked = fewer
  }
}

/** As many instances as there is room for; undefined where that would change nothing, or there is none. */
function fewerInstances(
  asked: readonly AskedReservation[],
  { reservation, available }: NoSlot,
  plan: (reservations: readonly AskedReservation[]) => FoundSlot | NoSlot,
): readonly AskedReservation[] | undefined {
  const short = asked[reservation]
  if (short?.wish.kind !== 'instances') return undefined
  const { wish } = short
  const of = (amount: number): AskedReservation => ({ ...short, wish: { ...wish, amount } })
  // Those that stay together are all there or not at all: how many one host can have is found by asking.
  const amount =
    wish.affinity === 'together'
      ? largestBelow(wish.amount, (count) => plan([of(count)]).found)
      : Math.min(available, wish.amount)
  if (amount < 1 || amount === wish.amount) return undefined
  return asked.map((one, at) => (at === reservation ? of(amount) : one))
}

/** The largest whole number below `limit` that is possible, where all below a possible one are as well; 0 if none is. */
function largestBelow(limit: number, isPossible: (count: number) => boolean): number {
  let low = 0
  for (let high = limit; high - low > 1; ) {
    const middle = (low + high) >> 1
    if (isPossible(middle)) low = middle
    else high = middle
  }
  return low
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
    noticeMs: request.noticeMs,
    reservations: request.reservations.map((asked, at) =>
      reservationOf(asked, { id: newId('res', nowMs) as ReservationId, book, slot, at }),
    ),
    events: eventsFor({ span: slot.span, noticeMs: request.noticeMs, heldUntilMs, termMs: request.termMs }),
    ...(request.termMs === undefined ? {} : { renewal: { termMs: request.termMs, renewedAtMs: nowMs } }),
    ...(request.series === undefined ? {} : { series: request.series }),
  }
}

export function reservationOf(
  { wish, filter, asked }: AskedReservation,
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
  return { id, wish, filter, shares, ...(asked === undefined ? {} : { asked }) }
}
