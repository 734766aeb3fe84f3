// Memory for bytes that only pass through, so that hundreds of megabytes of rows do not become as much garbage: many rows
// lie in one slab, and a slab is used again when its rows are no longer needed. Who takes slabs knows when that is.
const slabBytes = 1024 * 1024
/** More is given memory of its own. */
const largestShared = slabBytes / 8

export class Slabs {
  readonly #free: Buffer[] = []
  #taken: Buffer[] = []
  #at = slabBytes

  /** A copy of part of a buffer. */
  copy(source: Buffer, from: number, to: number): Uint8Array {
    const length = to - from
    if (length > largestShared) return new Uint8Array(source.subarray(from, to))
    if (this.#at + length > slabBytes) {
      this.#taken.push(this.#free.pop() ?? Buffer.allocUnsafeSlow(slabBytes))
      this.#at = 0
    }
    const slab = this.#taken.at(-1) as Buffer
    source.copy(slab, this.#at, from, to)
    const copied = new Uint8Array(slab.buffer, slab.byteOffset + this.#at, length)
    this.#at += length
    return copied
  }

  /** What holds the copies made since the last time; those made from now on lie elsewhere. */
  take(): readonly Buffer[] {
    const taken = this.#taken
    this.#taken = []
    this.#at = slabBytes
    return taken
  }

  /** Nobody needs the copies in them any more. */
  free(slabs: readonly Buffer[]): void {
    this.#free.push(...slabs)
  }
}
