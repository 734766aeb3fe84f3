// Between which numbers an answer stays for the next steps, whatever samples come: so that a rule that was decided with a
// margin need not ask again in every cycle. It counts on one thing alone, that nothing but newer samples is written; what
// else happens to a subject changes `Block.rewritten` and makes every outlook void.
//
// Known are the rows before the newest (which may still be written again) that are in the window to the end of the
// outlook, and the whole tiles. Every other step may have any sample, or none. So shares lie between two ends, averages and
// maxima have only a least value, minima only a most one. A look reaches as far as the window's start stays within the same
// tile; whoever looks farther ahead (`WindowReader.foresee`) looks again at the window as it will be there.
// All of it is conservative; where nothing is certain both ends are open.
import { metrics } from '@gleaner/model'
import { type Block, noStep } from './block.ts'
import type { BelowCounter } from './below-counter.ts'
import type { Layout } from './layout.ts'
import { sumError } from './sketch.ts'
import type { TelemetryFunction } from './telemetry-question.ts'
import type { Steps, WindowSelection } from './window-selection.ts'
import type { WindowTotals } from './window-totals.ts'

/** More than values, sums of rows and stored sums can be off by rounding. */
const roundingOfValue = 1e-6
const roundingOfRows = 1e-12
const roundingOfSums = 10 * sumError

/** What is asked, and how far ahead. */
export interface Foreseeing {
  readonly fn: TelemetryFunction
  /** The side on which it is answered. */
  readonly high: boolean
  readonly leastCoverage: number
  readonly lengthMs: number
  readonly window: Steps
  readonly steps: number
}

/** What the reader knows of the window. */
export interface Known {
  readonly block: Block
  readonly series: number
  readonly selection: WindowSelection
  readonly totals: WindowTotals
  /** Aimed, for a share. */
  readonly counter: BelowCounter
  readonly sureBelow: number
  readonly cutBelow: number
}

export class WindowOutlook {
  readonly #layout: Layout
  readonly #futureSteps: number
  least = Number.NEGATIVE_INFINITY
  most = Number.POSITIVE_INFINITY
  /** There is no answer, for want of samples, and there will be none. */
  isMissing = false
  // Of the known rows.
  #samples = 0
  #below = 0
  #sum = 0
  #min = 0
  #max = 0

  /** `futureSteps`: how far ahead of now a sample may be. */
  constructor(layout: Layout, futureSteps: number) {
    this.#layout = layout
    this.#futureSteps = futureSteps
  }

  look(asked: Foreseeing, known: Known): void {
    this.least = Number.NEGATIVE_INFINITY
    this.most = Number.POSITIVE_INFINITY
    this.isMissing = false
    const { stepMs, rows, stepsPerHour } = this.#layout
    const { block, series, selection } = known
    const { first, last } = asked.window
    const index = Math.floor(series / metrics.length)
    const head = block.head[index] as number
    // The window must have the same number of steps at every instant.
    if (head === noStep || asked.lengthMs !== selection.expected * stepMs) return
    const oldestRow = head - rows + 1
    if (first >= Math.max(0, oldestRow)) {
      // Samples from ahead of now must not push it out of the ring.
      if (selection.expected + this.#futureSteps + 2 <= rows) this.#withinRing(asked, known, Math.min(last, head - 1))
      return
    }
    const folded = (block.foldedHours[index] as number) * stepsPerHour
    // A sample of this very moment, or from ahead of it, is not in the window yet: the rows of the window are settled then.
    const open = Math.min(head, last + 1)
    if (folded > open || selection.firstRow !== folded || selection.cutTiles > 1) return
    if (first + asked.steps <= selection.steadyTo && first + asked.steps < oldestRow)
      this.#withTiles(asked, known, open)
  }

  #withinRing(asked: Foreseeing, known: Known, to: number): void {
    const { expected } = known.selection
    const from = asked.window.first + asked.steps
    this.#takeRows(known, from, to)
    // Steps that have a sample or may get one.
    const possible = expected - Math.max(0, to - from + 1) + this.#samples
    if (!this.#covers(asked, this.#samples / expected, possible / expected)) return
    switch (asked.fn) {
      case 'shareBelow':
        this.least = this.#below / possible
        this.most = (possible - this.#samples + this.#below) / possible
        return
      case 'average':
        this.least = (this.#sum / possible) * (1 - roundingOfValue)
        return
      case 'maximum':
        this.least = this.#max * (1 - roundingOfValue)
        return
      case 'minimum':
        this.most = this.#min * (1 + roundingOfValue)
        return
      default:
    }
  }

  /** From the step `open` on samples may still come. */
  #withTiles(asked: Foreseeing, known: Known, open: number): void {
    const { selection, totals } = known
    const { expected, fewest, most } = selection
    const { steps } = asked
    const { last } = asked.window
    // The newest row counts as one that may still come.
    this.#takeRows(known, open, Math.min(open, last))
    const samples = totals.samples - this.#samples
    const coming = last + steps - open + 1
    const leastCovered = samples + Math.max(0, fewest - steps)
    if (!this.#covers(asked, leastCovered / expected, (samples + coming + fewest) / expected)) return
    switch (asked.fn) {
      case 'shareBelow':
        return this.#shareWithTiles(asked, known, { samples, coming })
      case 'average': {
        const rows = Math.max(0, totals.rowSum * (1 - roundingOfRows) - this.#sum)
        this.least = ((totals.wholeSum + rows) * (1 - roundingOfSums)) / (samples + coming + most)
        return
      }
      case 'maximum':
        if (!(this.#max >= totals.max)) this.least = totals.max * (1 - roundingOfValue)
        return
      case 'minimum':
        if (!(this.#min <= totals.min)) this.most = totals.min * (1 + roundingOfValue)
        return
      default:
    }
  }

  /**
   * The reader's share is b / (b + n), with the cut tile's part of b and n chosen against it; both parts can change by one
   * with each step by which the window moves on.
   */
  #shareWithTiles(asked: Foreseeing, known: Known, rows: { readonly samples: number; readonly coming: number }): void {
    const { selection, cutBelow } = known
    const { fewest, most, cutTiles, cutSamples } = selection
    const { samples, coming } = rows
    const moves = cutTiles === 0 ? 0 : asked.steps
    const below = known.sureBelow - this.#below
    const others = samples - below
    // What the cut tile gives to its stronger side, and what is left for the other to make up the fewest.
    const strong = Math.min(most, asked.high ? cutBelow : cutSamples - cutBelow)
    const strongLeast = Math.max(0, strong - moves)
    const weakLeast = Math.max(0, fewest - strong - moves)
    const weakMost = Math.max(0, fewest - strong + moves)
    const leastBelow = below + (asked.high ? strongLeast : weakLeast)
    const mostBelow = below + (asked.high ? strong : weakMost) + coming
    const leastOthers = others + (asked.high ? weakLeast : strongLeast)
    const mostOthers = others + (asked.high ? weakMost : strong) + coming
    this.least = leastBelow / (leastBelow + mostOthers)
    this.most = mostBelow / (mostBelow + leastOthers)
  }

  /** Whether there certainly is an answer. For coverage itself these are its ends. */
  #covers(asked: Foreseeing, least: number, most: number): boolean {
    if (asked.fn === 'coverage') {
      this.least = least
      this.most = most
      return false
    }
    this.isMissing = most < asked.leastCoverage
    return least > 0 && least >= asked.leastCoverage
  }

  #takeRows({ block, series, counter }: Known, from: number, to: number): void {
    const { rows } = this.#layout
    const base = series * rows
    this.#samples = 0
    this.#below = 0
    this.#sum = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
    for (let step = from; step <= to; step++) {
      const value = block.ring[base + (step % rows)] as number
      if (!(value >= 0)) continue
      this.#samples++
      this.#sum += value
      if (counter.isBelow(value)) this.#below++
      if (value < this.#min) this.#min = value
      if (value > this.#max) this.#max = value
    }
  }
}
