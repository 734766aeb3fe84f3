// Keeps copies of short rows of samples in a few large arrays: a million arrays of a dozen numbers each cost more to make
// and to clear away than the numbers themselves. A large array goes when the last of its rows does.

const slabLength = 1 << 15

export class SampleSlab {
  #slab = new Float64Array(0)
  #end = 0

  /** A copy of the row that nobody else writes to. */
  keep(row: Float64Array): Float64Array {
    if (row.length > slabLength / 8) return row.slice()
    if (this.#end + row.length > this.#slab.length) {
      this.#slab = new Float64Array(slabLength)
      this.#end = 0
    }
    this.#slab.set(row, this.#end)
    this.#end += row.length
    return this.#slab.subarray(this.#end - row.length, this.#end)
  }
}
