// Writes XDR (RFC 4506) into a buffer that grows. Guarantees: what it writes, XdrReader reads back; a number that does
// not fit its type is a RangeError of the caller, never a silently cut value.

const utf8 = new TextEncoder()

export class XdrWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(initialBytes = 128) {
    this.#bytes = new Uint8Array(initialBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  int(value: number): this {
    if (!Number.isInteger(value) || value < -2_147_483_648 || value > 2_147_483_647) throw unfit(value, 'int')
    const at = this.#grow(4)
    this.#view.setInt32(at, value)
    return this
  }

  uint(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 4_294_967_295) throw unfit(value, 'unsigned int')
    const at = this.#grow(4)
    this.#view.setUint32(at, value)
    return this
  }

  hyper(value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) throw unfit(value, 'hyper')
    const at = this.#grow(8)
    this.#view.setBigInt64(at, value)
    return this
  }

  uhyper(value: bigint): this {
    if (BigInt.asUintN(64, value) !== value) throw unfit(value, 'unsigned hyper')
    const at = this.#grow(8)
    this.#view.setBigUint64(at, value)
    return this
  }

  double(value: number): this {
    const at = this.#grow(8)
    this.#view.setFloat64(at, value)
    return this
  }

  /** Fixed-length opaque data, padded. */
  opaque(bytes: Uint8Array): this {
    const at = this.#grow(Math.ceil(bytes.length / 4) * 4)
    this.#bytes.set(bytes, at)
    return this
  }

  string(text: string): this {
    const bytes = utf8.encode(text)
    return this.uint(bytes.length).opaque(bytes)
  }

  optional<T>(value: T | undefined, write: (writer: XdrWriter, value: T) => void): this {
    this.uint(value === undefined ? 0 : 1)
    if (value !== undefined) write(this, value)
    return this
  }

  array<T>(items: readonly T[], write: (writer: XdrWriter, item: T) => void): this {
    this.uint(items.length)
    for (const item of items) write(this, item)
    return this
  }

  /** What was written so far; later writes do not change it. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** Makes room for `length` zero bytes and returns where they begin. May replace the view: call it first. */
  #grow(length: number): number {
    const at = this.#length
    const needed = at + length
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, at))
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    this.#length = needed
    return at
  }
}

function unfit(value: number | bigint, type: string): RangeError {
  return new RangeError(`${value} does not fit an XDR ${type}`)
}
