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
}

export interface QuietQuery {
  metric: Metric
  below: number
  /** Longest stretch without samples that does not end the quiet. */
  maxGapMs: number
}

export interface TelemetryAccess {
  slotOf(subjectId: string): number
  /** The newest sample at or before `atMs`; NaN when there is none or it is too old to stand for the present. */
  latest(slot: number, metric: Metric, atMs: number): number
  query(slot: number, request: WindowRequest, toMs: number): number
  /** Since when all samples up to `toMs` have been below the bound: `toMs` when they are not, NaN without data. */
  quietSince(slot: number, request: QuietQuery, toMs: number): { readonly sinceMs: number }
}

/** Knows nothing: with it every rule that asks for usage is unknown. */
export const noTelemetry: TelemetryAccess = {
  slotOf: () => -1,
  latest: () => Number.NaN,
  query: (_slot, request) => (request.fn === 'coverage' ? 0 : Number.NaN),
  quietSince: () => ({ sinceMs: Number.NaN }),
}
