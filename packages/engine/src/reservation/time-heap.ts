// A binary heap of numbers by time, smallest first, in two flat arrays: what a sweep over ten thousand hosts pushes and
// pops a hundred thousand times must not make an object each.

export class TimeHeap {
  readonly #times: number[] = []
  readonly #values: number[] = []

  get size(): number {
    return this.#times.length
  }

  /** Infinity when it is empty. */
  get firstMs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  push(timeMs: number, value: number): void {
    let at = this.#times.length
    this.#times.push(timeMs)
    this.#values.push(value)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.#times[parent] as number
      if (above <= timeMs) break
      this.#times[at] = above
      this.#values[at] = this.#values[parent] as number
      at = parent
    }
    this.#times[at] = timeMs
    this.#values[at] = value
  }

  /** The value of the earliest time; the heap must not be empty. */
  pop(): number {
    const first = this.#values[0] as number
    const timeMs = this.#times.pop() as number
    const value = this.#values.pop() as number
    const { length } = this.#times
    if (length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= length) break
      if (child + 1 < length && (this.#times[child + 1] as number) < (this.#times[child] as number)) child++
      if ((this.#times[child] as number) >= timeMs) break
      this.#times[at] = this.#times[child] as number
      this.#values[at] = this.#values[child] as number
      at = child
    }
    this.#times[at] = timeMs
    this.#values[at] = value
    return first
  }
}
