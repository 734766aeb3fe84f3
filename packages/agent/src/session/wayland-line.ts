// One connection to a Wayland compositor, as far as messages go: an object, an operation, arguments, in the byte order of this machine
// (wayland.freedesktop.org, "Wire Format"). Knows no interface but what every connection has: wl_display tells its errors and which
// numbers are free again. File descriptors are neither sent nor wanted.
import type { Socket } from 'node:net'
import { openLine } from '../read/open-line.ts'
import { endianness } from 'node:os'

const little = endianness() === 'LE'
const headBytes = 8
/** What a compositor sends at most, by its own 16 bits of length. */
const mostBytes = 65_535
const display = 1

export interface WaylandEvent {
  readonly object: number
  readonly operation: number
  readonly arguments: WaylandReader
}

export class WaylandLine {
  readonly #socket: Socket
  readonly #heard: (event: WaylandEvent) => void
  readonly #free: number[] = []
  #next = 2
  #rest: Buffer = Buffer.alloc(0)

  /** `ended` is called once, with the reason, also when nobody is there to connect to. */
  constructor(
    path: string,
    on: { readonly heard: (event: WaylandEvent) => void; readonly ended: (reason: string) => void },
  ) {
    this.#heard = on.heard
    this.#socket = openLine(path, 'the compositor', {
      took: (chunk) => this.#take(chunk),
      ended: on.ended,
    })
  }

  /** The number of an object that is about to be made. A compositor takes none that leaves a gap. */
  fresh(): number {
    return this.#free.pop() ?? this.#next++
  }

  send(object: number, operation: number, values: readonly (number | string)[]): void {
    const body = values.map((value) => (typeof value === 'number' ? wordBytes(value) : textBytes(value)))
    const length = headBytes + body.reduce((sum, { length: bytes }) => sum + bytes, 0)
    this.#socket.write(Buffer.concat([wordBytes(object), wordBytes(length * 65_536 + operation), ...body]))
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= headBytes) {
      const second = wordAt(this.#rest, 4)
      const length = second >>> 16
      if (length < headBytes || length > mostBytes || length % 4 !== 0)
        throw new Error(`the compositor sent a message of ${length} bytes`)
      if (this.#rest.length < length) return
      const message = { object: wordAt(this.#rest, 0), operation: second & 0xffff }
      const reader = new WaylandReader(this.#rest.subarray(headBytes, length))
      this.#rest = this.#rest.subarray(length)
      if (message.object === display) this.#heardDisplay(message.operation, reader)
      else this.#heard({ ...message, arguments: reader })
    }
  }

  /** error (0): object, code, text; delete_id (1): a number that may be used again. */
  #heardDisplay(operation: number, reader: WaylandReader): void {
    if (operation === 1) this.#free.push(reader.word())
    if (operation !== 0) return
    reader.word()
    reader.word()
    throw new Error(`the compositor refused: ${reader.text()}`)
  }
}

export class WaylandReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  word(): number {
    if (this.#at + 4 > this.#bytes.length) throw new Error('a message of the compositor is cut off')
    this.#at += 4
    return wordAt(this.#bytes, this.#at - 4)
  }

  /** With its length, which counts the zero at its end, and filled up to whole words. */
  text(): string {
    const length = this.word()
    const from = this.#at
    if (length === 0 || from + length > this.#bytes.length) throw new Error('a text of the compositor is cut off')
    this.#at += Math.ceil(length / 4) * 4
    return this.#bytes.toString('utf8', from, from + length - 1)
  }
}

function wordAt(bytes: Buffer, at: number): number {
  return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
}

function wordBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  if (little) bytes.writeUInt32LE(value)
  else bytes.writeUInt32BE(value)
  return bytes
}

function textBytes(text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`)
  return Buffer.concat([wordBytes(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
