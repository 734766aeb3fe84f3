// The states of a lease and what moves it from one to the next. Pure: the lease that follows, or the reason why it cannot.
//
//   waiting ── a place is found ──► pending, or proposed; lapse, cancel ──► lapsed, cancelled
//
//   proposed ── confirm ──► pending ── start ──► active ── end ──► ended
//      │ lapse, cancel         │ cancel             │ end early: the end is moved to now, and happens as any other
//      ▼                       ▼
//   lapsed, cancelled       cancelled
//
// Each event happens once. Events that were missed happen later, in the order in which they were due: a lease whose whole
// time passed while nobody looked begins and ends. A notice before the end that comes after it is skipped.
import {
  isLeaseOpen,
  type Lease,
  type LeaseEvent,
  type LeaseEventKind,
  leaseEventKinds,
  type Interval,
} from '@gleaner/model'

export interface LeaseTimes {
  readonly span: Interval
  /** How long before the end those who are on the hosts are told; 0: not at all. */
  readonly noticeMs: number
  /** Until when a proposal is held, if its start does not come first; undefined for a lease that is promised at once. */
  readonly heldUntilMs: number | undefined
  /** Of one without an end. */
  readonly termMs?: number | undefined
}

export function eventsFor({ span, noticeMs, heldUntilMs, termMs }: LeaseTimes): readonly LeaseEvent[] {
  return [
    ...(heldUntilMs === undefined ? [] : [waiting('lapse', Math.min(heldUntilMs, span.startMs))]),
    waiting('start', span.startMs),
    ...(noticeMs > 0 ? [waiting('before-end', noticeAtMs(span, noticeMs, termMs))] : []),
    waiting('end', span.endMs),
  ]
}

/**
 * Not before the start. Of a lease without an end not before its next term would have been added, when half of the last is left:
 * until then nobody knows that it ends, and those who were told would have been told for nothing, term by term.
 */
function noticeAtMs({ startMs, endMs }: Interval, noticeMs: number, termMs = Number.POSITIVE_INFINITY): number {
  return Math.max(startMs, endMs - Math.min(noticeMs, termMs / 2))
}

function waiting(kind: LeaseEventKind, dueAtMs: number): LeaseEvent {
  return { kind, dueAtMs, state: 'waiting', doneAtMs: undefined, outcome: undefined }
}

export interface DueEvent {
  readonly lease: Lease
  readonly event: LeaseEvent
}

/** What is due of the lease, in order. */
function dueOf(lease: Lease, nowMs: number): readonly LeaseEvent[] {
  if (!isLeaseOpen(lease)) return []
  return lease.events
    .filter(({ state, dueAtMs }) => state === 'waiting' && dueAtMs <= nowMs)
    .sort((a, b) => a.dueAtMs - b.dueAtMs || kindOrder(a) - kindOrder(b))
}

/**
 * Every event whose time has come, in the order in which they were due; at one moment ends of other leases come before
 * starts. Each changes its own lease only: whoever goes through the list looks whether an event is still waiting.
 */
export function dueEvents(leases: Iterable<Lease>, nowMs: number): readonly DueEvent[] {
  const due: DueEvent[] = []
  for (const lease of leases) for (const event of dueOf(lease, nowMs)) due.push({ lease, event })
  return due.sort(
    (a, b) => a.event.dueAtMs - b.event.dueAtMs || (a.lease === b.lease ? 0 : endsFirst(a.event) - endsFirst(b.event)),
  )
}

function kindOrder({ kind }: LeaseEvent): number {
  return leaseEventKinds.indexOf(kind)
}

function endsFirst({ kind }: LeaseEvent): number {
  return kind === 'start' ? 1 : 0
}

/** What has to be done in the cloud when the event happens; undefined: nothing. */
export type LeaseEffect = 'tell' | 'clear'

export function effectOf(lease: Lease, { kind, dueAtMs }: LeaseEvent, nowMs: number): LeaseEffect | undefined {
  if (kind === 'before-end') return nowMs < lease.span.endMs && dueAtMs < lease.span.endMs ? 'tell' : undefined
  return kind === 'end' && lease.state === 'active' && lease.endAction !== 'nothing' ? 'clear' : undefined
}

/** The lease after the event. The same event again changes nothing. */
export function afterEvent(
  lease: Lease,
  kind: LeaseEventKind,
  what: { readonly nowMs: number; readonly outcome: string },
): Lease {
  const event = lease.events.find((one) => one.kind === kind)
  if (event === undefined || event.state !== 'waiting' || !isLeaseOpen(lease)) return lease
  const { nowMs, outcome } = what
  const skipped = kind === 'before-end' && nowMs >= lease.span.endMs
  const done: LeaseEvent = skipped
    ? { ...event, state: 'skipped', outcome: 'the lease was over by then' }
    : { ...event, state: 'done', doneAtMs: nowMs, outcome }
  const after = { ...lease, updatedAtMs: nowMs, events: replaced(lease.events, done) }
  switch (kind) {
    case 'lapse':
      return lease.state === 'proposed' || lease.state === 'waiting' ? closed(after, 'lapsed') : after
    case 'start':
      // A proposal that nobody confirmed before its start has lapsed.
      return lease.state === 'proposed' ? closed(after, 'lapsed') : { ...after, state: 'active' }
    case 'end':
      return closed(after, 'ended')
    case 'before-end':
      return after
  }
}

export type Transition = Lease | { readonly refused: string }

export function confirmLease(lease: Lease, nowMs: number): Transition {
  if (lease.state === 'pending' || lease.state === 'active') return lease
  if (lease.state !== 'proposed')
    return { refused: `The lease "${lease.name}" is ${lease.state}; there is nothing to confirm.` }
  const lapse = lease.events.find(({ kind }) => kind === 'lapse')
  const past = Math.min(lapse?.dueAtMs ?? Number.POSITIVE_INFINITY, lease.span.endMs)
  if (nowMs >= past) return { refused: `The proposal "${lease.name}" was held until its time and has lapsed.` }
  const events =
    lapse === undefined ? lease.events : replaced(lease.events, { ...lapse, state: 'skipped', outcome: 'confirmed' })
  return { ...lease, state: 'pending', updatedAtMs: nowMs, events }
}

/** Called off before it began; once it has begun its end is moved to now. */
export function endLease(lease: Lease, nowMs: number): Transition {
  if (!isLeaseOpen(lease)) return { refused: `The lease "${lease.name}" is ${lease.state} already.` }
  if (lease.state !== 'active') return closed({ ...lease, updatedAtMs: nowMs }, 'cancelled')
  // Half-open, and never empty: whoever ends it in the very moment it began had it for a millisecond.
  const endMs = Math.min(lease.span.endMs, Math.max(lease.span.startMs + 1, nowMs))
  return moved(lease, { startMs: lease.span.startMs, endMs }, nowMs)
}

/** The same lease at other times. What has happened stays, but for the notice: who was told of one end is told of another. */
export function moved(lease: Lease, span: Interval, nowMs: number): Lease {
  const noticeMs = wantedNoticeMs(lease)
  const due: Partial<Record<LeaseEventKind, number>> = {
    start: span.startMs,
    'before-end': noticeAtMs(span, noticeMs, lease.renewal?.termMs),
    end: span.endMs,
  }
  const isToldAnew = span.endMs !== lease.span.endMs && span.endMs > nowMs
  const events = lease.events.map((event) => {
    const { kind, state, dueAtMs } = event
    if (kind === 'lapse') return state === 'waiting' ? { ...event, dueAtMs: Math.min(dueAtMs, span.startMs) } : event
    const nextMs = due[kind] ?? dueAtMs
    if (state === 'waiting') return { ...event, dueAtMs: nextMs }
    // One that is done is due once: at another time it is another one.
    return kind === 'before-end' && isToldAnew ? waiting(kind, nextMs === dueAtMs ? nowMs : nextMs) : event
  })
  return { ...lease, span, updatedAtMs: nowMs, events }
}

/** The event is never before the start: of a lease shorter than its notice it does not tell what was asked for. */
function wantedNoticeMs({ noticeMs, span, events }: Lease): number {
  return noticeMs ?? span.endMs - (events.find(({ kind }) => kind === 'before-end')?.dueAtMs ?? span.endMs)
}

function closed(lease: Lease, state: 'ended' | 'cancelled' | 'lapsed'): Lease {
  const events = lease.events.map(
    (event): LeaseEvent =>
      event.state === 'waiting' ? { ...event, state: 'skipped', outcome: `the lease is ${state}` } : event,
  )
  return { ...lease, state, events }
}

function replaced(events: readonly LeaseEvent[], event: LeaseEvent): readonly LeaseEvent[] {
  return events.map((one) => (one.kind === event.kind ? event : one))
}
