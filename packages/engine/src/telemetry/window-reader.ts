// Answers questions about one window of one metric, as bounds between which the exact answer over all samples lies.
//
//   average, sum, count, minimum, maximum; coverage = samples / steps of the window
//   percentile p: the smallest sample that p per cent of the samples do not exceed (nearest rank, rank max(1, ceil(p n / 100)))
//   shareBelow x: samples < x / samples
//
// What makes a bound differ from the exact answer, and is inside it: rounding to single precision, the width of a bin, the
// rounding of stored sums, and tiles cut by the window's edges, of which any admissible choice of samples is considered.
// "No data" (NaN) when no sample certainly lies in the window.
import { metrics } from '@gleaner/model'
import { BelowCounter } from './below-counter.ts'
import type { Block } from './block.ts'
import { CutSamples } from './cut-samples.ts'
import { EdgeCounts } from './edge-counts.ts'
import type { Layout } from './layout.ts'
import { edges } from './log-buckets.ts'
import { OpenWindow } from './open-window.ts'
import { selectRank } from './select-rank.ts'
import { sumError } from './sketch.ts'
import { type Bound, busyBound, type TelemetryQuestion } from './telemetry-question.ts'
import { WindowOutlook } from './window-outlook.ts'
import type { WindowSelection } from './window-selection.ts'
import type { WindowTotals } from './window-totals.ts'

/** Samples are stored rounded to single precision, towards the busy side. */
const valueError = 2 ** -22

/** Windows of one subject that are kept open: rules ask about the same ones by turns. */
const mostOpen = 32

export class WindowReader {
  readonly #layout: Layout
  readonly #windows: OpenWindow[] = []
  readonly #open = { block: undefined as Block | undefined, index: 0, revision: 0, toMs: 0, count: 0 }
  #turn = 0
  /** A window as it will be. */
  readonly #later: OpenWindow
  #window: OpenWindow
  #selection: WindowSelection
  #totals: WindowTotals
  #block: Block | undefined
  #series = 0
  readonly #counter = new BelowCounter()
  readonly #outlook: WindowOutlook
  // What is below the counter's value: among rows and whole tiles, and in cut tiles.
  #sureBelow = 0
  #cutBelow = 0
  #belowX = Number.NaN
  #belowHigh = false
  readonly #values: Float32Array
  readonly #valueBits: Uint32Array
  /** Samples of whole tiles and rows, and of cut tiles. */
  readonly #sure = new EdgeCounts()
  readonly #maybe = new EdgeCounts()
  readonly #cutSamples = new CutSamples()

  constructor(layout: Layout, futureSteps: number) {
    this.#layout = layout
    this.#later = new OpenWindow(layout)
    this.#window = new OpenWindow(layout)
    this.#selection = this.#window.selection
    this.#totals = this.#window.totals
    this.#outlook = new WindowOutlook(layout, futureSteps)
    this.#values = new Float32Array(layout.rows)
    this.#valueBits = new Uint32Array(this.#values.buffer)
  }

  /** Looks the window up, once for all questions about it; all other methods speak of it until the next call. */
  open(block: Block, window: { readonly series: number; readonly lengthMs: number; readonly toMs: number }): void {
    const { series, lengthMs, toMs } = window
    const index = Math.floor(series / metrics.length)
    const revision = block.revision[index] as number
    const open = this.#open
    if (open.block !== block || open.index !== index || open.revision !== revision || open.toMs !== toMs) {
      open.block = block
      open.index = index
      open.revision = revision
      open.toMs = toMs
      open.count = 0
    } else if (this.#window.series === series && this.#window.lengthMs === lengthMs) return
    this.#block = block
    this.#series = series
    this.#speakOf(this.#opened(block, window))
  }

  #opened(
    block: Block,
    window: { readonly series: number; readonly lengthMs: number; readonly toMs: number },
  ): OpenWindow {
    const open = this.#open
    for (let i = 0; i < open.count; i++) {
      const known = this.#windows[i] as OpenWindow
      if (known.series === window.series && known.lengthMs === window.lengthMs) return known
    }
    const place = open.count < mostOpen ? open.count : this.#turn++ % mostOpen
    const fresh = (this.#windows[place] ??= new OpenWindow(this.#layout))
    fresh.open(block, window, { windows: this.#windows, count: open.count })
    if (open.count < mostOpen) open.count++
    return fresh
  }

  /** Samples that certainly lie in the window. */
  get samples(): number {
    return this.#totals.samples + this.#selection.fewest
  }

  get coverage(): number {
    const { expected } = this.#selection
    return expected > 0 ? this.samples / expected : 0
  }

  bound(question: TelemetryQuestion, side: Bound): number {
    const { most, fewest, expected } = this.#selection
    const { fn, argument } = question
    if (fn === 'count') return side === 'low' ? this.samples : this.#totals.samples + most
    if (fn === 'coverage')
      return expected > 0 ? (this.#totals.samples + (side === 'low' ? fewest : most)) / expected : 0
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

  /**
   * Between which numbers the answer of `bound` on its busy side stays for so many steps. Where the start of the window moves
   * on to another tile meanwhile, one stretch after the other: what holds in all of them.
   */
  foresee(question: TelemetryQuestion, steps: number): WindowOutlook {
    const now = this.#window
    const outlook = this.#outlook
    let least = Number.POSITIVE_INFINITY
    let most = Number.NEGATIVE_INFINITY
    let isMissing = true
    for (let from = 0; from <= steps; ) {
      if (from > 0) {
        this.#later.openLater(this.#block as Block, now, from)
        this.#speakOf(this.#later)
      }
      // Where no tile takes part there is but one stretch.
      const steady = this.#selection.steadyTo - this.#window.steps.first
      const stretch = steady >= 0 ? Math.min(steady, steps - from) : steps - from
      this.#look(question, stretch)
      least = Math.min(least, outlook.least)
      most = Math.max(most, outlook.most)
      isMissing &&= outlook.isMissing
      if (!isMissing && least === Number.NEGATIVE_INFINITY && most === Number.POSITIVE_INFINITY) break
      from += stretch + 1
    }
    if (this.#window !== now) this.#speakOf(now)
    outlook.least = least
    outlook.most = most
    outlook.isMissing = isMissing
    return outlook
  }

  #look(question: TelemetryQuestion, steps: number): void {
    const { fn, argument, leastCoverage = 0 } = question
    const high = busyBound(fn, this.#series % metrics.length) === 'high'
    if (fn === 'shareBelow') this.#countBelow(argument, high)
    this.#outlook.look(
      { fn, high, leastCoverage, lengthMs: this.#window.lengthMs, window: this.#window.steps, steps },
      {
        block: this.#block as Block,
        series: this.#series,
        selection: this.#selection,
        totals: this.#totals,
        counter: this.#counter,
        sureBelow: this.#sureBelow,
        cutBelow: this.#cutBelow,
      },
    )
  }

  #speakOf(window: OpenWindow): void {
    this.#belowX = Number.NaN
    this.#window = window
    this.#selection = window.selection
    this.#totals = window.totals
  }

  /** From the stored value to what may have been measured: stored values lie on the busy side of it. */
  #widened(stored: number, side: Bound): number {
    if (this.#window.isIdle) return side === 'high' ? stored * (1 + valueError) : stored
    return side === 'low' ? stored * (1 - valueError) : stored
  }

  /** The extreme of what surely is in the window, and of a cut tile: its own, or its other one, or nothing at all. */
  #extreme(side: Bound, smallest: boolean): number {
    const { minimums, maximums } = this.#block as Block
    const selection = this.#selection
    const outer = smallest === (side === 'low')
    let result = smallest ? this.#totals.min : this.#totals.max
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
    const sure = this.#boundOfSum(this.#totals.rowSum, this.#totals.wholeSum, high)
    if (cutTiles === 0) return mean ? sure / this.#totals.samples : sure
    let whole = 0
    for (let i = 0; i < cutTiles; i++) whole += sums[cut[i] as number] as number
    whole *= 1 + sumError + valueError
    const samples = this.#totals.samples
    const { positions, counts } = this.#cutSamples
    this.#cutSamples.list(this.#block as Block, this.#selection, high)
    let chosen = 0
    let added = 0
    for (let i = 0; i < this.#cutSamples.length && chosen < most; i++) {
      const here = counts[i] as number
      const value = this.#widened(edges[positions[i] as number] as number, side)
      const moves = mean
        ? high === value * (samples + chosen) > sure + added && samples + chosen > 0
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
    return mean ? (sure + added) / (samples + chosen) : sure + added
  }

  #boundOfSum(rowSum: number, tileSum: number, high: boolean): number {
    if (high) return rowSum * (this.#window.isIdle ? 1 + valueError : 1) + tileSum * (1 + sumError + valueError)
    return rowSum * (this.#window.isIdle ? 1 : 1 - valueError) + tileSum * (1 - sumError - valueError)
  }

  #shareBelow(x: number, side: Bound): number {
    if (Number.isNaN(x)) return x
    const high = side === 'high'
    this.#countBelow(x, high)
    const { samples } = this.#totals
    const { fewest, most, cutTiles, cutSamples } = this.#selection
    const below = this.#sureBelow
    if (cutTiles === 0) return below / samples
    if (high) {
      const taken = Math.min(most, this.#cutBelow)
      return (below + taken) / (samples + Math.max(fewest, taken))
    }
    const others = Math.min(most, cutSamples - this.#cutBelow)
    return (below + Math.max(0, fewest - others)) / (samples + Math.max(fewest, others))
  }

  #countBelow(x: number, high: boolean): void {
    if (x === this.#belowX && high === this.#belowHigh) return
    this.#belowX = x
    this.#belowHigh = high
    // Stored values lie on the busy side of the measured ones, so the comparison is exact on one side only.
    let value = x
    if (high && !this.#window.isIdle) value = x * (1 + valueError)
    if (!high && this.#window.isIdle) value = x * (1 - valueError)
    this.#counter.aim(value, high)
    const { whole, wholeTiles, cut, cutTiles } = this.#selection
    const block = this.#block as Block
    this.#sureBelow = this.#rowsBelow()
    for (let i = 0; i < wholeTiles; i++) this.#sureBelow += this.#counter.ofTile(block, whole[i] as number)
    this.#cutBelow = 0
    for (let i = 0; i < cutTiles; i++) this.#cutBelow += this.#counter.ofTile(block, cut[i] as number)
  }

  #rowsBelow(): number {
    const { ring } = this.#block as Block
    const { firstRow, lastRow } = this.#selection
    const { rows } = this.#layout
    const base = this.#series * rows
    let below = 0
    for (let step = firstRow; step <= lastRow; ) {
      const row = step % rows
      const run = Math.min(lastRow - step + 1, rows - row)
      below += this.#counter.ofRows(ring, base + row, run)
      step += run
    }
    return below
  }

  #percentile(p: number, side: Bound): number {
    if (!(p >= 0 && p <= 100)) return Number.NaN
    const selection = this.#selection
    const samples = this.#totals.samples
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
      const all = this.#totals.samples + Math.max(fewest, taken)
      const notAbove = this.#totals.samples - above + Math.max(0, fewest - taken)
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
    let below = this.#totals.samples
    for (let position = to; position >= from; position--) {
      const here = sure[position] as number
      const cutHere = maybe[position] as number
      if (here === 0 && cutHere === 0) continue
      below -= here
      cutBelow -= cutHere
      const taken = Math.min(most, cutBelow)
      const all = this.#totals.samples + Math.max(fewest, taken)
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
    this.#sure.addValues(this.#values, this.#valueBits, { count: this.#totals.rowSamples, high })
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
