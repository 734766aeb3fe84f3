// A daemon of which a test writes the answers byte by byte. Out of the box it lets a client connect and open; every other
// call goes to the test's own handler, which may answer well, badly, twice or never.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFrame, encodeFrame, messageTypes, type Frame } from '../frame.ts'
import { FrameSplitter } from '../frame-splitter.ts'
import { procedures } from '../programs.ts'
import { XdrWriter } from '../xdr-writer.ts'

export type Handler = (frame: Frame, socket: Socket) => void

export class ScriptedDaemon {
  readonly sockets = new Set<Socket>()
  readonly frames: Frame[] = []
  authTypes: readonly number[] = [0]
  answersPings = false
  #handler: Handler = () => {}
  readonly #server: Server
  readonly #folder: string
  readonly socketPath: string

  private constructor(folder: string, server: Server) {
    this.#folder = folder
    this.#server = server
    this.socketPath = join(folder, 's')
    server.on('connection', (socket) => this.serve(socket))
  }

  static async start(): Promise<ScriptedDaemon> {
    const daemon = new ScriptedDaemon(await mkdtemp(join(tmpdir(), 'gl-')), createServer())
    await new Promise<void>((resolve) => daemon.#server.listen(daemon.socketPath, resolve))
    return daemon
  }

  get uri(): string {
    return `qemu:///system?socket=${this.socketPath}`
  }

  handle(handler: Handler): void {
    this.#handler = handler
  }

  /** Also for streams that came another way than over the socket. */
  serve(socket: Socket): void {
    this.sockets.add(socket)
    const splitter = new FrameSplitter()
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const bytes of splitter.push(chunk)) this.#receive(decodeFrame(bytes), socket)
    })
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
    await rm(this.#folder, { recursive: true, force: true })
  }

  #receive(frame: Frame, socket: Socket): void {
    this.frames.push(frame)
    switch (frame.procedure) {
      case procedures.authList: {
        const body = new XdrWriter().array(this.authTypes, (to, type) => to.int(type))
        return reply(frame, socket, body)
      }
      case procedures.connectSupportsFeature:
        return reply(frame, socket, new XdrWriter().int(this.answersPings ? 1 : 0))
      case procedures.connectOpen:
        return reply(frame, socket, new XdrWriter())
      default:
        this.#handler(frame, socket)
    }
  }
}

/** A reply as it should be. */
export function reply(frame: Frame, socket: Socket, body: XdrWriter): void {
  socket.write(encodeReply(frame, body))
}

/** A reply as it should be, but for the changes. */
export function encodeReply(frame: Frame, body: XdrWriter, changes: Partial<Frame> = {}): Uint8Array {
  const { program, version, procedure, serial } = { ...frame, ...changes }
  const header = {
    program,
    version,
    procedure,
    serial,
    type: changes.type ?? messageTypes.reply,
    status: changes.status ?? 0,
  }
  return encodeFrame(header, body.bytes())
}
