// Is what a host does now what it did before? Stable if and only if the newest slice stays, against the slices of the
// window before it, within `band` of the capacity in all three: the level (mean), the spread (deviation), and how well
// tomorrow follows from today (root mean square error of the least-squares line from each sample to the next, fitted on the
// old slices and applied to both; what the published neural net with a look-back of one sample learns). Until the window
// holds `needed` older slices nothing is called stable.
// The published test compares the two errors of a small LSTM with 1 % of the capacity; this is the same question without
// the net: linear in the samples, no randomness. The level is compared with what chance alone would move it: a band of
// `noise` standard errors of the slice means of the window, never less than `band`.
// Source of the question: ScroogeVM, model/stability_assesser/stabilityassesserlstm.py.
import type { Samples } from './host-slice.ts'
import { deviationOf, meanOf, presentSamples } from './sample-statistics.ts'

export interface StabilityOptions {
  /** Parts of the capacity. */
  readonly band: number
  /** Older slices that are needed. */
  readonly needed: number
  /** How many deviations of the older slices' means the new mean may be away. */
  readonly noise: number
}

export const defaultStability: StabilityOptions = { band: 0.01, needed: 4, noise: 2.5 }

export interface StabilityVerdict {
  readonly isStable: boolean
  /** Differences in parts of the capacity. */
  readonly level: number
  readonly spread: number
  readonly error: number
}

const unknown: StabilityVerdict = { isStable: false, level: Number.NaN, spread: Number.NaN, error: Number.NaN }

export interface StabilityQuestion {
  readonly older: readonly Samples[]
  readonly newest: Samples
  readonly capacity: number
  readonly options?: StabilityOptions
}

export function judgeStability({
  older,
  newest,
  capacity,
  options = defaultStability,
}: StabilityQuestion): StabilityVerdict {
  const past = older.map(presentSamples).filter((slice) => slice.length > 0)
  const now = presentSamples(newest)
  if (past.length < options.needed || now.length === 0 || !(capacity > 0)) return unknown
  const means = Float64Array.from(past, (slice) => meanOf(slice))
  const meanBefore = meanOf(means)
  const level = Math.abs(meanOf(now) - meanBefore) / capacity
  const spreadBefore = meanOf(Float64Array.from(past, (slice) => deviationOf(slice)))
  const spread = Math.abs(deviationOf(now) - spreadBefore) / capacity
  const line = fitNext(past)
  const error = Math.abs(errorOf(line, [now]) - errorOf(line, past)) / capacity
  const wander = deviationOf(means, meanBefore) / capacity
  const isStable =
    level <= Math.max(options.band, options.noise * wander) &&
    spread <= Math.max(options.band, 0.5 * (spreadBefore / capacity)) &&
    error <= Math.max(options.band, 0.5 * (spreadBefore / capacity))
  return { isStable, level, spread, error }
}

interface Line {
  readonly slope: number
  readonly offset: number
}

/** Least squares from each sample to the next, within each slice. */
function fitNext(slices: readonly Samples[]): Line {
  let count = 0
  let sumX = 0
  let sumY = 0
  let sumXX = 0
  let sumXY = 0
  for (const slice of slices) {
    for (let i = 1; i < slice.length; i++) {
      const x = slice[i - 1] as number
      const y = slice[i] as number
      count++
      sumX += x
      sumY += y
      sumXX += x * x
      sumXY += x * y
    }
  }
  const spread = count * sumXX - sumX * sumX
  const slope = spread > 0 ? (count * sumXY - sumX * sumY) / spread : 0
  return { slope, offset: count === 0 ? 0 : (sumY - slope * sumX) / count }
}

function errorOf({ slope, offset }: Line, slices: readonly Samples[]): number {
  let count = 0
  let sum = 0
  for (const slice of slices) {
    for (let i = 1; i < slice.length; i++) {
      const miss = (slice[i] as number) - (offset + slope * (slice[i - 1] as number))
      sum += miss * miss
      count++
    }
  }
  return count === 0 ? 0 : Math.sqrt(sum / count)
}
