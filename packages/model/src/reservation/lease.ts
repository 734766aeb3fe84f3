// A lease: hosts or room that a project was promised for a time, on hosts of one cloud. It says what was asked for, what was
// given, what has to happen when, and how far that is. A lease that is over does not change any more.
import type { CloudId, HostId, LeaseId, LeaseSeriesId, ProjectId, ReservationId } from '../ids.ts'
import type { Interval } from '../interval.ts'
import type { LeaseWish } from './wish.ts'

/**
 * waiting: on the waitlist, it has no place; proposed: its place is held until a moment, unless somebody confirms it before;
 * pending: promised, not begun; active: begun. Over: ended (its time was up, or it was ended early), cancelled (before it
 * began), lapsed (nobody confirmed it, or no room came free in time).
 */
export const leaseStates = ['waiting', 'proposed', 'pending', 'active', 'ended', 'cancelled', 'lapsed'] as const
export type LeaseState = (typeof leaseStates)[number]

export const endedLeaseStates: readonly LeaseState[] = ['ended', 'cancelled', 'lapsed']

/** Only such a lease keeps others from its hosts, if it has any. */
export function isLeaseOpen({ state }: Pick<Lease, 'state'>): boolean {
  return !endedLeaseStates.includes(state)
}

/** In the order in which they happen when they are due at the same moment. */
export const leaseEventKinds = ['lapse', 'start', 'before-end', 'end'] as const
export type LeaseEventKind = (typeof leaseEventKinds)[number]

/** skipped: it was due for a lease that was over by then, or was never needed. */
export const leaseEventStates = ['waiting', 'done', 'skipped'] as const
export type LeaseEventState = (typeof leaseEventStates)[number]

export interface LeaseEvent {
  readonly kind: LeaseEventKind
  readonly dueAtMs: number
  readonly state: LeaseEventState
  readonly doneAtMs: number | undefined
  /** What came of it, for people. */
  readonly outcome: string | undefined
}

/** What happens at the end to instances of the project that are still on the hosts; they are told before. */
export const leaseEndActions = ['nothing', 'suspend', 'stop', 'delete'] as const
export type LeaseEndAction = (typeof leaseEndActions)[number]

/** The condition a host must fulfil, as it was written. */
export interface LeaseFilter {
  readonly notation: 'json' | 'cel'
  readonly text: string
}

/** What was given on one host: the whole of it, or room for so many instances. */
export interface LeaseShare {
  readonly hostId: HostId
  readonly host: string
  readonly units: number
}

export interface LeaseReservation {
  readonly id: ReservationId
  readonly wish: LeaseWish
  readonly filter: LeaseFilter | undefined
  readonly shares: readonly LeaseShare[]
  /** Of a lease that took what was there: how much it would have liked. */
  readonly asked?: number
}

/** What a lease on the waitlist waits for: a place within the window, for the whole of it where there is no duration. */
export interface LeaseWait {
  readonly window: Interval
  readonly durationMs: number | undefined
  /** Then it gives up. */
  readonly untilMs: number
  readonly noticeMs: number
  /** Once it has a place it is a proposal, held for so long. */
  readonly holdMs: number | undefined
  /** Once it has a place it has no end. */
  readonly termMs?: number
}

/** A lease without an end: its span ends with its term, and grows by another one in time. */
export interface LeaseRenewal {
  readonly termMs: number
  /** When its project last said that it is needed. */
  readonly renewedAtMs: number
}

/** Leases that were made together, for times that recur. Each goes its own way afterwards. */
export interface LeaseSeries {
  readonly id: LeaseSeriesId
  /** RRULE (RFC 5545). */
  readonly rule: string
  readonly timeZone: string
}

/** A host that was replaced by others, and why. */
export interface LeaseSwap {
  readonly atMs: number
  readonly reservationId: ReservationId
  /** Names. */
  readonly from: string
  readonly to: readonly string[]
  readonly because: string
}

/** Nothing of its project has been on its hosts. */
export interface LeaseUnused {
  readonly sinceMs: number
  readonly warnedAtMs: number
  /** When it will end unless it is used before; undefined: it is only warned. */
  readonly endsAtMs: number | undefined
  /** When it was ended for it. */
  readonly endedAtMs: number | undefined
}

export interface Lease {
  readonly id: LeaseId
  readonly name: string
  readonly cloudId: CloudId
  readonly projectId: ProjectId
  /** Who asked for it. */
  readonly by: string
  /** Both ends are finite. */
  readonly span: Interval
  readonly state: LeaseState
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly endAction: LeaseEndAction
  /**
   * How long before the end it is told, as it was asked for: more than it lasts, and an extension makes it as early as that. Absent in
   * leases made before this was kept: their event tells it.
   */
  readonly noticeMs?: number
  readonly reservations: readonly LeaseReservation[]
  readonly events: readonly LeaseEvent[]
  /** Absent where every host is still the one that was promised first. */
  readonly swaps?: readonly LeaseSwap[]
  /** Absent where nobody was warned, or it was used again. */
  readonly unused?: LeaseUnused
  /** While it waits, and no longer: its span is the window. */
  readonly wait?: LeaseWait
  /** Of one without an end; absent where the end of the span is meant. */
  readonly renewal?: LeaseRenewal
  /** Absent where it was made by itself. */
  readonly series?: LeaseSeries
  /** When it came from the waitlist; absent where it never was on it. */
  readonly promotedAtMs?: number
}
