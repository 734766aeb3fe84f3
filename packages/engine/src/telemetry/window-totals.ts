// What is known of a window before a particular question: totals of its rows and of its whole tiles.
import type { Block } from './block.ts'
import type { Layout } from './layout.ts'
import type { WindowSelection } from './window-selection.ts'

export class WindowTotals {
  readonly #rows: number
  rowSamples = 0
  rowSum = 0
  #rowMin = Number.POSITIVE_INFINITY
  #rowMax = Number.NEGATIVE_INFINITY
  wholeSum = 0
  /** Of rows and whole tiles. */
  samples = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY

  constructor(layout: Layout) {
    this.#rows = layout.rows
  }

  takeRows(block: Block, series: number, { firstRow, lastRow }: WindowSelection): void {
    const rows = this.#rows
    const { ring } = block
    const base = series * rows
    let samples = 0
    let sum = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (let step = firstRow; step <= lastRow; ) {
      const row = step % rows
      const run = Math.min(lastRow - step + 1, rows - row)
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
    this.rowSamples = samples
    this.rowSum = sum
    this.#rowMin = min
    this.#rowMax = max
  }

  /** The rows of another window, when they are the same. */
  takeRowsOf(other: WindowTotals): void {
    this.rowSamples = other.rowSamples
    this.rowSum = other.rowSum
    this.#rowMin = other.#rowMin
    this.#rowMax = other.#rowMax
  }

  /** After the rows. */
  addTiles(block: Block, { whole, wholeTiles }: WindowSelection): void {
    const { counts, sums, minimums, maximums } = block
    let samples = this.rowSamples
    let sum = 0
    let min = this.#rowMin
    let max = this.#rowMax
    for (let i = 0; i < wholeTiles; i++) {
      const tile = whole[i] as number
      samples += counts[tile] as number
      sum += sums[tile] as number
      const tileMin = minimums[tile] as number
      const tileMax = maximums[tile] as number
      if (tileMin < min) min = tileMin
      if (tileMax > max) max = tileMax
    }
    this.samples = samples
    this.wholeSum = sum
    this.min = min
    this.max = max
  }
}
