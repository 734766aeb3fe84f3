// A usage series as the API shows it; a bucket without a sample is null, never zero.
import { type Metric, type SeriesView, metricUnits } from '@gleaner/model'
import type { UsageSeries } from '../../application.ts'
import { timeText } from './time-text.ts'

export function seriesView(metric: Metric, series: UsageSeries): SeriesView {
  return {
    metric,
    unit: metricUnits[metric],
    at: Array.from(series.average, (_, bucket) => timeText(series.startMs + bucket * series.stepMs)),
    average: nullable(series.average),
    minimum: nullable(series.minimum),
    maximum: nullable(series.maximum),
  }
}

export function nullable(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null))
}
