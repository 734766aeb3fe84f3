// What a monitor of a desktop says when it is asked: one word and what stands behind it. A monitor never guesses: what it cannot
// read is missing, and missing counts as in use.
import type { Facts } from '@gleaner/model'

/**
 * active: somebody, or something with a right to the machine, was there since the last look. between: not busy enough to send
 * guests away, not calm enough to let them begin (load between its two thresholds, the last half hour before the day).
 */
export type ReadingState = 'active' | 'between' | 'idle' | 'missing'

export interface Reading {
  /** Name of the monitor, the same as that of its rule. */
  readonly monitor: string
  readonly state: ReadingState
  /** When it was read, on the clock that never jumps. */
  readonly readAtMs: number
  /** What was seen, for people: "nothing typed on 3 devices", "/proc/interrupts: no i8042 line". */
  readonly detail: string
  readonly facts: Facts
}
