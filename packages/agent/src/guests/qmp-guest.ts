// A QEMU that the agent pauses over its monitor. What it does is known from its events; while the monitor cannot be asked the guest
// counts as running as long as its socket is there, because it may be. A guest that is neither running nor paused by anybody (it
// migrates, it has crashed) is not the agent's to touch.
import { existsSync } from 'node:fs'
import { QmpLine } from './qmp-line.ts'
import type { Guest, GuestState } from './guest.ts'

const againAfterMs = 1000

export class QmpGuest implements Guest {
  readonly name: string
  readonly #path: string
  #line: QmpLine | undefined
  #state: GuestState = 'unknown'
  #opening: Promise<void> | undefined
  #closed = false
  #retry: NodeJS.Timeout | undefined

  constructor(path: string) {
    this.name = `qmp ${path}`
    this.#path = path
    void this.#open()
  }

  state(): GuestState {
    if (this.#line === undefined && !existsSync(this.#path)) return 'gone'
    return this.#state
  }

  async ask(): Promise<GuestState> {
    if (this.#line === undefined && this.state() !== 'gone') await this.#open()
    // In order after what was sent before: an answer that is still under way is counted in.
    else if (this.#line !== undefined) await this.#look(this.#line)
    return this.state()
  }

  async pause(): Promise<void> {
    await this.#command('stop')
    this.#state = 'paused'
  }

  async resume(): Promise<void> {
    await this.#command('cont')
    this.#state = 'running'
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#line?.close()
  }

  async #command(command: string): Promise<void> {
    if (this.#line === undefined) await this.#open()
    if (this.#line === undefined) throw new Error(`${this.name}: its monitor cannot be reached`)
    await this.#line.send(command)
  }

  /** Never rejects: what comes of it shows in the state. */
  #open(): Promise<void> {
    this.#opening ??= this.#tryOpen().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  async #tryOpen(): Promise<void> {
    clearTimeout(this.#retry)
    try {
      const line = await QmpLine.open(this.#path, {
        event: (event) => this.#heard(event),
        end: () => this.#ended(),
      })
      this.#line = line
      const { status } = (await line.send('query-status')) as { readonly status: string }
      this.#state =
        status === 'running' ? 'running' : status === 'paused' || status === 'prelaunch' ? 'paused' : 'unknown'
    } catch {
      this.#ended()
    }
  }

  async #look(line: QmpLine): Promise<void> {
    const { status } = (await line.send('query-status')) as { readonly status: string }
    this.#state =
      status === 'running' ? 'running' : status === 'paused' || status === 'prelaunch' ? 'paused' : 'unknown'
  }

  #heard(event: string): void {
    if (event === 'STOP') this.#state = 'paused'
    else if (event === 'RESUME') this.#state = 'running'
  }

  #ended(): void {
    this.#line = undefined
    this.#state = 'unknown'
    if (this.#closed) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      if (!this.#closed && existsSync(this.#path)) void this.#open()
      else if (!this.#closed) this.#ended()
    }, againAfterMs)
    this.#retry.unref()
  }
}
