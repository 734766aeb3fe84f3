// All that the state machine remembers between two looks. It may be lost: a new one takes the machine as in use.
import type { LendingPhase } from '@gleaner/model'
import type { ClockReading } from './clock-break.ts'
import type { Evidence } from './evidence.ts'

export interface LendingMemory {
  readonly phase: LendingPhase
  /** On the clock that never jumps. */
  readonly phaseSinceMs: number
  readonly clocks: ClockReading
  readonly evidence: ReadonlyMap<string, Evidence>
  /** When guests had to stop for somebody, within the window of the back-off. */
  readonly interruptedAtMs: readonly number[]
  /** Guests are paused since; undefined while none is. */
  readonly pausedSinceMs: number | undefined
  /** What stopped them may have been a bump: counts as an interruption only when it was none. */
  readonly bumped: boolean
  /** Before this nothing was watched: the machine slept, or nobody looked. */
  readonly wokeBy: 'start' | 'asleep' | 'unwatched'
  /** Every session here was locked at the last look. */
  readonly locked: boolean
}

export function newLendingMemory(clocks: ClockReading): LendingMemory {
  return {
    phase: 'in-use',
    phaseSinceMs: clocks.monoMs,
    clocks,
    evidence: new Map(),
    interruptedAtMs: [],
    pausedSinceMs: undefined,
    bumped: false,
    wokeBy: 'start',
    locked: false,
  }
}
