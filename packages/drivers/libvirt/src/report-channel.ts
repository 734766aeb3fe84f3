// Listens to the reports of one guest on its serial socket, or on the pipe its machine writes into. Guarantees:
//
// - always reads, so that nothing piles up on either side; a guest that floods the line is left alone for a while
//   (without a listener qemu drops what the guest writes and the guest is not held up);
// - keeps the last whole report and when it came, counts lines that were lost, repeated or not understood;
// - a line can be sent to the guest; that it arrived is known from the guest's own answer;
// - a report is the newest truth for three of its own periods, and no truth at all after that.
//
// A sequence that starts anew is a reporter that was started anew, not a loss.
import { constants, openSync, statSync } from 'node:fs'
import { createConnection, Socket } from 'node:net'
import type { Clock } from '@gleaner/ports'
import { LineSplitter } from './line-splitter.ts'
import { parseGotLine } from './notice-line.ts'
import { type GuestReport, parseReportLine, reportFreshMs } from './report-line.ts'

export interface ReportChannelOptions {
  readonly path: string
  readonly clock: Clock
  readonly monotonicMs: () => number
}

export interface ReportCounts {
  readonly reports: number
  /** Reports that, by their numbers, were sent and never came whole. */
  readonly lost: number
  readonly unreadable: number
  readonly floods: number
}

const longestLineBytes = 1024
const firstPauseMs = 1_000
const longestPauseMs = 60_000
/** No reporter says more than this in a second; a tenfold of it ends the connection for a while. */
const bytesPerS = 4 * longestLineBytes
const floodWindowMs = 10_000
const floodPauseMs = 60_000

export class ReportChannel {
  readonly path: string
  readonly #options: ReportChannelOptions
  readonly #closed = new AbortController()
  #socket: Socket | undefined
  #last: { readonly report: GuestReport; readonly atMs: number } | undefined
  #counts: ReportCounts = { reports: 0, lost: 0, unreadable: 0, floods: 0 }
  #connectionFault: string | undefined
  /** By id of the notice: who waits until the guest has it. */
  readonly #told = new Map<string, () => void>()

  constructor(options: ReportChannelOptions) {
    this.path = options.path
    this.#options = options
    void this.#run()
  }

  get counts(): ReportCounts {
    return this.#counts
  }

  /** Why nobody is heard, when the socket cannot be opened. */
  get fault(): string | undefined {
    return this.#connectionFault
  }

  /** The last report while it is fresh. */
  latest(): GuestReport | undefined {
    return this.heard()?.report
  }

  /** The same, and how long ago it came. */
  heard(): { readonly report: GuestReport; readonly agoMs: number } | undefined {
    if (this.#last === undefined) return undefined
    const { report, atMs } = this.#last
    const agoMs = this.#options.monotonicMs() - atMs
    return agoMs <= reportFreshMs(report.everyS) ? { report, agoMs } : undefined
  }

  /**
   * Sends a line to a guest that reports, and resolves when the guest says that it has it; false when that does not come
   * until the signal. A guest that does not read what it is sent is sent nothing more: it would pile up here.
   */
  tell(id: string, line: string, signal: AbortSignal): Promise<boolean> {
    const socket = this.#socket
    if (this.latest() === undefined || socket?.writable !== true || socket.writableLength > 0 || signal.aborted)
      return Promise.resolve(false)
    return new Promise((resolve) => {
      const end = (has: boolean) => {
        this.#told.delete(id)
        signal.removeEventListener('abort', onAbort)
        resolve(has)
      }
      const onAbort = () => end(false)
      signal.addEventListener('abort', onAbort, { once: true })
      this.#told.set(id, () => end(true))
      socket.write(line)
    })
  }

  close(): void {
    this.#closed.abort()
    this.#socket?.destroy()
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed
    let pauseMs = firstPauseMs
    while (!signal.aborted) {
      const before = this.#counts
      await this.#listen()
      if (this.#counts.reports > before.reports) pauseMs = firstPauseMs
      const waitMs = this.#counts.floods > before.floods ? floodPauseMs : pauseMs
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
      await this.#options.clock.sleep(waitMs, signal).catch(() => {})
    }
  }

  /** One connection, to its end. */
  #listen(): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve()
    const { monotonicMs } = this.#options
    const splitter = new LineSplitter(longestLineBytes)
    const socket = this.#open()
    if (socket === undefined) return Promise.resolve()
    this.#socket = socket
    let received = 0
    let windowFromMs = monotonicMs()
    socket.on('connect', () => {
      this.#connectionFault = undefined
    })
    socket.on('data', (chunk) => {
      const nowMs = monotonicMs()
      if (nowMs - windowFromMs >= floodWindowMs) {
        windowFromMs = nowMs
        received = 0
      }
      received += chunk.length
      if (received > (bytesPerS * floodWindowMs * 10) / 1000) {
        this.#counts = { ...this.#counts, floods: this.#counts.floods + 1 }
        socket.destroy()
        return
      }
      for (const line of splitter.push(chunk)) this.#take(line)
    })
    return new Promise((resolve) => {
      socket.on('error', (error) => {
        this.#connectionFault = error.message
      })
      socket.on('close', () => resolve())
    })
  }

  /** A pipe is opened without waiting for who writes; a machine that writes into one keeps it open for as long as it runs. */
  #open(): Socket | undefined {
    const isPipe = statSync(this.path, { throwIfNoEntry: false })?.isFIFO() === true
    if (!isPipe) return createConnection({ path: this.path })
    try {
      const fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK)
      this.#connectionFault = undefined
      return new Socket({ fd, readable: true, writable: false })
    } catch (error) {
      this.#connectionFault = (error as Error).message
      return undefined
    }
  }

  #take(line: string): void {
    const got = parseGotLine(line)
    if (got !== undefined) {
      this.#told.get(got)?.()
      return
    }
    const report = parseReportLine(line)
    if (report === undefined) {
      this.#counts = { ...this.#counts, unreadable: this.#counts.unreadable + 1 }
      return
    }
    const previous = this.#last?.report.seq
    const lost = previous !== undefined && report.seq > previous ? report.seq - previous - 1 : 0
    this.#counts = { ...this.#counts, reports: this.#counts.reports + 1, lost: this.#counts.lost + lost }
    this.#last = { report, atMs: this.#options.monotonicMs() }
  }
}
