// Which hosts of the index changed, in order, as far back as it is worth knowing: whoever keeps something about every host
// brings it up to date by looking at these, and at all hosts when more has changed than is on record.

const kept = 4096

export class ChangeLog {
  readonly #ring = new Int32Array(kept)
  #count = 0

  /** Changes so far; what is kept is up to date as of one of these numbers. */
  get count(): number {
    return this.#count
  }

  note(host: number): void {
    this.#ring[this.#count % kept] = host
    this.#count++
  }

  reachesBackTo(count: number): boolean {
    return this.#count - count <= kept
  }

  /** The host of the change of this number, which must still be on record. */
  hostAt(count: number): number {
    return this.#ring[count % kept] as number
  }
}
