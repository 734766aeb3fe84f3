// Calls methods of OpenNebula. Guarantees:
//
// - the session is the first argument of every call and stands in no error, no property and no text but the request;
// - a reading is asked for once more when its connection broke or the server was overwhelmed (an internal error without a
//   word, which an overloaded database gives); an action never is: it may have been carried out;
// - the next server of the list is asked when one cannot be reached or does not lead, for an action only when the call
//   certainly was not worked on. The one that answered is asked first the next time.
import {
  HttpPoster,
  type RpcArgument,
  type RpcValue,
  type Timers,
  writeCall,
  XmlRpcWireError,
} from '@gleaner/wire-xmlrpc'
import { connections } from './options.ts'
import { OneError, oneCodes, readOneAnswer } from './parse/one-answer.ts'
import type { ParseKind, ParseResults } from './parse/parse-task.ts'
import { Parser } from './parse/parser.ts'

export interface OneClientOptions {
  readonly endpoints: readonly URL[]
  readonly session: string
  readonly ca: string | undefined
  readonly callTimeoutMs: number
  readonly timers: Timers
  readonly nowMs: () => number
}

export interface OneCall {
  readonly method: string
  readonly args: readonly RpcArgument[]
  readonly signal: AbortSignal
}

const mebibyte = 1024 * 1024

/** Longest answer: one object; five hundred; all hosts or all records, which OpenNebula has no pages for. */
export const maxBytes = { object: 4 * mebibyte, page: 64 * mebibyte, all: 256 * mebibyte } as const

export class OneClient {
  readonly #options: OneClientOptions
  readonly #poster: HttpPoster
  readonly #parser = new Parser()
  #first = 0
  #clockAheadMs: number | undefined

  constructor(options: OneClientOptions) {
    this.#options = options
    this.#poster = new HttpPoster({ connections, timers: options.timers, ca: options.ca })
  }

  /** How far the server's clock is ahead of this one, by its last answer; undefined when it does not tell. */
  get clockAheadMs(): number | undefined {
    return this.#clockAheadMs
  }

  /** A reading whose answer is a document. */
  async read<K extends ParseKind>(kind: K, call: OneCall, limit: number): Promise<ParseResults[K]> {
    return this.#twice(call.signal, async () =>
      this.#parser.read(kind, await this.#send(call, { limit, isAction: false })),
    )
  }

  /** A reading whose answer is short. */
  async ask(call: OneCall): Promise<RpcValue> {
    return this.#twice(call.signal, async () =>
      readOneAnswer(await this.#send(call, { limit: maxBytes.object, isAction: false })),
    )
  }

  /** Changes something, at most once. */
  async act(call: OneCall): Promise<RpcValue> {
    return readOneAnswer(await this.#send(call, { limit: maxBytes.object, isAction: true }))
  }

  async close(): Promise<void> {
    this.#poster.close()
    await this.#parser.close()
  }

  async #twice<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted || !mayBeBetter(error)) throw error
      return ask()
    }
  }

  /** The bytes of the answer of the first server that leads. */
  async #send(call: OneCall, { limit, isAction }: { readonly limit: number; readonly isAction: boolean }) {
    const { endpoints, session, callTimeoutMs } = this.#options
    const body = writeCall(call.method, [session, ...call.args])
    let failure: unknown
    for (let nth = 0; nth < endpoints.length; nth++) {
      const index = (this.#first + nth) % endpoints.length
      const url = endpoints[index]
      if (url === undefined) break
      try {
        const options = { maxBytes: limit, deadlineMs: callTimeoutMs, signal: call.signal, onNewConnection: isAction }
        const { bytes, serverTimeMs } = await this.#poster.post(url, body, options)
        if (serverTimeMs !== undefined) this.#clockAheadMs = serverTimeMs - this.#options.nowMs()
        if (nth < endpoints.length - 1) throwIfNoLeader(bytes)
        this.#first = index
        return bytes
      } catch (error) {
        if (call.signal.aborted || !mayBeAskedElsewhere(error, isAction)) throw error
        failure ??= error
      }
    }
    throw failure
  }
}

/** Only short answers are refusals, or pages of something that is no OpenNebula. */
function throwIfNoLeader(bytes: Uint8Array): void {
  if (bytes.length > 4096) return
  try {
    readOneAnswer(bytes)
  } catch (error) {
    if (error instanceof XmlRpcWireError) throw error
    if (error instanceof OneError && error.code === oneCodes.replication) throw error
  }
}

function mayBeAskedElsewhere(error: unknown, isAction: boolean): boolean {
  if (error instanceof OneError) return error.code === oneCodes.replication
  if (!(error instanceof XmlRpcWireError)) return false
  return error.neverSent || (!isAction && ['disconnected', 'deadline', 'overloaded', 'protocol'].includes(error.fault))
}

function mayBeBetter(error: unknown): boolean {
  if (error instanceof OneError) return error.code === oneCodes.internal && isWithoutWord(error.message)
  return error instanceof XmlRpcWireError && error.fault === 'disconnected'
}

/** "[one.vmpool.info] " is the name of the method and no word. */
export function isWithoutWord(message: string): boolean {
  return message.replace(/^\[[\w.]+\]/, '').trim() === ''
}
