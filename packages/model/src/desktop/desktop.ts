// What the control plane knows of a desktop that lends itself: whose it is, what its agent said last, and how it went so far.
import type { CloudId } from '../ids.ts'
import type { Verdict } from '../verdict.ts'

/**
 * in-use: somebody is there, or a signal is missing. quiet: nobody now, not long enough. grace: soon long enough, the user is
 * warned. lendable: guests may come. lent: guests are there and run. reclaiming: the user is back and guests still run.
 */
export const lendingPhases = ['in-use', 'quiet', 'grace', 'lendable', 'lent', 'reclaiming'] as const
export type LendingPhase = (typeof lendingPhases)[number]

/** Guests may run in these, and in no other. */
export function mayLend(phase: LendingPhase): boolean {
  return phase === 'lendable' || phase === 'lent'
}

/** A change of the phase, at the moment it was. */
export interface PhaseChange {
  readonly atMs: number
  readonly phase: LendingPhase
  readonly verdict: Verdict
}

/** As an agent tells it. */
export interface ToldChange extends PhaseChange {
  /** Grows from change to change, and is the same however often it is told. Undefined: an agent that numbers none. */
  readonly number?: number | undefined
}

export interface DesktopWord {
  readonly phase: LendingPhase
  readonly verdict: Verdict
  readonly guests: { readonly running: number; readonly paused: number }
  /** The longest time from the look that saw a user to the last guest standing still, since the agent started. */
  readonly slowestPauseMs: number
  /** Of the agent. */
  readonly version: string
  /** What its processors had counted at this beat; absent where it does not tell. */
  readonly power?: CountedPower
}

export interface CountedPower {
  /** By names such as package-0 or package-0/dram; counters begin again at their range, where one is known. */
  readonly zones: readonly { readonly name: string; readonly counterUj: number; readonly rangeUj?: number }[]
  /** Why there is none. */
  readonly fault?: string
}

export interface Desktop {
  readonly id: string
  /** Name of the host in its cloud. */
  readonly hostName: string
  /** Undefined: whichever cloud has a host of that name. */
  readonly cloudId: CloudId | undefined
  readonly pool: string
  /** False: its agent only tells what guests report; the host is no desktop and its cloud uses it as before. */
  readonly lends: boolean
  readonly joinedAtMs: number
  /** Until when its key counts, in real time; undefined for desktops of a cloud that speaks for them itself. */
  readonly keyUntilMs: number | undefined
  readonly revokedAtMs: number | undefined
  readonly revokedBy: string | undefined
  /** Of the last beat that was taken; a beat counts only with a larger one. */
  readonly sequence: number
  readonly lastBeatMs: number | undefined
  /** Undefined until the first beat. */
  readonly word: DesktopWord | undefined
  readonly phaseSinceMs: number | undefined
  /** Guests ran there for so long, without the time since `phaseSinceMs`. */
  readonly lentMs: number
  /** How often guests had to stop. */
  readonly interruptions: number
  /** Changes of the phase that the agent had to throw away while nobody took them. */
  readonly lostChanges: number
  /** The highest number of a change that counts already; 0 before the first. Joining anew does not lower it. */
  readonly changesTaken: number
}

/** What a beat brings, with its times on the clock of whoever takes it. */
export interface DesktopBeat {
  readonly sequence: number
  readonly word: DesktopWord
  readonly phaseSinceMs: number
  /** Oldest first. Those that were told before may be among them. */
  readonly changes: readonly ToldChange[]
  readonly lostChanges: number
}

/** What a guest said of itself to the agent of its host, with its times on the clock of whoever took it. */
export interface HeardReport {
  /** Name or id of the instance in its cloud. */
  readonly instance: string
  readonly atMs: number
  readonly freshUntilMs: number
  readonly users: number
  readonly idleS: number
}

/** What a join token allows: one join of this host, within its lifetime. */
export interface JoinGrant {
  readonly id: string
  readonly hostName: string
  readonly cloudId: CloudId | undefined
  readonly pool: string
  readonly lends: boolean
  readonly createdAtMs: number
  readonly createdBy: string
  readonly expiresAtMs: number
}
