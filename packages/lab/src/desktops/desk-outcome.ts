// What a policy did with a desktop, measured against what really happened there and not against what the policy saw.
import type { DeskSpan } from './make-days.ts'

export interface GuestRun {
  readonly fromMs: number
  readonly toMs: number
  /** What ended it: paused, and goes on later; killed, its work lost. */
  readonly end: 'paused' | 'killed' | 'still'
}

export interface DeskOutcome {
  readonly lentMs: number
  readonly pauses: number
  readonly kills: number
  /** Guests ran while a person was active, in all, and past the first second of each stay. */
  readonly besideUserMs: number
  readonly beyondLimitMs: number
  /** The longest time from a person's first activity to guests standing still. */
  readonly slowestMs: number
}

export const limitMs = 1000

export function measureRuns(spans: readonly DeskSpan[], runs: readonly GuestRun[]): DeskOutcome {
  let besideUserMs = 0
  let beyondLimitMs = 0
  let slowestMs = 0
  const persons = spans.filter(({ source }) => source !== 'load' && source !== 'bump')
  let first = 0
  for (const { fromMs, toMs } of runs) {
    while ((persons[first]?.toMs ?? Number.POSITIVE_INFINITY) <= fromMs) first += 1
    for (let nth = first; (persons[nth]?.fromMs ?? Number.POSITIVE_INFINITY) < toMs; nth++) {
      const person = persons[nth] as DeskSpan
      const overlapMs = Math.min(toMs, person.toMs) - Math.max(fromMs, person.fromMs)
      const reactionMs = toMs - Math.max(fromMs, person.fromMs)
      besideUserMs += overlapMs
      beyondLimitMs += Math.max(0, overlapMs - limitMs)
      slowestMs = Math.max(slowestMs, reactionMs)
    }
  }
  return {
    lentMs: runs.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    pauses: runs.filter(({ end }) => end === 'paused').length,
    kills: runs.filter(({ end }) => end === 'killed').length,
    besideUserMs,
    beyondLimitMs,
    slowestMs,
  }
}

export function addOutcomes(a: DeskOutcome, b: DeskOutcome): DeskOutcome {
  return {
    lentMs: a.lentMs + b.lentMs,
    pauses: a.pauses + b.pauses,
    kills: a.kills + b.kills,
    besideUserMs: a.besideUserMs + b.besideUserMs,
    beyondLimitMs: a.beyondLimitMs + b.beyondLimitMs,
    slowestMs: Math.max(a.slowestMs, b.slowestMs),
  }
}

export const noOutcome: DeskOutcome = {
  lentMs: 0,
  pauses: 0,
  kills: 0,
  besideUserMs: 0,
  beyondLimitMs: 0,
  slowestMs: 0,
}
