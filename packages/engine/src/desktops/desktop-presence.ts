// Whether a desktop may have guests now, as the gate and the plan ask for it. Guaranteed: yes only for one desktop whose agent was heard
// within its limits, says so itself, and holds a lend contract that still runs. All else is somebody's machine.
import type { Desktop, Verdict } from '@gleaner/model'
import { type DesktopLimits, type StandingAnswer, standDesktop } from './stand-desktop.ts'

export interface PresenceLimits extends DesktopLimits {
  /** How far a lend contract reaches beyond the beat that it answers. */
  readonly contractMs: number
}

export interface DesktopPresence extends Omit<StandingAnswer, 'standing'> {
  /** Undefined: no agent speaks for the host. */
  readonly standing: StandingAnswer['standing'] | undefined
}

export function presenceOf(desktop: Desktop | undefined, nowMs: number, limits: PresenceLimits): DesktopPresence {
  if (desktop === undefined) return { standing: undefined, lendable: false, verdict: unjoined, sinceMs: 0 }
  const answer = standDesktop(desktop, nowMs, limits)
  const untilMs = (desktop.lastBeatMs ?? Number.NEGATIVE_INFINITY) + limits.contractMs
  if (!answer.lendable || nowMs < untilMs) return answer
  return { ...answer, lendable: false, verdict: contractOver, sinceMs: untilMs }
}

const unjoined: Verdict = {
  code: 'desktop-unjoined',
  sentence: 'It is a desktop, and no agent speaks for it, or more than one may: that counts as in use.',
  facts: {},
}

const contractOver: Verdict = {
  code: 'lend-contract-over',
  sentence: 'Its lend contract has ended and was not renewed.',
  facts: {},
}
