// How the rules reach usage data. The engine's telemetry implements it; a replay and the tests bring their own.
// Contract: every method is pure for the duration of one evaluation, allocates (all but) nothing, never throws, and answers NaN
// when it has no data. A slot is the telemetry's own small number for a subject; -1 means it has never heard of it.
import type { Metric } from '@gleaner/model'

/**
 * over the samples of [toMs - lengthMs, toMs):
 * average, minimum, maximum; percentile (argument 0..100); shareBelow: fraction of samples strictly below the argument;
 * coverage: fraction of the window for which there are samples, 0 when there is none.
 */
export type WindowFunction = 'average' | 'minimum' | 'maximum' | 'percentile' | 'shareBelow' | 'coverage'

/** Owned by the caller and used again for the next question: an implementation must not keep it. */
export interface WindowRequest {
  fn: WindowFunction
  metric: Metric
  /** Percent for `percentile`, a bound in the metric's unit for `shareBelow`, 0 for the others. */
  argument: number
  lengthMs: number
  /** NaN when the coverage of the window is less; 0 for coverage itself. */
  leastCoverage: number
}

export interface QuietQuery {
  metric: Metric
  below: number
  /** Longest stretch without samples that does not end the quiet. */
  maxGapMs: number
}

export interface TelemetryAccess {
  slotOf(subjectId: string): number
  /** Stays the same as long as every subject keeps the slot it has; without it slots are asked for anew each time. */
  readonly removals?: number
  /** The newest sample at or before `atMs`; NaN when there is none or it is too old to stand for the present. */
  latest(slot: number, metric: Metric, atMs: number): number
  query(slot: number, request: WindowRequest, toMs: number): number
  /** Since when all samples up to `toMs` have been below the bound: `toMs` when they are not, NaN without data. */
  quietSince(slot: number, request: QuietQuery, toMs: number): { readonly sinceMs: number }
}

/** Between which numbers an answer stays; `isMissing`: it is and stays NaN for want of samples. */
export interface Outlook {
  readonly least: number
  readonly most: number
  readonly isMissing: boolean
}

/** Telemetry that can tell for how long an answer stands, so that it need not be asked again in every cycle. */
export interface TelemetryForesight {
  /** Distance of two samples: foresight counts in steps of this length. */
  readonly stepMs: number
  /** Changes when anything happens to the subject but that newer samples come; 0 when nothing can be foreseen of it. */
  rewritten(slot: number, nowMs: number): number
  /** How many steps it is worth looking ahead in a window of this length, the farthest first. */
  horizons(lengthMs: number): readonly number[]
  /** What holds from `toMs` up to `steps` steps later, as long as `rewritten` stays the same. */
  foresee(slot: number, request: WindowRequest, ahead: { readonly toMs: number; readonly steps: number }): Outlook
}

/** Knows nothing: with it every rule that asks for usage is unknown. */
export const noTelemetry: TelemetryAccess = {
  slotOf: () => -1,
  latest: () => Number.NaN,
  query: (_slot, request) => (request.fn === 'coverage' ? 0 : Number.NaN),
  quietSince: () => ({ sinceMs: Number.NaN }),
}
