// Ballooning, one guest at one moment: whether memory is lent from it, how much it keeps, and when it has all of it back.
// A session begins when the guest could do for a while with much less than it has; it ends, and the guest gets everything, the
// moment it needs more or is soon going to, it swaps, nothing is known of it, it may no longer be lent from, or the session
// has lasted long enough. A balloon that somebody else set is theirs. What vmballooning did not have: what is lent stays lent
// until it is needed.
// Leaves to others: notice, budgets, protection (the gate), and how the guest is asked (the driver).
import { type GuestMemory, hasAll } from '@gleaner/model'
import type { PressureOptions } from './pressure-options.ts'

export interface PressureGuest {
  /** As last read; undefined when the guest was not in the answer. */
  readonly memory: GuestMemory | undefined
  /** 90th percentile of its use over the scope of ballooning; NaN where too little was measured. */
  readonly usualMiB: number
  /** Gleaner lends from it. */
  readonly session: PressureSession | undefined
  readonly lastEndedAtMs: number | undefined
  /** The mode, the owner and whoever protects it allow it. */
  readonly isAllowed: boolean
}

export interface PressureSession {
  readonly targetMiB: number
  readonly sinceMs: number
  /** open: the guest is still leaving it; reached; missed: it did not, or the cloud refused. */
  readonly progress: 'open' | 'reached' | 'missed'
  /** How much less it could use every second since its last word but one; 0 where that is not known. */
  readonly fallMiBPerS: number
  /** What it has swapped since it had left what it was asked for. */
  readonly swappedMiB: number
}

export type ReturnCause =
  | 'needed'
  | 'rising'
  | 'swaps'
  | 'silent'
  | 'not-allowed'
  | 'not-reached'
  | 'over'
  | 'back-already'
export type LeaveCause = 'silent' | 'resting' | 'set-by-others'

export type PressureAnswer =
  | { readonly kind: 'lend'; readonly targetMiB: number; readonly gainMiB: number; readonly usedMiB: number }
  | { readonly kind: 'give-back'; readonly because: ReturnCause }
  /** `because` only where much could be gained otherwise. */
  | { readonly kind: 'leave'; readonly because?: LeaveCause }

export interface PressureMoment {
  readonly nowMs: number
  readonly options: PressureOptions
}

const leave = { kind: 'leave' } as const
/** A balloon that gave way and the guest's own bookkeeping look like a little swapping. */
const swapToleranceMiB = 4

export function pressureStep(guest: PressureGuest, moment: PressureMoment): PressureAnswer {
  const { session } = guest
  if (session === undefined) return begin(guest, moment)
  const because = whyBack(guest, session, moment)
  return because === undefined ? leave : { kind: 'give-back', because }
}

/** Right before the step: whether the guest still has everything, and could still do with the target. */
export function isStillSpare(memory: GuestMemory | undefined, targetMiB: number, moment: PressureMoment): boolean {
  if (memory === undefined || !hasAll(memory)) return false
  return memory.leftMiB - usableNow({ memory }, moment) < targetMiB * moment.options.needShare
}

/** NaN when the guest does not say it, or has not for too long. */
function usableNow({ memory }: Pick<PressureGuest, 'memory'>, { nowMs, options }: PressureMoment): number {
  const ageMs = nowMs - (memory?.saidAtMs ?? Number.NaN)
  return memory !== undefined && ageMs >= 0 && ageMs <= options.silentMs && memory.usableMiB >= 0
    ? memory.usableMiB
    : Number.NaN
}

function whyBack(guest: PressureGuest, session: PressureSession, moment: PressureMoment): ReturnCause | undefined {
  const { nowMs, options } = moment
  const { targetMiB, sinceMs, progress } = session
  const usableMiB = usableNow(guest, moment)
  // No data is in use: who cannot be seen may be starving.
  if (Number.isNaN(usableMiB) || guest.memory === undefined) return 'silent'
  const needsMore = (usedMiB: number) => !(usedMiB < targetMiB * options.needShare)
  if (needsMore(targetMiB - usableMiB)) return 'needed'
  if (!guest.isAllowed) return 'not-allowed'
  if (progress === 'missed') return 'not-reached'
  if (progress === 'reached') {
    if (session.swappedMiB > swapToleranceMiB) return 'swaps'
    if (needsMore(targetMiB - usableMiB + (session.fallMiBPerS * options.foresightMs) / 1000)) return 'rising'
    if (hasAll(guest.memory)) return 'back-already'
  }
  // Also when the clock was set back: how long it has lasted is not known then.
  return nowMs >= sinceMs && nowMs - sinceMs < options.longestMs ? undefined : 'over'
}

function begin(guest: PressureGuest, moment: PressureMoment): PressureAnswer {
  const { memory, usualMiB, lastEndedAtMs, isAllowed } = guest
  const { options, nowMs } = moment
  if (memory === undefined || !isAllowed) return leave
  const { promisedMiB, leftMiB } = memory
  if (!(promisedMiB - options.leastMiB >= options.gainMiB)) return leave
  if (!hasAll(memory)) return { kind: 'leave', because: 'set-by-others' }
  const usedMiB = leftMiB - usableNow(guest, moment)
  if (!(usedMiB >= 0 && usualMiB >= 0)) return { kind: 'leave', because: 'silent' }
  const targetMiB = Math.ceil(Math.max(options.leastMiB, Math.max(usualMiB, usedMiB) * (1 + options.spareShare)))
  const gainMiB = promisedMiB - targetMiB
  // What would be needed at once is not lent.
  if (!(gainMiB >= options.gainMiB && usedMiB < targetMiB * options.needShare)) return leave
  if (lastEndedAtMs !== undefined && !(nowMs - lastEndedAtMs >= options.graceMs))
    return { kind: 'leave', because: 'resting' }
  return { kind: 'lend', targetMiB, gainMiB, usedMiB }
}
