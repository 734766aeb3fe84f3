// Cuts a stream of ZMTP 3 (rfc.zeromq.org/spec/23) into frames: one byte of flags, a length of one or eight bytes, the body.
// Bodies up to a bound are handed out; of longer ones only that they were there, so that a peer's long message costs no
// memory. Whatever no peer of version 3 sends ends the stream with a ZmtpError.

export class ZmtpError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ZmtpError'
  }
}

export interface Frame {
  readonly isCommand: boolean
  /** The message goes on in the next frame. */
  readonly hasMore: boolean
  /** Undefined when it was longer than what is kept. */
  readonly body: Buffer | undefined
}

export const flags = { more: 1, long: 2, command: 4 } as const

/** More than any message of any peer that means well. */
const longestBody = 256 * 1024 * 1024

export class FrameReader {
  readonly #keepBytes: number
  #head = Buffer.alloc(0)
  #current: { readonly flags: number; readonly length: number; left: number; readonly parts: Buffer[] } | undefined

  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes
  }

  /** The frames that are whole with this piece. */
  push(piece: Buffer): readonly Frame[] {
    const frames: Frame[] = []
    let rest = piece
    while (rest.length > 0) {
      rest = this.#current === undefined ? this.#begin(rest) : this.#fill(rest)
      if (this.#current?.left === 0) frames.push(this.#finish())
    }
    return frames
  }

  #begin(piece: Buffer): Buffer {
    const known = this.#head.length
    const head = known === 0 ? piece : Buffer.concat([this.#head, piece])
    const first = head[0] ?? 0
    if ((first & ~(flags.more | flags.long | flags.command)) !== 0) throw new ZmtpError('a frame of an unknown kind')
    const headLength = (first & flags.long) === 0 ? 2 : 9
    if (head.length < headLength) {
      this.#head = Buffer.from(head)
      return Buffer.alloc(0)
    }
    const length = headLength === 2 ? (head[1] ?? 0) : Number(head.readBigUInt64BE(1))
    if (length > longestBody) throw new ZmtpError(`a frame of ${length} bytes`)
    this.#head = Buffer.alloc(0)
    this.#current = { flags: first, length, left: length, parts: [] }
    return head.subarray(headLength)
  }

  #fill(piece: Buffer): Buffer {
    const current = this.#current
    if (current === undefined) return piece
    const part = piece.subarray(0, current.left)
    if (current.length <= this.#keepBytes) current.parts.push(part)
    current.left -= part.length
    return piece.subarray(part.length)
  }

  #finish(): Frame {
    const { flags: bits, length, parts } = this.#current ?? { flags: 0, length: 0, parts: [] }
    this.#current = undefined
    return {
      isCommand: (bits & flags.command) !== 0,
      hasMore: (bits & flags.more) !== 0,
      body: length <= this.#keepBytes ? Buffer.concat(parts) : undefined,
    }
  }
}
