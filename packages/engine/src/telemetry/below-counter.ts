// Counts samples below a value: exactly in the ring, and in a tile those that are certainly below it (side 'low') or may
// be (side 'high'). Which bins are below is decided once for each value, by the first edge that is not, so that a tile
// costs the sum of a few bins.
import type { Block } from './block.ts'
import { bucketCount, edges } from './log-buckets.ts'

export class BelowCounter {
  #value = Number.NaN
  #high = false
  /** Bins from this position on are not below. */
  #edge = 0

  /** What the next counts are about; `value` is a number. */
  aim(value: number, high: boolean): void {
    if (value === this.#value && high === this.#high) return
    this.#value = value
    this.#high = high
    this.#edge = firstEdge(value, high)
  }

  isBelow(value: number): boolean {
    return value < this.#value
  }

  /** Samples among the `count` values of the ring from `from` on. */
  ofRows(ring: Float32Array, from: number, count: number): number {
    const value = this.#value
    let below = 0
    for (let position = from; position < from + count; position++) if ((ring[position] as number) < value) below++
    return below
  }

  ofTile(block: Block, tile: number): number {
    const count = block.counts[tile] as number
    if ((block.maximums[tile] as number) < this.#value) return count
    if (!((block.minimums[tile] as number) < this.#value)) return 0
    // Values that count as zero are in no bin.
    if (this.#edge <= 1 && !this.#high) return 0
    const place = block.places[tile] as number
    const level = place >>> 12
    const reach = (this.#edge - 1 + (1 << level) - 1) >> level
    const first = Math.max(0, reach - (place & 0xfff) - (this.#high ? 0 : 1))
    return count - block.sumBins(tile, first)
  }
}

/** The first edge that is not below the value or, for the low side, is above it; past the end when there is none. */
function firstEdge(value: number, high: boolean): number {
  let from = 0
  let to = bucketCount + 1
  while (from < to) {
    const middle = (from + to) >> 1
    const edge = edges[middle] as number
    if (high ? edge >= value : edge > value) to = middle
    else from = middle + 1
  }
  return from
}
