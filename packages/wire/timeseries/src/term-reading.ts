// One answer onto the grid: the sink that places each series, folds its samples, and keeps one line of steps for each strand.
// Two series that claim the same strand (two replicas of a database, an instance that has moved) are not added up: the one
// with the newer sample counts, and of equally new ones the busier value of each step. Both are counted as duplicate.
import type { SeriesCounts } from './series-counts.ts'
import { type Grid, SeriesFolder, type SeriesKind, unknown } from './series-folder.ts'
import type { Labels, SeriesSink } from './series-sink.ts'
import { refusals, type StrandIndex } from './subject-rows.ts'

export interface TermShape {
  readonly kind: SeriesKind
  readonly maxGapMs: number
  /** Which of two equally new values is the safe one. */
  readonly busy: 'high' | 'low'
}

export class TermReading implements SeriesSink {
  /** Line of strand s: cells [s * steps, (s + 1) * steps); NaN where there is nothing, `unknown` where nobody can tell. */
  cells: Float64Array
  times: Float64Array
  readonly index: StrandIndex
  readonly #grid: Grid
  readonly #busy: 'high' | 'low'
  readonly #folder: SeriesFolder
  readonly #counts: SeriesCounts
  #newest: Float64Array
  #key: string | undefined
  #strand = -1

  constructor(index: StrandIndex, what: { readonly shape: TermShape; readonly grid: Grid }, counts: SeriesCounts) {
    this.index = index
    this.#grid = what.grid
    this.#busy = what.shape.busy
    this.#counts = counts
    this.#folder = new SeriesFolder(what.grid, what.shape, counts)
    const room = Math.max(64, index.rowOfStrand.length)
    this.cells = new Float64Array(room * what.grid.steps).fill(Number.NaN)
    this.times = new Float64Array(room * what.grid.steps).fill(Number.NaN)
    this.#newest = new Float64Array(room).fill(Number.NEGATIVE_INFINITY)
  }

  begin(key: string, labels: () => Labels): boolean {
    if (key === this.#key) return this.#strand >= 0
    this.finish()
    this.#key = key
    const strand = this.index.find(key, labels)
    this.#strand = strand
    this.#counts.series++
    if (strand === refusals.unmatched) this.#counts.unmatched++
    if (strand === refusals.ambiguous) this.#counts.ambiguous++
    return strand >= 0
  }

  sample(atMs: number, value: number): void {
    this.#counts.samples++
    this.#folder.add(atMs, value)
  }

  /** The answer has ended. */
  finish(): void {
    if (this.#key === undefined) return
    this.#key = undefined
    if (this.#strand < 0) return
    this.#folder.close()
    this.#keep(this.#strand)
    this.#folder.clear()
  }

  #keep(strand: number): void {
    this.#makeRoom(strand)
    const { steps } = this.#grid
    const { values, times, newestMs } = this.#folder
    const before = this.#newest[strand] as number
    const at = strand * steps
    if (before === Number.NEGATIVE_INFINITY || newestMs > before) {
      if (before !== Number.NEGATIVE_INFINITY) this.#counts.duplicate++
      this.cells.set(values, at)
      this.times.set(times, at)
      this.#newest[strand] = newestMs
      return
    }
    if (newestMs === Number.NEGATIVE_INFINITY) return
    this.#counts.duplicate++
    if (newestMs < before) return
    for (let step = 0; step < steps; step++) {
      const there = this.cells[at + step] as number
      const here = values[step] as number
      const isBetter =
        !Number.isNaN(here) &&
        (Number.isNaN(there) || there === unknown || (this.#busy === 'high' ? here > there : here < there))
      if (isBetter && here !== unknown) {
        this.cells[at + step] = here
        this.times[at + step] = times[step] as number
      }
    }
  }

  #makeRoom(strand: number): void {
    if (strand < this.#newest.length) return
    const room = Math.max(strand + 1, 2 * this.#newest.length)
    this.cells = grown(this.cells, room * this.#grid.steps, Number.NaN)
    this.times = grown(this.times, room * this.#grid.steps, Number.NaN)
    this.#newest = grown(this.#newest, room, Number.NEGATIVE_INFINITY)
  }
}

function grown(numbers: Float64Array, length: number, filler: number): Float64Array {
  const larger = new Float64Array(length).fill(filler, numbers.length)
  larger.set(numbers)
  return larger
}
