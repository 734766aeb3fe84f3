// One connection to an X server that asks how long nobody has touched its keyboard and pointer: the extension MIT-SCREEN-SAVER, request
// QueryInfo (X11 protocol, little-endian; screensaver protocol 1.0). Nothing else is asked, nothing is drawn, no event is wanted.
import type { Socket } from 'node:net'
import { openLine } from '../read/open-line.ts'
import type { XCookie } from './x-authority.ts'

const setupBytes = 8
const replyBytes = 32
const most = 4 * 1024 * 1024

type Step = 'setup' | 'extension' | 'ready' | 'asked'

export class XIdleLine {
  readonly #socket: Socket
  readonly #told: (idleMs: number) => void
  #buffer: Buffer = Buffer.alloc(0)
  #step: Step = 'setup'
  #root = 0
  #opcode = 0

  /** `ended` is called once, with the reason, also when nobody is there to connect to. */
  constructor(
    path: string,
    cookie: XCookie | undefined,
    on: { readonly told: (idleMs: number) => void; readonly ended: (reason: string) => void },
  ) {
    this.#told = on.told
    this.#socket = openLine(path, 'the X server', {
      opened: () => this.#socket.write(setupRequest(cookie)),
      took: (chunk) => this.#take(chunk),
      ended: on.ended,
    })
  }

  /** Asks, unless the last question is still open. */
  ask(): void {
    if (this.#step !== 'ready') return
    const request = Buffer.alloc(8)
    request.writeUInt8(this.#opcode, 0)
    request.writeUInt8(1, 1)
    request.writeUInt16LE(2, 2)
    request.writeUInt32LE(this.#root, 4)
    this.#step = 'asked'
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
    if (this.#buffer.length > most) throw new Error('the X server says more than it was asked')
    for (let length = this.#messageBytes(); length !== undefined; length = this.#messageBytes()) {
      const message = this.#buffer.subarray(0, length)
      this.#buffer = this.#buffer.subarray(length)
      this.#read(message)
    }
  }

  /** The length of the first message when it is whole. */
  #messageBytes(): number | undefined {
    const head = this.#step === 'setup' ? setupBytes : replyBytes
    if (this.#step === 'setup' && (this.#buffer[0] ?? 0) > 2) throw new Error('this is no X server')
    if (this.#buffer.length < head) return undefined
    const words =
      this.#step === 'setup' ? this.#buffer.readUInt16LE(6) : this.#buffer[0] === 1 ? this.#buffer.readUInt32LE(4) : 0
    const length = head + words * 4
    return this.#buffer.length < length ? undefined : length
  }

  #read(message: Buffer): void {
    if (this.#step === 'setup') {
      if (message[0] !== 1) throw new Error(`the X server refuses: ${refusal(message)}`)
      this.#root = rootWindow(message)
      this.#step = 'extension'
      this.#socket.write(extensionRequest('MIT-SCREEN-SAVER'))
      return
    }
    if (message[0] === 0) throw new Error(`the X server answers with error ${message[1]}`)
    if (message[0] !== 1) return // An event that nobody asked for.
    if (this.#step === 'extension') {
      if (message[8] !== 1) throw new Error('the X server has no MIT-SCREEN-SAVER')
      this.#opcode = message.readUInt8(9)
      this.#step = 'ready'
      this.ask()
    } else if (this.#step === 'asked') {
      this.#step = 'ready'
      this.#told(message.readUInt32LE(16))
    }
  }
}

function setupRequest(cookie: XCookie | undefined): Buffer {
  const name = Buffer.from(cookie?.name ?? '', 'latin1')
  const data = cookie?.data ?? Buffer.alloc(0)
  const head = Buffer.alloc(12)
  head.write('l', 0, 'latin1')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(name.length, 6)
  head.writeUInt16LE(data.length, 8)
  return Buffer.concat([head, padded(name), padded(data)])
}

function extensionRequest(extension: string): Buffer {
  const name = Buffer.from(extension, 'latin1')
  const head = Buffer.alloc(8)
  head.writeUInt8(98, 0)
  head.writeUInt16LE(2 + Math.ceil(name.length / 4), 2)
  head.writeUInt16LE(name.length, 4)
  return Buffer.concat([head, padded(name)])
}

/** Behind the vendor's name and the formats of pixels comes the first screen, which begins with its root. */
function rootWindow(setup: Buffer): number {
  const at = 40 + padding(setup.readUInt16LE(24)) + setup.readUInt8(29) * 8
  if (setup.readUInt8(28) === 0) throw new Error('the X server has no screen')
  return setup.readUInt32LE(at)
}

function refusal(setup: Buffer): string {
  return setup.toString('latin1', setupBytes, setupBytes + setup.readUInt8(1)).trim()
}

function padding(length: number): number {
  return Math.ceil(length / 4) * 4
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length) - bytes.length)])
}
