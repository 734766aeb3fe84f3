// Keeps one report channel per running domain that has a socket for it, and none for the others.
import type { Clock, GuestNotice } from '@gleaner/ports'
import { noticeLine } from './notice-line.ts'
import { ReportChannel } from './report-channel.ts'
import type { GuestReport } from './report-line.ts'

export interface ReportSource {
  readonly uuid: string
  /** The sockets of the domain's serial ports and channels. */
  readonly sockets: readonly string[]
}

export class ReportHub {
  readonly #pattern: RegExp
  readonly #clock: Clock
  readonly #monotonicMs: () => number
  readonly #channels = new Map<string, ReportChannel>()
  #isClosed = false

  constructor(options: { readonly pattern: RegExp; readonly clock: Clock; readonly monotonicMs: () => number }) {
    this.#pattern = options.pattern
    this.#clock = options.clock
    this.#monotonicMs = options.monotonicMs
  }

  /** `running`: all domains that run now, and whose sockets can be reached from this machine. */
  follow(running: readonly ReportSource[]): void {
    if (this.#isClosed) return
    const wanted = new Map<string, string>()
    for (const { uuid, sockets } of running) {
      const path = sockets.find((socket) => this.#pattern.test(socket))
      if (path !== undefined) wanted.set(uuid, path)
    }
    for (const [uuid, channel] of this.#channels) {
      if (wanted.get(uuid) === channel.path) continue
      channel.close()
      this.#channels.delete(uuid)
    }
    for (const [uuid, path] of wanted) {
      if (this.#channels.has(uuid)) continue
      this.#channels.set(uuid, new ReportChannel({ path, clock: this.#clock, monotonicMs: this.#monotonicMs }))
    }
  }

  latest(uuid: string): GuestReport | undefined {
    return this.#channels.get(uuid)?.latest()
  }

  async tell(uuid: string, notice: GuestNotice, signal: AbortSignal): Promise<boolean> {
    return (await this.#channels.get(uuid)?.tell(notice.id, noticeLine(notice), signal)) ?? false
  }

  channels(): readonly ReportChannel[] {
    return [...this.#channels.values()]
  }

  close(): void {
    this.#isClosed = true
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
  }
}
