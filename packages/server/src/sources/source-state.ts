// What is known of a source at this moment, for the status, the metrics and the problems.
import type { SourceNotes } from '@gleaner/ports'

export interface SourceState {
  readonly id: string
  /** Of the last good reading. */
  readonly readAtMs: number | undefined
  readonly notes: SourceNotes | undefined
  /** Hosts and instances that it had figures of. */
  readonly subjects: number
  /** Samples that were taken into the windows since the start, those of the past included. */
  readonly samples: number
  /** Why the last reading failed; undefined when it did not. */
  readonly fault: string | undefined
  /** In a row, readings in which series belonged to nothing that is known. */
  readonly unmatchedReadings: number
}

export function newSourceState(id: string): SourceState {
  return {
    id,
    readAtMs: undefined,
    notes: undefined,
    subjects: 0,
    samples: 0,
    fault: undefined,
    unmatchedReadings: 0,
  }
}
