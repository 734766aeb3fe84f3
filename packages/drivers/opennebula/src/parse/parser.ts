// Decides where an answer is read: a short one here, a long one on a thread of its own, so that whoever waits for anything
// else in this process is not held up. The thread starts with the first long answer and ends with the driver; one that
// dies (out of memory) fails what it was given and is started anew for the next.
//
// Where the code runs from its sources (tests), everything is read here. Results never hold on to the answer: a piece of a
// text keeps the whole text in memory, so what is read here is copied as well.
import { Worker } from 'node:worker_threads'
import { XmlRpcWireError } from '@gleaner/wire-xmlrpc'
import { parse, type ParseKind, type ParseResults } from './parse-task.ts'
import { errorOf, type ParseOrder, type ParseReply } from './parse-worker.ts'

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** About 3 ms of reading. */
const shortBytes = 128 * 1024
const threadMemoryMiB = 512

export class Parser {
  readonly #pending = new Map<number, Pending>()
  readonly #isSource = import.meta.url.endsWith('.ts')
  #worker: Worker | undefined
  #orders = 0
  #isClosed = false

  /** The bytes are used up. */
  async read<K extends ParseKind>(kind: K, bytes: Uint8Array): Promise<ParseResults[K]> {
    if (bytes.length <= shortBytes || this.#isSource) return structuredClone(parse(kind, bytes))
    return (await this.#send(kind, bytes)) as ParseResults[K]
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker?.terminate()
  }

  #send(kind: ParseKind, bytes: Uint8Array): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new XmlRpcWireError('disconnected', 'the driver was closed'))
    this.#worker ??= this.#start()
    const worker = this.#worker
    const order: ParseOrder = { number: ++this.#orders, kind, bytes }
    return new Promise((resolve, reject) => {
      this.#pending.set(order.number, { resolve, reject })
      // While somebody waits for it the process must not end for want of anything else to do.
      worker.ref()
      worker.postMessage(order, [bytes.buffer as ArrayBuffer])
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./parse-worker.js', import.meta.url), {
      // Whatever this process was started with is not for the thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: threadMemoryMiB },
    })
    let death = 'it ended'
    worker.on('message', (reply: ParseReply) => {
      const pending = this.#pending.get(reply.number)
      this.#pending.delete(reply.number)
      if (this.#pending.size === 0) worker.unref()
      if (reply.failure === undefined) pending?.resolve(reply.result)
      else pending?.reject(errorOf(reply.failure))
    })
    worker.on('error', (error) => (death = error.message))
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      const error = this.#isClosed
        ? new XmlRpcWireError('disconnected', 'the driver was closed')
        : new TypeError(`the answer could not be read: ${death}`)
      for (const { reject } of this.#pending.values()) reject(error)
      this.#pending.clear()
    })
    return worker
  }
}
