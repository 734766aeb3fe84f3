// Answers questions about one window of one metric, as bounds between which the exact answer over all samples lies.
//
//   average, sum, count, minimum, maximum; coverage = samples / steps of the window
//   percentile p: the smallest sample that p per cent of the samples do not exceed (nearest rank, rank max(1, ceil(p n / 100)))
//   shareBelow x: samples < x / samples
//
// What makes a bound differ from the exact answer, and is inside it: rounding to single precision, the width of a bin, the
// rounding of stored sums, and tiles cut by the window's edges, of which any admissible choice of samples is considered.
// "No data" (NaN) when no sample certainly lies in the window.
import { metrics, type Metric } from '@gleaner/model'
import type { Block } from './block.ts'
import { EdgeCounts } from './edge-counts.ts'
import { type Layout, mostBins } from './layout.ts'
import { bucketCount, edges } from './log-buckets.ts'
import { idleMetric } from './sample-writer.ts'
import { selectRank } from './select-rank.ts'
import { sumError } from './sketch.ts'
import { WindowSelection } from './window-selection.ts'

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

/** Samples are stored rounded to single precision, towards the busy side. */
const valueError = 2 ** -22

export const metricIndex: Readonly<Record<Metric, number>> = Object.fromEntries(
  metrics.map((metric, index) => [metric, index]),
) as Record<Metric, number>

/** Usage is busy when it is high, idle seconds when they are low; for a share below a bound it is the other way round. */
export function busyBound(fn: TelemetryFunction, metric: number): Bound {
  if (fn === 'coverage' || fn === 'count') return 'low'
  return (metric === idleMetric) === (fn === 'shareBelow') ? 'high' : 'low'
}

export class WindowReader {
  readonly #layout: Layout
  readonly #selection: WindowSelection
  readonly #window = { fromMs: 0, toMs: 0 }
  #block: Block | undefined
  /** index * metrics + metric: which ring and which tiles. */
  #series = 0
  #idle = false
  // What is known of the selected rows, and of the whole tiles' headers.
  #rowSamples = 0
  #rowSum = 0
  #min = 0
  #max = 0
  #samples = 0
  #tileSum = 0
  readonly #values: Float32Array
  readonly #valueBits: Uint32Array
  /** Samples of whole tiles and rows, and of cut tiles. */
  readonly #sure = new EdgeCounts()
  readonly #maybe = new EdgeCounts()
  readonly #bins = new Int32Array(mostBins)

  constructor(layout: Layout) {
    this.#layout = layout
    this.#selection = new WindowSelection(layout)
    this.#values = new Float32Array(layout.rows)
    this.#valueBits = new Uint32Array(this.#values.buffer)
  }

  /** Selects the window; all other methods speak of it until the next call. */
  open(block: Block, series: number, window: { lengthMs: number; toMs: number }): void {
    this.#block = block
    this.#series = series
    this.#idle = series % metrics.length === idleMetric
    this.#window.fromMs = window.toMs - window.lengthMs
    this.#window.toMs = window.toMs
    this.#selection.select(block, series, this.#window)
    this.#summarise(block)
  }

  /** Samples that certainly lie in the window. */
  get samples(): number {
    return this.#samples + this.#selection.fewest
  }

  get coverage(): number {
    const { expected } = this.#selection
    return expected > 0 ? this.samples / expected : 0
  }

  bound(question: TelemetryQuestion, side: Bound): number {
    const { most, fewest, expected } = this.#selection
    const { fn, argument } = question
    if (fn === 'count') return side === 'low' ? this.samples : this.#samples + most
    if (fn === 'coverage') return expected > 0 ? (this.#samples + (side === 'low' ? fewest : most)) / expected : 0
    if (this.samples === 0) return Number.NaN
    switch (fn) {
      case 'shareBelow':
        return this.#shareBelow(argument, side)
      case 'percentile':
        return this.#widened(this.#percentile(argument, side), side)
      case 'minimum':
        return this.#widened(this.#extreme(side, true), side)
      case 'maximum':
        return this.#widened(this.#extreme(side, false), side)
      case 'sum':
        return this.#sum(side, false)
      case 'average':
        return this.#sum(side, true)
    }
  }

  /** From the stored value to what may have been measured: stored values lie on the busy side of it. */
  #widened(stored: number, side: Bound): number {
    if (this.#idle) return side === 'high' ? stored * (1 + valueError) : stored
    return side === 'low' ? stored * (1 - valueError) : stored
  }

  #summarise(block: Block): void {
    const selection = this.#selection
    let samples = 0
    let sum = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    const { rows } = this.#layout
    const base = this.#series * rows
    const { ring } = block
    for (let step = selection.firstRow; step <= selection.lastRow; ) {
      const row = step % rows
      const run = Math.min(selection.lastRow - step + 1, rows - row)
      for (let position = base + row; position < base + row + run; position++) {
        const value = ring[position] as number
        if (!(value >= 0)) continue
        samples++
        sum += value
        if (value < min) min = value
        if (value > max) max = value
      }
      step += run
    }
    this.#rowSamples = samples
    this.#rowSum = sum
    let tileSum = 0
    for (let i = 0; i < selection.wholeTiles; i++) {
      const tile = selection.whole[i] as number
      samples += block.counts[tile] as number
      tileSum += block.sums[tile] as number
      const tileMin = block.minimums[tile] as number
      const tileMax = block.maximums[tile] as number
      if (tileMin < min) min = tileMin
      if (tileMax > max) max = tileMax
    }
    this.#samples = samples
    this.#tileSum = tileSum
    this.#min = min
    this.#max = max
  }

  /** The extreme of what surely is in the window, and of a cut tile: its own, or its other one, or nothing at all. */
  #extreme(side: Bound, smallest: boolean): number {
    const { minimums, maximums } = this.#block as Block
    const selection = this.#selection
    const outer = smallest === (side === 'low')
    let result = smallest ? this.#min : this.#max
    for (let i = 0; i < selection.cutTiles; i++) {
      if (!outer && (selection.cutFewest[i] as number) === 0) continue
      const tile = selection.cut[i] as number
      const value = (smallest === outer ? minimums[tile] : maximums[tile]) as number
      if (smallest ? value < result : value > result) result = value
    }
    return result
  }

  /** Sum, or mean, at its bound: of the cut tiles the choice of samples that brings it furthest. */
  #sum(side: Bound, mean: boolean): number {
    const { sums } = this.#block as Block
    const { cutTiles, cut, fewest, most } = this.#selection
    const high = side === 'high'
    const sure = this.#boundOfSum(this.#rowSum, this.#tileSum, high)
    if (cutTiles === 0) return mean ? sure / this.#samples : sure
    let whole = 0
    for (let i = 0; i < cutTiles; i++) whole += sums[cut[i] as number] as number
    whole *= 1 + sumError + valueError
    this.#countMaybe(high)
    const { lowest: from, highest: to } = this.#maybe
    let chosen = 0
    let added = 0
    for (let i = 0; i <= to - from && chosen < most; i++) {
      const position = high ? to - i : from + i
      const here = this.#maybe.at[position] as number
      if (here === 0) continue
      const value = this.#widened(edges[position] as number, side)
      const moves = mean
        ? high === value * (this.#samples + chosen) > sure + added && this.#samples + chosen > 0
        : high && value > 0
      const want = (moves ? most : fewest) - chosen
      if (want <= 0) break
      const taken = Math.min(here, want)
      if (high && added + taken * value > whole) {
        const reached = value > 0 ? (whole - added) / value : taken
        chosen = Math.max(fewest, chosen + reached)
        added = whole
        break
      }
      chosen += taken
      added += taken * value
    }
    return mean ? (sure + added) / (this.#samples + chosen) : sure + added
  }

  #boundOfSum(rowSum: number, tileSum: number, high: boolean): number {
    if (high) return rowSum * (this.#idle ? 1 + valueError : 1) + tileSum * (1 + sumError + valueError)
    return rowSum * (this.#idle ? 1 : 1 - valueError) + tileSum * (1 - sumError - valueError)
  }

  #shareBelow(x: number, side: Bound): number {
    const block = this.#block as Block
    const selection = this.#selection
    if (Number.isNaN(x)) return x
    const high = side === 'high'
    // Stored values lie on the busy side of the measured ones, so the comparison is exact on one side only.
    let bound = x
    if (high && !this.#idle) bound = x * (1 + valueError)
    if (!high && this.#idle) bound = x * (1 - valueError)
    let below = this.#rowsBelow(bound)
    for (let i = 0; i < selection.wholeTiles; i++)
      below += this.#tileBelow(block, selection.whole[i] as number, { bound, high })
    if (selection.cutTiles === 0) return below / this.#samples
    let cutBelow = 0
    let cutSamples = 0
    for (let i = 0; i < selection.cutTiles; i++) {
      const tile = selection.cut[i] as number
      cutBelow += this.#tileBelow(block, tile, { bound, high })
      cutSamples += block.counts[tile] as number
    }
    const { fewest, most } = selection
    if (high) {
      const taken = Math.min(most, cutBelow)
      return (below + taken) / (this.#samples + Math.max(fewest, taken))
    }
    const others = Math.min(most, cutSamples - cutBelow)
    return (below + Math.max(0, fewest - others)) / (this.#samples + Math.max(fewest, others))
  }

  #rowsBelow(bound: number): number {
    const { ring } = this.#block as Block
    const { firstRow, lastRow } = this.#selection
    const { rows } = this.#layout
    const base = this.#series * rows
    let below = 0
    for (let step = firstRow; step <= lastRow; ) {
      const row = step % rows
      const run = Math.min(lastRow - step + 1, rows - row)
      for (let position = base + row; position < base + row + run; position++) {
        if ((ring[position] as number) < bound) below++
      }
      step += run
    }
    return below
  }

  /** Samples of a tile that are below the bound: certainly (low) or possibly (high). */
  #tileBelow(block: Block, tile: number, what: { bound: number; high: boolean }): number {
    const { bound, high } = what
    const count = block.counts[tile] as number
    if ((block.maximums[tile] as number) < bound) return count
    if (!((block.minimums[tile] as number) < bound)) return 0
    const place = block.places[tile] as number
    const level = place >>> 12
    const low = place & 0xfff
    const bins = this.#bins
    const limit = block.copyBins(tile, bins)
    let notBelow = 0
    let inBins = 0
    for (let j = 0; j < limit; j++) {
      const here = bins[j] as number
      if (here === 0) continue
      inBins += here
      const edge = (((high ? low + j : low + j + 1) << level) + 1) | 0
      const value = edge > bucketCount ? Number.POSITIVE_INFINITY : (edges[edge] as number)
      if (high ? value >= bound : value > bound) notBelow += here
    }
    const zeros = count - inBins
    if (!high && zeros > 0 && (edges[1] as number) > bound) notBelow += zeros
    return count - notBelow
  }

  #percentile(p: number, side: Bound): number {
    if (!(p >= 0 && p <= 100)) return Number.NaN
    const selection = this.#selection
    const samples = this.#samples
    if (selection.cutTiles === 0 && selection.wholeTiles === 0) {
      this.#copyRows()
      return selectRank(this.#values, samples, rankOf(p, samples))
    }
    const high = side === 'high'
    this.#countMaybe(high)
    this.#countSure(high)
    const from = Math.min(this.#maybe.lowest, this.#sure.lowest)
    const to = Math.max(this.#maybe.highest, this.#sure.highest)
    const position = high ? this.#lowestAbove(p, from, to) : this.#highestBelow(p, from, to)
    const smallest = this.#extreme('low', true)
    const largest = this.#extreme('high', false)
    return Math.min(Math.max(edges[position] as number, smallest), largest)
  }

  /** The lowest edge below which, whichever samples of the cut tiles count, there are enough for the rank. */
  #lowestAbove(p: number, from: number, to: number): number {
    const { fewest, most } = this.#selection
    const sure = this.#sure.at
    const maybe = this.#maybe.at
    let above = 0
    let cutAbove = 0
    for (let position = to; position >= from; position--) {
      const here = sure[position] as number
      const cutHere = maybe[position] as number
      if (here === 0 && cutHere === 0) continue
      above += here
      cutAbove += cutHere
      const taken = Math.min(most, cutAbove)
      const all = this.#samples + Math.max(fewest, taken)
      const notAbove = this.#samples - above + Math.max(0, fewest - taken)
      if (all > 0 && notAbove < rankOf(p, all)) return position
    }
    return from
  }

  /** The highest edge below which, whichever samples of the cut tiles count, there are too few for the rank. */
  #highestBelow(p: number, from: number, to: number): number {
    const { fewest, most, cutTiles, cut } = this.#selection
    const { counts } = this.#block as Block
    const sure = this.#sure.at
    const maybe = this.#maybe.at
    let cutBelow = 0
    for (let i = 0; i < cutTiles; i++) cutBelow += counts[cut[i] as number] as number
    let below = this.#samples
    for (let position = to; position >= from; position--) {
      const here = sure[position] as number
      const cutHere = maybe[position] as number
      if (here === 0 && cutHere === 0) continue
      below -= here
      cutBelow -= cutHere
      const taken = Math.min(most, cutBelow)
      const all = this.#samples + Math.max(fewest, taken)
      if (below + taken < rankOf(p, all)) return position
    }
    return from
  }

  #copyRows(): void {
    const { ring } = this.#block as Block
    const { firstRow, lastRow } = this.#selection
    const { rows } = this.#layout
    const base = this.#series * rows
    let count = 0
    for (let step = firstRow; step <= lastRow; step++) {
      const value = ring[base + (step % rows)] as number
      if (value >= 0) this.#values[count++] = value
    }
  }

  #countSure(high: boolean): void {
    const { wholeTiles, whole } = this.#selection
    this.#copyRows()
    this.#sure.clear()
    this.#sure.addValues(this.#values, this.#valueBits, { count: this.#rowSamples, high })
    for (let i = 0; i < wholeTiles; i++) this.#sure.addTile(this.#block as Block, whole[i] as number, high)
  }

  #countMaybe(high: boolean): void {
    const { cutTiles, cut } = this.#selection
    this.#maybe.clear()
    for (let i = 0; i < cutTiles; i++) this.#maybe.addTile(this.#block as Block, cut[i] as number, high)
  }
}

function rankOf(p: number, samples: number): number {
  return Math.max(1, Math.ceil((p * samples) / 100))
}
