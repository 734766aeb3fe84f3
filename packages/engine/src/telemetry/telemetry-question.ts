// What can be asked of a window, and what an answer is. On which side of the exact answer the given one lies.
import { type Metric, metrics } from '@gleaner/model'
import { idleMetric } from './sample-writer.ts'

export const telemetryFunctions = [
  'average',
  'minimum',
  'maximum',
  'percentile',
  'shareBelow',
  'sum',
  'count',
  'coverage',
] as const
export type TelemetryFunction = (typeof telemetryFunctions)[number]

/** What is asked of the window [toMs - lengthMs, toMs). Owned by the caller and never kept. */
export interface TelemetryQuestion {
  fn: TelemetryFunction
  metric: Metric
  /** Percent for `percentile`, a bound for `shareBelow`, not used by the others. */
  argument: number
  lengthMs: number
  /** A window whose coverage is less counts as "no data" (of `query`; not for coverage and count themselves). */
  leastCoverage?: number
}

export interface TelemetryAnswer {
  /** The bound on the busy side: whoever acts when it is low enough never acts on an error of estimation. */
  readonly value: number
  readonly errorLow: number
  readonly errorHigh: number
  /** Samples that certainly lie in the window. */
  readonly samples: number
  readonly coverage: number
}

export type Bound = 'low' | 'high'

export const metricIndex: Readonly<Record<Metric, number>> = Object.fromEntries(
  metrics.map((metric, index) => [metric, index]),
) as Record<Metric, number>

/** Usage is busy when it is high, idle seconds when they are low; for a share below a bound it is the other way round. */
export function busyBound(fn: TelemetryFunction, metric: number): Bound {
  if (fn === 'coverage' || fn === 'count') return 'low'
  return (metric === idleMetric) === (fn === 'shareBelow') ? 'high' : 'low'
}
