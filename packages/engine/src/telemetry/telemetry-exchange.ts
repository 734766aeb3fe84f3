// What goes into the windows, and what comes back of it.
import type { Metric } from '@gleaner/model'
import type { Refusals } from './sample-writer.ts'
import type { LoadRefusal } from './subject-decoder.ts'

/** The same as a `SampleBatch` with the slots known already: row i belongs to slots[i]. */
export interface SlotBatch {
  readonly slots: Int32Array
  readonly atMs: Float64Array
  readonly values: Float64Array
}

export interface IngestOutcome {
  /** Samples of which at least one value was taken. */
  readonly accepted: number
  readonly refused: Readonly<Refusals>
}

export type LoadOutcome =
  | { readonly loaded: true; readonly slot: number }
  | { readonly loaded: false; readonly reason: LoadRefusal }

export interface QuietRequest {
  readonly metric: Metric
  readonly below: number
  /** Longest stretch without samples that does not end the run; three hours when not given. */
  readonly maxGapMs?: number
}

/** Both ends are open where nothing is certain; `isMissing`: there is no answer, for want of samples, and will be none. */
export interface Outlook {
  readonly least: number
  readonly most: number
  readonly isMissing: boolean
}
