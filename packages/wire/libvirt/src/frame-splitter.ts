// Cuts a byte stream into whole messages. Guarantees: a length outside the protocol's bounds is refused as soon as its
// four bytes are there, and no more is ever held than what really arrived of one message.
import { frameOverheadBytes } from './frame.ts'
import { limits } from './limits.ts'
import { protocolError } from './wire-error.ts'

export class FrameSplitter {
  #chunks: Uint8Array[] = []
  #held = 0
  #needed = 0

  /** Whole messages that are complete with this chunk, oldest first. */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    const whole: Uint8Array[] = []
    for (;;) {
      if (this.#needed === 0) {
        if (this.#held < 4) return whole
        this.#needed = this.#readLength()
      }
      if (this.#held < this.#needed) return whole
      const all = this.#joined()
      whole.push(all.subarray(0, this.#needed))
      const rest = all.subarray(this.#needed)
      this.#chunks = rest.length === 0 ? [] : [rest]
      this.#held = rest.length
      this.#needed = 0
    }
  }

  /** True while a message has begun and not ended. */
  get isInside(): boolean {
    return this.#held > 0
  }

  #readLength(): number {
    const first = this.#chunks[0]
    const head = first !== undefined && first.length >= 4 ? first : this.#joined()
    const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0)
    if (length < frameOverheadBytes || length > limits.messageBytes) {
      throw protocolError(`a message that says it is ${length} bytes long`)
    }
    return length
  }

  #joined(): Uint8Array {
    const [first] = this.#chunks
    if (first !== undefined && this.#chunks.length === 1) return first
    const all = new Uint8Array(this.#held)
    let at = 0
    for (const chunk of this.#chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    this.#chunks = [all]
    return all
  }
}
