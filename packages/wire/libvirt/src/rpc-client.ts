// Calls over one connection. Guarantees:
//
// - every call ends: with its reply, the daemon's error, its deadline, its signal, or the end of the connection;
// - a reply that answers no open call, or another procedure than was called, ends the connection (the stream can no
//   longer be trusted), and so does every byte that is not protocol;
// - at most `maxInFlight` calls are at the daemon at once: libvirtd stops reading from a client that has more than
//   max_client_requests (5 by default) under way, pings included. The others wait here, in order. A call that was given
//   up keeps its slot until the daemon answers it, because at the daemon it is still under way.
import type { Duplex } from 'node:stream'
import { decodeFrame, encodeFrame, messageStatus, messageTypes, type Frame } from './frame.ts'
import { FrameSplitter } from './frame-splitter.ts'
import { keepaliveProgram, qemuProgram, remoteProgram } from './programs.ts'
import { readRemoteError } from './remote-error-body.ts'
import { systemTimers, type Timers } from './timers.ts'
import { LibvirtWireError, protocolError } from './wire-error.ts'
import { XdrReader } from './xdr-reader.ts'
import type { XdrWriter } from './xdr-writer.ts'

export interface CallOptions {
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/** A program of the wire that can be called. */
export interface Program {
  readonly program: number
  readonly version: number
}

export interface Call<T> {
  /** `remoteProgram` if left out. */
  readonly program?: Program
  readonly procedure: number
  /** The arguments; left out for procedures without any. */
  readonly body?: XdrWriter
  /** Reads the whole body of the reply. */
  readonly read: (reply: XdrReader) => T
}

export interface RpcClientOptions {
  readonly timers?: Timers
  readonly maxInFlight?: number
}

/** A call with its result type hidden. `take` or `fail` is called once, and never both. */
interface OpenCall {
  readonly program: Program
  readonly procedure: number
  readonly body: Uint8Array
  readonly take: (reply: XdrReader) => void
  readonly fail: (error: unknown) => void
}

const noBody = new Uint8Array()

export class RpcClient {
  readonly timers: Timers
  readonly #stream: Duplex
  readonly #maxInFlight: number
  readonly #splitter = new FrameSplitter()
  readonly #waiting = new Set<OpenCall>()
  /** By serial; undefined marks a call that was given up and whose reply is still to come. */
  readonly #inFlight = new Map<number, OpenCall | undefined>()
  /** By serial, as long as the reply is to come. */
  readonly #calledAs = new Map<number, Pick<OpenCall, 'program' | 'procedure'>>()
  readonly #listeners = new Map<number, (body: XdrReader) => void>()
  readonly #endListeners = new Set<(error: LibvirtWireError) => void>()
  #serial = 0
  #end: LibvirtWireError | undefined
  #receivedMessages = 0

  constructor(stream: Duplex, options: RpcClientOptions = {}) {
    this.#stream = stream
    this.timers = options.timers ?? systemTimers
    this.#maxInFlight = options.maxInFlight ?? 4
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('end', () => this.#finish(this.#lost(undefined)))
    stream.on('close', () => this.#finish(this.#lost(undefined)))
    stream.on('error', (error: Error) => this.#finish(this.#lost(error)))
  }

  get isClosed(): boolean {
    return this.#end !== undefined
  }

  /** True when every slot is held by a call that was given up: no further call would reach the daemon. */
  get isStuck(): boolean {
    return this.#inFlight.size >= this.#maxInFlight && [...this.#inFlight.values()].every((call) => call === undefined)
  }

  /** Counts everything that arrives; the keep-alive looks whether it moves. */
  get receivedMessages(): number {
    return this.#receivedMessages
  }

  call<T>(call: Call<T>, options: CallOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      const { signal, deadlineMs } = options
      if (signal?.aborted) return reject(signal.reason)
      const open: OpenCall = {
        program: call.program ?? remoteProgram,
        procedure: call.procedure,
        body: call.body?.bytes() ?? noBody,
        take: (reply) => {
          const value = call.read(reply)
          reply.end()
          release()
          resolve(value)
        },
        fail: (error) => {
          release()
          reject(error)
        },
      }
      const giveUp = (error: unknown) => {
        this.#forget(open)
        open.fail(error)
      }
      const onAbort = () => giveUp(signal?.reason)
      const cancelDeadline = this.timers.after(deadlineMs, () =>
        giveUp(new LibvirtWireError('deadline', `no answer to procedure ${call.procedure} within ${deadlineMs} ms`)),
      )
      const release = () => {
        cancelDeadline()
        signal?.removeEventListener('abort', onAbort)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(open)
      this.#pump()
    })
  }

  /** Sets who gets the daemon's own messages of one procedure of the remote program. */
  onMessage(procedure: number, listener: (body: XdrReader) => void): void {
    this.#listeners.set(procedure, listener)
  }

  /** Calls the listener once, when the connection ends; at once when it has ended. */
  onEnd(listener: (error: LibvirtWireError) => void): void {
    if (this.#end !== undefined) listener(this.#end)
    else this.#endListeners.add(listener)
  }

  ping(): void {
    this.#keepalive(keepaliveProgram.ping)
  }

  close(error: LibvirtWireError = new LibvirtWireError('disconnected', 'the connection was closed')): void {
    this.#finish(error)
  }

  #pump(): void {
    for (const call of this.#waiting) {
      if (this.#inFlight.size >= this.#maxInFlight) return
      this.#waiting.delete(call)
      this.#serial = (this.#serial + 1) >>> 0
      this.#inFlight.set(this.#serial, call)
      this.#calledAs.set(this.#serial, call)
      const { program, version } = call.program
      const header = {
        program,
        version,
        procedure: call.procedure,
        type: messageTypes.call,
        serial: this.#serial,
        status: 0,
      }
      this.#stream.write(encodeFrame(header, call.body))
    }
  }

  #forget(call: OpenCall): void {
    this.#waiting.delete(call)
    for (const [serial, open] of this.#inFlight) if (open === call) this.#inFlight.set(serial, undefined)
  }

  #receive(chunk: Uint8Array): void {
    if (this.#end !== undefined) return
    try {
      for (const bytes of this.#splitter.push(chunk)) {
        this.#receivedMessages++
        this.#dispatch(decodeFrame(bytes))
      }
    } catch (error) {
      this.#finish(error instanceof LibvirtWireError ? error : protocolError(String(error)))
    }
  }

  #dispatch(frame: Frame): void {
    if (frame.program === keepaliveProgram.program) {
      if (frame.procedure === keepaliveProgram.ping) this.#keepalive(keepaliveProgram.pong)
      return
    }
    const known = [remoteProgram, qemuProgram].find(({ program }) => program === frame.program)
    if (known === undefined) throw protocolError(`a message of unknown program ${frame.program}`)
    if (frame.version !== known.version) throw protocolError(`a message of version ${frame.version}`)
    if (frame.type === messageTypes.message && known === remoteProgram)
      this.#listeners.get(frame.procedure)?.(new XdrReader(frame.body))
    else if (frame.type === messageTypes.reply) this.#answer(frame)
    else throw protocolError(`a message of type ${frame.type} that nobody asked for`)
  }

  #answer(frame: Frame): void {
    const called = this.#calledAs.get(frame.serial)
    if (called === undefined) throw protocolError(`a reply with serial ${frame.serial}, which answers no call`)
    if (called.program.program !== frame.program) {
      throw protocolError(`a reply of program ${frame.program} to a call of program ${called.program.program}`)
    }
    if (called.procedure !== frame.procedure) {
      throw protocolError(`a reply of procedure ${frame.procedure} to a call of procedure ${called.procedure}`)
    }
    const reader = new XdrReader(frame.body)
    const failure = frame.status === messageStatus.ok ? undefined : readRemoteError(reader)
    const call = this.#inFlight.get(frame.serial)
    // A body that does not read throws here, while the call is still open: it ends with the connection.
    if (failure === undefined) call?.take(reader)
    this.#inFlight.delete(frame.serial)
    this.#calledAs.delete(frame.serial)
    if (failure !== undefined) call?.fail(failure)
    this.#pump()
  }

  #keepalive(procedure: number): void {
    if (this.#end !== undefined) return
    const { program, version } = keepaliveProgram
    this.#stream.write(
      encodeFrame({ program, version, procedure, type: messageTypes.message, serial: 0, status: 0 }, noBody),
    )
  }

  #lost(cause: Error | undefined): LibvirtWireError {
    if (cause instanceof LibvirtWireError) return cause
    const where = this.#splitter.isInside ? ' in the middle of a message' : ''
    return new LibvirtWireError('disconnected', `the daemon closed the connection${where}`, { cause })
  }

  #finish(error: LibvirtWireError): void {
    if (this.#end !== undefined) return
    this.#end = error
    const open = [...this.#inFlight.values(), ...this.#waiting].filter((call) => call !== undefined)
    this.#inFlight.clear()
    this.#calledAs.clear()
    this.#waiting.clear()
    this.#stream.destroy()
    for (const call of open) call.fail(error)
    for (const listener of this.#endListeners) listener(error)
    this.#endListeners.clear()
  }
}
