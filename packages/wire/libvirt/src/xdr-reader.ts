// Reads XDR (RFC 4506) from one message. Guarantees: never reads past the end, never allocates more than the message
// holds, and throws a LibvirtWireError of fault `protocol` for everything that does not fit.
import { protocolError } from './wire-error.ts'

const utf8 = new TextDecoder('utf-8')

export class XdrReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  int(): number {
    const at = this.#take(4)
    return this.#view.getInt32(at)
  }

  uint(): number {
    const at = this.#take(4)
    return this.#view.getUint32(at)
  }

  hyper(): bigint {
    return this.#view.getBigInt64(this.#take(8))
  }

  uhyper(): bigint {
    return this.#view.getBigUint64(this.#take(8))
  }

  /** An unsigned hyper as a number: exact up to 2^53, else the nearest double. Counters are only ever subtracted. */
  uhyperNumber(): number {
    const at = this.#take(8)
    return this.#view.getUint32(at) * 4_294_967_296 + this.#view.getUint32(at + 4)
  }

  /** A signed hyper as a number: exact up to 2^53 either way, else the nearest double. */
  hyperNumber(): number {
    const at = this.#take(8)
    return this.#view.getInt32(at) * 4_294_967_296 + this.#view.getUint32(at + 4)
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8))
  }

  /** Fixed-length opaque data, with its padding. A copy, so that the message can be freed. */
  opaque(length: number): Uint8Array {
    const at = this.#take(padded(length))
    return this.#bytes.slice(at, at + length)
  }

  /** Bytes that are not UTF-8 become U+FFFD: names are for showing, and domains are found by their uuid. */
  string(maxBytes: number): string {
    const length = this.uint()
    if (length > maxBytes) throw protocolError(`a string of ${length} bytes where at most ${maxBytes} are allowed`)
    const at = this.#take(padded(length))
    return utf8.decode(this.#bytes.subarray(at, at + length))
  }

  /** An XDR "pointer": undefined, or what `read` finds. */
  optional<T>(read: (reader: XdrReader) => T): T | undefined {
    const present = this.uint()
    if (present > 1) throw protocolError(`a presence mark of ${present}`)
    return present === 1 ? read(this) : undefined
  }

  /** A counted array. `minItemBytes` is the smallest item possible: a count that cannot fit is refused unread. */
  array<T>(bounds: { readonly max: number; readonly minItemBytes: number }, read: (reader: XdrReader) => T): T[] {
    const count = this.uint()
    if (count > bounds.max) throw protocolError(`a list of ${count} items where at most ${bounds.max} are allowed`)
    if (count * bounds.minItemBytes > this.remaining) throw protocolError(`a list of ${count} items is cut off`)
    const items: T[] = []
    for (let i = 0; i < count; i++) items.push(read(this))
    return items
  }

  /** Call at the end of a message whose layout is fully known. */
  end(): void {
    if (this.remaining !== 0) throw protocolError(`${this.remaining} bytes too many at the end of a message`)
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#bytes.length - at) {
      throw protocolError(`a message ends ${length - (this.#bytes.length - at)} bytes early`)
    }
    this.#at = at + length
    return at
  }
}

/** XDR pads everything to a multiple of four. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4
}
