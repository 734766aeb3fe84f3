// Samples counted at the edges they are certainly below (side 'high') or not below (side 'low'): summaries of any levels
// of collapse add up here without losing what each of them knows. Positions are the indices of `edges`.
import type { Block } from './block.ts'
import { mostBins } from './layout.ts'
import { bucketCount, bucketOf } from './log-buckets.ts'

export class EdgeCounts {
  readonly at = new Int32Array(bucketCount + 2)
  /** Every position in use is between these two. */
  lowest = bucketCount + 1
  highest = 0
  readonly #bins = new Int32Array(mostBins)

  clear(): void {
    this.at.fill(0, this.lowest, this.highest + 1)
    this.lowest = bucketCount + 1
    this.highest = 0
  }

  addValues(values: Float32Array, bits: Uint32Array, range: { count: number; high: boolean }): void {
    const { at } = this
    const up = range.high ? 1 : 0
    let { lowest, highest } = this
    for (let i = 0; i < range.count; i++) {
      const position = bucketOf(values[i] as number, bits[i] as number) + up
      at[position] = (at[position] as number) + 1
      if (position < lowest) lowest = position
      if (position > highest) highest = position
    }
    this.lowest = lowest
    this.highest = highest
  }

  /** Bins reach no further out than the tile's minimum and maximum. */
  addTile(block: Block, tile: number, high: boolean): void {
    const { at } = this
    const bins = this.#bins
    const place = block.places[tile] as number
    const level = place >>> 12
    const bottom = bucketOf(block.minimums[tile] as number, block.minimumBits[tile] as number)
    const top = bucketOf(block.maximums[tile] as number, block.maximumBits[tile] as number) + 1
    const limit = block.copyBins(tile, bins)
    let zeros = block.counts[tile] as number
    let bin = (place & 0xfff) + (high ? 1 : 0)
    for (let j = 0; j < limit; j++, bin++) {
      // Empty bins too: adding nothing is quicker than a branch that cannot be foreseen.
      const here = bins[j] as number
      zeros -= here
      const position = Math.max(bottom, Math.min((bin << level) + 1, top))
      at[position] = (at[position] as number) + here
    }
    if (zeros > 0) at[high ? 1 : 0] = (at[high ? 1 : 0] as number) + zeros
    if (bottom < this.lowest) this.lowest = bottom
    if (top > this.highest) this.highest = top
  }
}
