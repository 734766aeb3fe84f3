// Which stored data a window [fromMs, toMs) touches: rows of the ring, tiles wholly inside, and tiles that the window's
// edges cut. Of a cut tile only its count is known, so between `fewest` and `most` of its samples lie in the window,
// whichever they are. Rows win where both exist: a window that begins within the ring is exact.
// A sample counts as being at the start of its step: the window holds the steps whose start is in [fromMs, toMs).
// Where tiles take part, `steadyTo` says up to which first step the same ones are whole and cut, as long as the window
// reaches the newest sample and nothing is folded.
import { metrics } from '@gleaner/model'
import { type Block, noStep } from './block.ts'
import type { Layout } from './layout.ts'

const nothingSteady = Number.NEGATIVE_INFINITY

/** The steps of a window, both ends included. */
export interface Steps {
  readonly first: number
  readonly last: number
}

export class WindowSelection {
  readonly #layout: Layout
  /** First and last selected row, as steps; none when first > last. */
  firstRow = 0
  lastRow = -1
  /** Steps in the window. */
  expected = 0
  steadyTo = nothingSteady
  readonly whole: Int32Array
  wholeTiles = 0
  readonly cut: Int32Array
  cutTiles = 0
  /** Samples of each cut tile that lie in the window, at least and at most; and of all of them. */
  readonly cutFewest: Int32Array
  fewest = 0
  most = 0
  /** Of all cut tiles, in the window or not. */
  cutSamples = 0

  constructor(layout: Layout) {
    this.#layout = layout
    this.whole = new Int32Array(layout.tiles)
    this.cut = new Int32Array(layout.tiles)
    this.cutFewest = new Int32Array(layout.tiles)
  }

  select(block: Block, series: number, { first, last }: Steps): void {
    const { rows, stepsPerHour } = this.#layout
    this.firstRow = 0
    this.lastRow = -1
    this.expected = last >= first ? last - first + 1 : 0
    this.wholeTiles = 0
    this.cutTiles = 0
    this.fewest = 0
    this.most = 0
    this.cutSamples = 0
    this.steadyTo = nothingSteady
    const index = Math.floor(series / metrics.length)
    const head = block.head[index] as number
    if (!(this.expected > 0) || head === noStep) return
    const oldestRow = Math.max(0, head - rows + 1)
    this.lastRow = Math.min(last, head)
    if (first >= oldestRow) {
      this.firstRow = first
      return
    }
    const foldedHours = block.foldedHours[index] as number
    const folded = foldedHours * stepsPerHour
    this.firstRow = Math.max(first, folded, oldestRow)
    if (first >= folded) return
    const firstStep = block.firstStep[index] as number
    this.#selectTiles(block, series, { first, last, foldedHours, firstStep })
  }

  #selectTiles(
    block: Block,
    series: number,
    range: { first: number; last: number; foldedHours: number; firstStep: number },
  ): void {
    const { tiers, tiles, stepsPerHour } = this.#layout
    const base = series * tiles
    let end = range.foldedHours
    this.steadyTo = end * stepsPerHour - 1
    for (let t = 0; t < tiers.length; t++) {
      const { hours, tiles: count, firstTile } = tiers[t] as { hours: number; tiles: number; firstTile: number }
      const newest = Math.floor((end - 1) / hours)
      const oldest = newest - count + 1
      let place = ((newest % count) + count) % count
      for (let number = newest; number >= oldest; number--) {
        const tile = base + firstTile + place
        place = place === 0 ? count - 1 : place - 1
        const endStep = Math.min(end, (number + 1) * hours) * stepsPerHour
        if (endStep <= range.first) return
        const samples = block.counts[tile] as number
        const startStep = Math.max(number * hours * stepsPerHour, range.firstStep)
        this.steadyTo = Math.min(this.steadyTo, startStep >= range.first ? startStep : endStep - 1, endStep - 1)
        if (samples === 0 || startStep > range.last) continue
        if (startStep >= range.first && endStep <= range.last + 1) this.whole[this.wholeTiles++] = tile
        else {
          const inside = Math.min(endStep, range.last + 1) - Math.max(startStep, range.first)
          const fewest = Math.max(0, samples - (endStep - startStep - inside))
          this.cutFewest[this.cutTiles] = fewest
          this.cut[this.cutTiles++] = tile
          this.fewest += fewest
          this.most += Math.min(samples, inside)
          this.cutSamples += samples
        }
      }
      end = oldest * hours
    }
  }
}
