// Listens to a ZeroMQ publisher over TCP: the SUB side of ZMTP 3.0 with the mechanism NULL, and of each message its first
// frame, the topic. No native library, no messages kept, no way to send anything but subscriptions.
//
// One connection: when it ends, for whatever reason, `ended` is called once and nothing more. A publisher keeps nothing for
// those who come later, so what happened in between is never heard: who listens has to look for itself after each start.
import { connect, type Socket } from 'node:net'
import { type Frame, FrameReader, flags, ZmtpError } from './frame-reader.ts'

export interface SubscriberOptions {
  readonly host: string
  readonly port: number
  /** Beginnings of the topics that are wanted. */
  readonly topics: readonly string[]
  /** Connected, and the subscriptions are sent. */
  readonly ready: () => void
  readonly heard: (topic: string) => void
  readonly ended: (error: Error) => void
}

const greetingBytes = 64
const longestTopic = 4096
/** A connection over which nothing comes may be dead: the system asks the other side now and then. */
const keepAliveMs = 30_000

/** Returns what ends it; `ended` is not called then. */
export function subscribe(options: SubscriberOptions): () => void {
  const socket = connect({ host: options.host, port: options.port })
  socket.setKeepAlive(true, keepAliveMs)
  const session = new Session(socket, options)
  let isOver = false
  const end = (error: Error) => {
    if (isOver) return
    isOver = true
    socket.destroy()
    options.ended(error)
  }
  socket.on('connect', () => socket.write(greeting()))
  socket.on('data', (piece: Buffer) => {
    if (isOver) return
    try {
      session.take(piece)
    } catch (error) {
      end(error instanceof Error ? error : new ZmtpError(String(error)))
    }
  })
  socket.on('error', end)
  socket.on('close', () => end(new ZmtpError('the publisher closed the connection')))
  return () => {
    isOver = true
    socket.destroy()
  }
}

class Session {
  readonly #socket: Socket
  readonly #options: SubscriberOptions
  readonly #frames = new FrameReader(longestTopic)
  #greeting = Buffer.alloc(0)
  #isReady = false
  #isFirst = true

  constructor(socket: Socket, options: SubscriberOptions) {
    this.#socket = socket
    this.#options = options
  }

  take(piece: Buffer): void {
    let rest = piece
    if (this.#greeting.length < greetingBytes) {
      const missing = greetingBytes - this.#greeting.length
      this.#greeting = Buffer.concat([this.#greeting, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      checkGreeting(this.#greeting)
      if (this.#greeting.length < greetingBytes) return
      this.#socket.write(command('READY', [['Socket-Type', 'SUB']]))
    }
    for (const frame of this.#frames.push(rest)) this.#takeFrame(frame)
  }

  #takeFrame({ isCommand, hasMore, body }: Frame): void {
    if (isCommand) return this.#takeCommand(body)
    if (!this.#isReady) throw new ZmtpError('a message before the handshake')
    if (this.#isFirst && body !== undefined) this.#options.heard(body.toString('utf8'))
    this.#isFirst = !hasMore
  }

  #takeCommand(body: Buffer | undefined): void {
    const name = body?.subarray(1, 1 + (body[0] ?? 0)).toString('latin1')
    if (name === 'ERROR') throw new ZmtpError('the publisher refuses the connection')
    if (this.#isReady || name !== 'READY' || body === undefined) return
    const type = properties(body.subarray(6)).get('socket-type')
    if (type !== 'PUB' && type !== 'XPUB')
      throw new ZmtpError(`the peer is no publisher but ${(type ?? 'nothing').slice(0, 20)}`)
    this.#isReady = true
    for (const topic of this.#options.topics) {
      const subscription = Buffer.concat([Buffer.from([1]), Buffer.from(topic)])
      this.#socket.write(Buffer.concat([Buffer.from([0, subscription.length]), subscription]))
    }
    this.#options.ready()
  }
}

/** Signature, version 3.0, mechanism NULL, not as a server. */
function greeting(): Buffer {
  const bytes = Buffer.alloc(greetingBytes)
  bytes[0] = 0xff
  bytes[9] = 0x7f
  bytes[10] = 3
  bytes.write('NULL', 12, 'latin1')
  return bytes
}

/** As far as it has come: something else is noticed at its first byte. */
function checkGreeting(bytes: Buffer): void {
  if ((bytes.length > 0 && bytes[0] !== 0xff) || (bytes.length > 9 && (bytes[9] ?? 0) % 2 === 0)) {
    throw new ZmtpError('the peer does not speak ZeroMQ')
  }
  if (bytes.length > 10 && (bytes[10] ?? 0) < 3)
    throw new ZmtpError(`the peer speaks version ${bytes[10]} of ZeroMQ’s protocol`)
  if (bytes.length < greetingBytes) return
  const mechanism = bytes.subarray(12, 32).toString('latin1').replace(/\0+$/, '')
  if (mechanism !== 'NULL') throw new ZmtpError(`the publisher wants the mechanism ${mechanism}`)
}

function command(name: string, entries: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts = [Buffer.from([name.length]), Buffer.from(name)]
  for (const [key, value] of entries) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(value.length)
    parts.push(Buffer.from([key.length]), Buffer.from(key), length, Buffer.from(value))
  }
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([flags.command, body.length]), body])
}

/** Names are the same in any case; a list that is cut gives what came before. */
function properties(bytes: Buffer): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    if (nameEnd + 4 > bytes.length) break
    const valueEnd = nameEnd + 4 + bytes.readUInt32BE(nameEnd)
    if (valueEnd > bytes.length) break
    found.set(
      bytes
        .subarray(at + 1, nameEnd)
        .toString('latin1')
        .toLowerCase(),
      bytes.subarray(nameEnd + 4, valueEnd).toString('latin1'),
    )
    at = valueEnd
  }
  return found
}
