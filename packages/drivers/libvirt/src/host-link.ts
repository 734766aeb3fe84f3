// The connections to one host's daemon, made when they are first needed and again after they broke.
//
// Four of them: one to look, one to act, one to move memory to the disk and back, one to ask inside of guests. A save holds its
// call open until the memory is on the disk, a guest may be slow to answer, and libvirtd serves at most five calls of a connection
// at once; nothing else may wait behind them.
// After a failed attempt no other is made before a pause has passed (doubling from 0.5 s to 30 s): callers get the last
// failure at once. A connection that let a call reach its deadline, or is full of calls that were given up, is dropped.
import {
  type CallOptions,
  type LifecycleEvent,
  LibvirtWireError,
  openConnection,
  parseLibvirtUri,
  type RpcClient,
  startLifecycleEvents,
  type Timers,
} from '@gleaner/wire-libvirt'
import { toCloudError } from './cloud-error.ts'
import { untilAborted } from '@gleaner/ports'

export interface HostLinkOptions {
  readonly cloudId: string
  readonly name: string
  readonly uri: string
  readonly monotonicMs: () => number
  readonly timers: Timers
  readonly callTimeoutMs: number
  readonly sshCommand: readonly string[] | undefined
  readonly onLifecycle: (event: LifecycleEvent) => void
  readonly onConnection: (detail: string) => void
}

type Purpose = 'look' | 'act' | 'move' | 'ask'

interface Line {
  rpc: RpcClient | undefined
  connecting: Promise<RpcClient> | undefined
  failures: number
  lastFailure: { readonly error: unknown; readonly retryAtMs: number } | undefined
}

const firstPauseMs = 500
const longestPauseMs = 30_000

export class HostLink {
  /** Cloud and host, for people. */
  readonly where: string
  readonly name: string
  readonly #options: HostLinkOptions
  readonly #lines: Readonly<Record<Purpose, Line>> = {
    look: newLine(),
    act: newLine(),
    move: newLine(),
    ask: newLine(),
  }
  readonly #closed = new AbortController()

  constructor(options: HostLinkOptions) {
    this.#options = options
    this.name = options.name
    this.where = `${options.cloudId} (host ${options.name})`
    // A URI that does not read is the operator's mistake and shows at once.
    parseLibvirtUri(options.uri)
  }

  /** Runs calls on a working connection; every fault comes out as a GleanerError or as the signal's reason. */
  async use<T>(
    purpose: Purpose,
    run: (rpc: RpcClient, call: CallOptions) => Promise<T>,
    about: {
      readonly object: string
      readonly signal?: AbortSignal | undefined
      /** For all calls of `run` together: a daemon that answers each just in time holds nobody up for longer. */
      readonly budgetMs?: number
    },
  ): Promise<T> {
    const { callTimeoutMs, timers } = this.#options
    const { object, budgetMs } = about
    const late = new AbortController()
    const overrun = () => late.abort(new LibvirtWireError('deadline', `not done within ${budgetMs} ms`))
    const cancel = budgetMs === undefined ? () => {} : timers.after(budgetMs, overrun)
    const signal = about.signal === undefined ? late.signal : AbortSignal.any([about.signal, late.signal])
    try {
      signal.throwIfAborted()
      const rpc = await this.#connection(purpose, signal)
      try {
        return await run(rpc, { deadlineMs: callTimeoutMs, signal })
      } catch (error) {
        if (error instanceof LibvirtWireError && error.fault === 'deadline') rpc.close(error)
        throw error
      }
    } catch (error) {
      throw toCloudError(error, { where: this.where, object, signal: about.signal })
    } finally {
      cancel()
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(new LibvirtWireError('disconnected', 'the driver was closed'))
    for (const line of Object.values(this.#lines)) {
      await line.connecting?.catch(() => {})
      line.rpc?.close()
    }
  }

  async #connection(purpose: Purpose, signal: AbortSignal | undefined): Promise<RpcClient> {
    this.#closed.signal.throwIfAborted()
    const line = this.#lines[purpose]
    if (line.rpc?.isStuck) line.rpc.close(new LibvirtWireError('disconnected', 'too many calls were left unanswered'))
    if (line.rpc !== undefined) return line.rpc
    if (line.connecting === undefined) {
      if (line.lastFailure !== undefined && this.#options.monotonicMs() < line.lastFailure.retryAtMs) {
        throw line.lastFailure.error
      }
      line.connecting = this.#connect(purpose, line)
      // Whoever waits sees the failure; nobody may wait any more.
      line.connecting.catch(() => {})
    }
    return untilAborted(line.connecting, signal)
  }

  async #connect(purpose: Purpose, line: Line): Promise<RpcClient> {
    const { uri, timers, callTimeoutMs, sshCommand, monotonicMs } = this.#options
    const { signal } = this.#closed
    try {
      const rpc = await openConnection(uri, {
        deadlineMs: callTimeoutMs,
        signal,
        timers,
        runtimeFolder: process.env['XDG_RUNTIME_DIR'],
        ...(sshCommand && { sshCommand }),
      })
      if (purpose === 'look') await this.#listen(rpc)
      line.rpc = rpc
      line.failures = 0
      line.lastFailure = undefined
      rpc.onEnd((error) => {
        line.rpc = undefined
        if (purpose === 'look') this.#tell(`the connection to host ${this.name} ended: ${error.message}`)
      })
      if (purpose === 'look') this.#tell(`connected to host ${this.name}`)
      return rpc
    } catch (error) {
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** line.failures)
      line.failures++
      line.lastFailure = { error, retryAtMs: monotonicMs() + pauseMs }
      throw error
    } finally {
      line.connecting = undefined
    }
  }

  async #listen(rpc: RpcClient): Promise<void> {
    try {
      const call = { deadlineMs: this.#options.callTimeoutMs, signal: this.#closed.signal }
      await startLifecycleEvents(rpc, this.#options.onLifecycle, call)
    } catch (error) {
      rpc.close()
      throw error
    }
  }

  #tell(detail: string): void {
    if (!this.#closed.signal.aborted) this.#options.onConnection(detail)
  }
}

function newLine(): Line {
  return { rpc: undefined, connecting: undefined, failures: 0, lastFailure: undefined }
}
