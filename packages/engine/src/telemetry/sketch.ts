// One summary of samples: how many, their sum, minimum, maximum, and counts in at most `limit` neighbouring bins.
// When the values spread wider than the bins reach, all bins are joined in pairs (UDDSketch's uniform collapse), as often
// as needed and no more: the level depends on the values alone, so merging is exact, associative and commutative in
// everything but the sum, which is rounded where it is stored (see `sumError`).
// This is the working form; `Block` holds the stored one. Values that count as zero are those not in any bin.
import { mostBins } from './layout.ts'
import { bucketOf } from './log-buckets.ts'

/**
 * Relative error of a stored sum: each storing rounds by 2^-24, an hour is merged twelve times on its way through the
 * tiers, and at most a hundred and twenty late samples are added one by one.
 */
export const sumError = 1e-5

export class Sketch {
  count = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  level = 0
  /** First bin in use at `level`; bins[j] counts bin low + j. */
  low = 0
  /** Bins from `low` to the last one in use; 0 when all values count as zero. */
  width = 0
  bins = new Int32Array(mostBins)
  #spare = new Int32Array(mostBins)

  clear(): void {
    this.count = 0
    this.sum = 0
    this.min = Number.POSITIVE_INFINITY
    this.max = Number.NEGATIVE_INFINITY
    this.level = 0
    this.low = 0
    this.width = 0
  }

  /** Adds values in single precision, given with their bits; NaN is no sample. */
  addAll(values: Float32Array, bits: Uint32Array, limit: number): void {
    const { length } = values
    let lowest = Number.POSITIVE_INFINITY
    let highest = 0
    for (let i = 0; i < length; i++) {
      const value = values[i] as number
      if (!(value >= 0)) continue
      this.count++
      this.sum += value
      if (value < this.min) this.min = value
      if (value > this.max) this.max = value
      const bucket = bucketOf(value, bits[i] as number)
      if (bucket === 0) continue
      if (bucket < lowest) lowest = bucket
      if (bucket > highest) highest = bucket
    }
    if (highest === 0) return
    this.#cover({ level: 0, low: lowest - 1, high: highest - 1 }, limit)
    const { bins, level, low } = this
    for (let i = 0; i < length; i++) {
      const value = values[i] as number
      if (!(value >= 0)) continue
      const bucket = bucketOf(value, bits[i] as number)
      if (bucket === 0) continue
      const bin = ((bucket - 1) >> level) - low
      bins[bin] = (bins[bin] as number) + 1
    }
  }

  merge(other: Sketch, limit: number): void {
    this.count += other.count
    this.sum += other.sum
    if (other.min < this.min) this.min = other.min
    if (other.max > this.max) this.max = other.max
    if (other.width === 0) return
    this.#cover({ level: other.level, low: other.low, high: other.low + other.width - 1 }, limit)
    const { bins, low } = this
    const shift = this.level - other.level
    for (let j = 0; j < other.width; j++) {
      const bin = ((other.low + j) >> shift) - low
      bins[bin] = (bins[bin] as number) + (other.bins[j] as number)
    }
  }

  /** Makes the bins reach over `more` as well, at the lowest level at which they do. */
  #cover(more: { level: number; low: number; high: number }, limit: number): void {
    const old = this.width > 0 ? this.level : 0
    let level = Math.max(old, more.level)
    let low = more.low >> (level - more.level)
    let high = more.high >> (level - more.level)
    if (this.width > 0) {
      low = Math.min(low, this.low >> (level - old))
      high = Math.max(high, (this.low + this.width - 1) >> (level - old))
    }
    while (high - low >= limit) {
      level++
      low >>= 1
      high >>= 1
    }
    const next = this.#spare
    next.fill(0, 0, high - low + 1)
    for (let j = 0; j < this.width; j++) {
      const bin = ((this.low + j) >> (level - old)) - low
      next[bin] = (next[bin] as number) + (this.bins[j] as number)
    }
    this.#spare = this.bins
    this.bins = next
    this.level = level
    this.low = low
    this.width = high - low + 1
  }
}
