// The samples of the tiles that a window's edges cut, as counts at the edges they are certainly below (side 'high') or not
// below (side 'low'), in the order in which a bound takes them: from the highest down, or from the lowest up.
import type { Block } from './block.ts'
import { EdgeCounts } from './edge-counts.ts'
import { mostBins } from './layout.ts'
import { bucketCount, bucketOf } from './log-buckets.ts'
import type { WindowSelection } from './window-selection.ts'

export class CutSamples {
  length = 0
  readonly positions = new Int32Array(bucketCount + 2)
  readonly counts = new Int32Array(bucketCount + 2)
  readonly #bins = new Int32Array(mostBins)
  readonly #several = new EdgeCounts()

  list(block: Block, { cut, cutTiles }: WindowSelection, high: boolean): void {
    this.length = 0
    if (cutTiles === 1) return this.#listOne(block, cut[0] as number, high)
    this.#several.clear()
    for (let i = 0; i < cutTiles; i++) this.#several.addTile(block, cut[i] as number, high)
    const { lowest, highest, at } = this.#several
    for (let i = 0; i <= highest - lowest; i++) {
      const position = high ? highest - i : lowest + i
      this.#add(position, at[position] as number)
    }
  }

  /** As good as always there is one: its bins are in order already. */
  #listOne(block: Block, tile: number, high: boolean): void {
    const bins = this.#bins
    const place = block.places[tile] as number
    const level = place >>> 12
    const low = (place & 0xfff) + (high ? 1 : 0)
    const bottom = bucketOf(block.minimums[tile] as number, block.minimumBits[tile] as number)
    const top = bucketOf(block.maximums[tile] as number, block.maximumBits[tile] as number) + 1
    const limit = block.copyBins(tile, bins)
    let zeros = block.counts[tile] as number
    for (let j = 0; j < limit; j++) zeros -= bins[j] as number
    if (!high) this.#add(0, zeros)
    for (let i = 0; i < limit; i++) {
      const j = high ? limit - 1 - i : i
      const here = bins[j] as number
      if (here > 0) this.#add(Math.max(bottom, Math.min(((low + j) << level) + 1, top)), here)
    }
    if (high) this.#add(1, zeros)
  }

  #add(position: number, count: number): void {
    if (count === 0) return
    this.positions[this.length] = position
    this.counts[this.length++] = count
  }
}
