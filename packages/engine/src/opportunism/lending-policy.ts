// By what a desktop may be lent. Starting, continuing, suspending and preempting have thresholds of their own: it costs little to
// pause a guest and much to begin with one that has to leave again at once. The times of HTCondor's desktop policy stand behind
// the defaults (idle 15 min to start, 5 min to continue, 10 min suspended before what is suspended has to leave).
import type { ReasonCode } from '@gleaner/model'

export interface MonitorRule {
  /** Name of the monitor. */
  readonly monitor: string
  /** The reason that is given when it is this one. */
  readonly code: ReasonCode
  /** Idle at least so long before guests may begin. */
  readonly startAfterMs: number
  /** Idle at least so long before guests that were paused go on. */
  readonly continueAfterMs: number
  /** Active at least so long in a row before guests are paused; 0: at once. */
  readonly suspendAfterMs: number
  /** A reading older than this is no reading. */
  readonly staleAfterMs: number
  /** A user's own presence: the owner's "lend now" shortens the wait for it. */
  readonly presence: boolean
  /** Of whoever sits in front of the machine: a locked screen says that they left. */
  readonly local?: boolean
  readonly bump?: BumpRule
}

/**
 * Somebody walks past and the desk shakes. After a long time without activity a single short one pauses the guests like any other,
 * but is forgotten unless another follows: so the filter costs the user nothing (HTCondor's waits before it acts).
 */
export interface BumpRule {
  /** Only after at least so long without activity. */
  readonly afterIdleMs: number
  /** Activity at least so long after the first is a second one and no echo of the same. */
  readonly againAfterMs: number
  /** Without a second one so long after the first it was a bump. */
  readonly forgetAfterMs: number
}

export interface LendingPolicy {
  /** The first that objects is the reason that is given. */
  readonly rules: readonly MonitorRule[]
  /** The last part of the absent time, in which the user is warned. */
  readonly graceMs: number
  /** With the owner's "lend now" presence has to be idle only so long. */
  readonly wishAfterMs: number
  /** While every session here is locked, `local` presence has to be idle only so long; undefined: a lock changes nothing. */
  readonly lockedAfterMs?: number | undefined
  /** Guests paused for so long have to free their memory. */
  readonly preemptAfterMs: number
  /** Nobody looked for longer than this: what happened meanwhile is unknown. */
  readonly maxGapMs: number
  readonly backOff: BackOffRule
}

/** Each interruption within the window makes the next wait longer. */
export interface BackOffRule {
  readonly windowMs: number
  /** Added after the first one. */
  readonly firstMs: number
  /** Each further one multiplies by this. */
  readonly factor: number
  readonly mostMs: number
}

const second = 1000
const minute = 60 * second

export const defaultBackOff: BackOffRule = { windowMs: 120 * minute, firstMs: minute, factor: 2, mostMs: 60 * minute }

export const defaultLending: Omit<LendingPolicy, 'rules'> = {
  graceMs: 30 * second,
  wishAfterMs: 10 * second,
  preemptAfterMs: 10 * minute,
  maxGapMs: 10 * second,
  backOff: defaultBackOff,
}

/** What is added to every wait after so many interruptions within the window. */
export function backOffMs({ firstMs, factor, mostMs }: BackOffRule, interruptions: number): number {
  if (interruptions <= 0) return 0
  return Math.min(mostMs, firstMs * factor ** (interruptions - 1))
}
