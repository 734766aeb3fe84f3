// How the ledger, the gate and the yields reach usage data: the questions of the rules' telemetry access that they need,
// and the time of the newest sample. Contract: pure during one cycle, never throws, NaN without data, 0 coverage without
// data. A slot is the telemetry's own small number for a subject (an instance or host id); -1 when it never heard of it.
import type { Metric } from '@gleaner/model'

export interface UsageRequest {
  fn: 'average' | 'maximum' | 'coverage'
  metric: Metric
  argument: number
  lengthMs: number
}

export interface UsageAccess {
  slotOf(subjectId: string): number
  /** When the newest sample of the subject was taken, of whatever metric; NaN when there is none. */
  lastAtMs(slot: number): number
  /** The newest value at or before `atMs`; NaN when there is none or it is too old to stand for the present. */
  latest(slot: number, metric: Metric, atMs: number): number
  /** Over the samples of [toMs - lengthMs, toMs). */
  query(slot: number, request: UsageRequest, toMs: number): number
}

export const noUsage: UsageAccess = {
  slotOf: () => -1,
  lastAtMs: () => Number.NaN,
  latest: () => Number.NaN,
  query: (_slot, request) => (request.fn === 'coverage' ? 0 : Number.NaN),
}

/** What the source says, if it can be a measurement at all. */
export function isMeasured(value: number): boolean {
  return value >= 0 && value <= 1e15
}
