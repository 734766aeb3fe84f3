// Cuts a byte stream from a guest into lines. Guarantees: holds at most `maxBytes` of an unfinished line; a longer one is
// dropped to its end, so that the next line is whole again.

const newline = 0x0a

export class LineSplitter {
  readonly #maxBytes: number
  #held: Buffer = Buffer.alloc(0)
  #isSkipping = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that are complete with this chunk, oldest first, without their end. */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = []
    let rest = chunk
    for (;;) {
      const end = rest.indexOf(newline)
      if (end < 0) break
      const part = rest.subarray(0, end)
      if (!this.#isSkipping && this.#held.length + part.length <= this.#maxBytes) {
        lines.push(Buffer.concat([this.#held, part]).toString('latin1'))
      }
      this.#held = Buffer.alloc(0)
      this.#isSkipping = false
      rest = rest.subarray(end + 1)
    }
    if (this.#isSkipping || this.#held.length + rest.length > this.#maxBytes) {
      this.#isSkipping = true
      this.#held = Buffer.alloc(0)
    } else {
      this.#held = Buffer.concat([this.#held, rest])
    }
    return lines
  }
}
