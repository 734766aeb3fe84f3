// Mean, population deviation, maximum and percentiles of samples. Missing samples (NaN) are left out; of nothing, every
// figure is NaN. Percentiles are interpolated linearly between the two nearest ranks (NumPy's default, Hyndman and Fan's
// type 7): position p/100 · (n − 1).
import type { Samples } from './host-slice.ts'

/** The samples that are there; the array itself when none is missing. */
export function presentSamples(samples: Samples): Samples {
  let missing = 0
  for (let i = 0; i < samples.length; i++) if (Number.isNaN(samples[i])) missing++
  return missing === 0 ? samples : samples.filter((value) => !Number.isNaN(value))
}

export function meanOf(samples: Samples): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return sum / count
}

/** Population deviation (divides by n) in two passes: a level of 10^5 MB with a deviation of 1 keeps its digits. */
export function deviationOf(samples: Samples, mean: number = meanOf(samples)): number {
  return Math.sqrt(squares(samples, mean) / countOf(samples))
}

/** Sample deviation (divides by n − 1); 0 for one sample. */
export function sampleDeviationOf(samples: Samples, mean: number = meanOf(samples)): number {
  const count = countOf(samples)
  if (count === 1) return 0
  return Math.sqrt(squares(samples, mean) / (count - 1))
}

export function maximumOf(samples: Samples): number {
  let maximum = Number.NaN
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number
    if (!(value <= maximum) && !Number.isNaN(value)) maximum = value
  }
  return maximum
}

/** One percentile (0..100). Selects instead of sorting: linear in the number of samples. */
export function percentileOf(samples: Samples, percent: number): number {
  const present = samples.filter((value) => !Number.isNaN(value))
  return percentileInPlace(present, present.length, percent)
}

/** The same of the first `count` numbers, which must all be there; their order is lost. */
export function percentileInPlace(numbers: Float64Array, count: number, percent: number): number {
  if (count === 0) return Number.NaN
  const position = (percent / 100) * (count - 1)
  const rank = Math.min(Math.floor(position), count - 1)
  const lower = select(numbers, rank, count)
  if (position === rank || rank === count - 1) return lower
  let upper = Number.POSITIVE_INFINITY
  for (let i = rank + 1; i < count; i++) upper = Math.min(upper, numbers[i] as number)
  return between(lower, upper, position - rank)
}

/** A percentile of samples that are sorted already and complete. */
export function percentileOfSorted(sorted: Samples, percent: number): number {
  const { length } = sorted
  if (length === 0) return Number.NaN
  const position = (percent / 100) * (length - 1)
  const rank = Math.floor(position)
  if (rank >= length - 1) return sorted[length - 1] as number
  return between(sorted[rank] as number, sorted[rank + 1] as number, position - rank)
}

/** NumPy interpolates from the nearer end, so that the result never leaves [lower, upper]. */
function between(lower: number, upper: number, share: number): number {
  const step = upper - lower
  return share >= 0.5 ? upper - step * (1 - share) : lower + step * share
}

function countOf(samples: Samples): number {
  let count = 0
  for (let i = 0; i < samples.length; i++) if (!Number.isNaN(samples[i])) count++
  return count
}

function squares(samples: Samples, mean: number): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number
    if (!Number.isNaN(value)) sum += (value - mean) ** 2
  }
  return sum
}

/** Hoare's selection among the first `count`: afterwards everything behind `rank` is at least as large. Apart from telemetry's for its speed. */
function select(numbers: Float64Array, rank: number, count: number): number {
  let low = 0
  let high = count - 1
  while (low < high) {
    const a = numbers[low] as number
    const b = numbers[(low + high) >> 1] as number
    const c = numbers[high] as number
    const pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b
    let i = low
    let j = high
    while (i <= j) {
      while ((numbers[i] as number) < pivot) i++
      while ((numbers[j] as number) > pivot) j--
      if (i <= j) {
        const swap = numbers[i] as number
        numbers[i++] = numbers[j] as number
        numbers[j--] = swap
      }
    }
    if (rank <= j) high = j
    else if (rank >= i) low = i
    else break
  }
  return numbers[rank] as number
}
