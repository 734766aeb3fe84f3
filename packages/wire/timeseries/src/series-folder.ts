// The samples of one series, in the order of their times, onto a grid of equal steps.
//
// A gauge is what it last was within a step. A counter is a rate per second, known only between two readings that lie at
// most `maxGapMs` apart: such a stretch speaks for every step that begins in it, or, when none does, for the step it lies
// in; a step that several speak for has their mean, weighted by length. So nothing is smeared: scrapes as long as a step
// give one value each, shorter ones are averaged, and longer ones hold for the steps they have measured.
// A counter that went back (a reset, a wrap: they look alike) tells nothing of that stretch. A NaN is how a vanished
// series ends; an infinite value is no measurement; after either nothing is known until two good readings follow.
// A sample that is not later than the one before it is left out. A step is therefore known (a number), not there at all
// (NaN), or there and not known (`unknown`): who sums several series must not take that for nothing.
import type { SeriesCounts } from './series-counts.ts'

export interface Grid {
  readonly fromMs: number
  readonly stepMs: number
  readonly steps: number
}

export type SeriesKind = 'gauge' | 'counter'

/** In a step of which there are samples and no value. */
export const unknown = Number.POSITIVE_INFINITY

export class SeriesFolder {
  /** After `close`: the value of each step, NaN or `unknown`. */
  readonly values: Float64Array
  /** When the newest sample of each step was taken. */
  readonly times: Float64Array
  newestMs = Number.NEGATIVE_INFINITY
  readonly #grid: Grid
  readonly #isCounter: boolean
  readonly #maxGapMs: number
  readonly #counts: SeriesCounts
  readonly #weights: Float64Array
  readonly #touched: Uint8Array
  #lastMs = Number.NEGATIVE_INFINITY
  #last = Number.NaN

  constructor(grid: Grid, what: { readonly kind: SeriesKind; readonly maxGapMs: number }, counts: SeriesCounts) {
    this.#grid = grid
    this.#isCounter = what.kind === 'counter'
    this.#maxGapMs = what.maxGapMs
    this.#counts = counts
    this.values = new Float64Array(grid.steps)
    this.times = new Float64Array(grid.steps)
    this.#weights = new Float64Array(grid.steps)
    this.#touched = new Uint8Array(grid.steps)
    this.clear()
  }

  clear(): void {
    this.values.fill(this.#isCounter ? 0 : Number.NaN)
    this.times.fill(Number.NaN)
    this.#weights.fill(0)
    this.#touched.fill(0)
    this.newestMs = Number.NEGATIVE_INFINITY
    this.#lastMs = Number.NEGATIVE_INFINITY
    this.#last = Number.NaN
  }

  add(atMs: number, value: number): void {
    if (!(atMs > this.#lastMs)) {
      if (atMs !== this.#lastMs || !Object.is(value, this.#last)) this.#counts.disordered++
      return
    }
    const before = this.#lastMs
    const last = this.#last
    this.#lastMs = atMs
    const { fromMs, stepMs, steps } = this.#grid
    const step = Math.floor((atMs - fromMs) / stepMs)
    if (!Number.isFinite(value)) {
      this.#last = Number.NaN
      if (!Number.isNaN(value)) this.#counts.infinite++
      this.#touch(step, step)
      return
    }
    this.#last = value
    if (step >= 0 && step < steps) this.newestMs = atMs
    if (!this.#isCounter) {
      if (step < 0 || step >= steps) return
      this.values[step] = value
      this.times[step] = atMs
      return
    }
    const lengthMs = atMs - before
    const first = Math.floor((before - fromMs) / stepMs) + 1
    if (Number.isNaN(last) || lengthMs > this.#maxGapMs) this.#touch(step, step)
    else if (value < last) {
      this.#counts.resets++
      this.#touch(Math.min(first, step), step)
    } else this.#speak(Math.min(first, step), step, { atMs, lengthMs, rate: ((value - last) * 1000) / lengthMs })
  }

  /** Turns what was added into values. */
  close(): void {
    const { values } = this
    for (let step = 0; step < values.length; step++) {
      const weight = this.#weights[step] as number
      if (this.#isCounter && weight > 0) values[step] = (values[step] as number) / weight
      else if (this.#isCounter || Number.isNaN(values[step])) {
        values[step] = this.#touched[step] === 1 ? unknown : Number.NaN
      }
    }
  }

  #speak(
    from: number,
    to: number,
    stretch: { readonly atMs: number; readonly lengthMs: number; readonly rate: number },
  ) {
    const { fromMs, stepMs, steps } = this.#grid
    for (let step = Math.max(0, from); step <= Math.min(to, steps - 1); step++) {
      this.values[step] = (this.values[step] as number) + stretch.rate * stretch.lengthMs
      this.#weights[step] = (this.#weights[step] as number) + stretch.lengthMs
      this.times[step] = Math.min(stretch.atMs, fromMs + (step + 1) * stepMs - 1)
    }
  }

  #touch(from: number, to: number): void {
    const last = Math.min(to, this.#grid.steps - 1)
    for (let step = Math.max(0, from); step <= last; step++) this.#touched[step] = 1
  }
}
