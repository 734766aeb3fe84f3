// A wattmeter that writes lines by itself: over TCP, as a terminal server passes a serial line on, or a device file whose line is set
// up already (stty). It is listened to all the time; a reading is the last line of its outlet, with the moment it came in. What
// is older than `staleMs` is silent. A line that breaks off is opened again at the next reading.
import { createReadStream } from 'node:fs'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { GleanerError, type OutletFault, isError } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading, PowerMeter } from '@gleaner/ports'
import { type LineFormat, readLine } from './read-line.ts'

export interface LineMeterOptions {
  readonly id: string
  readonly clock: Clock
  readonly from: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly format: LineFormat
  /** Real time the first line, and a connection, is waited for (5 s). */
  readonly timeoutMs?: number
  /** A line that is older tells nothing of now (10 s). */
  readonly staleMs?: number
}

/** A line of a wattmeter is short; more without an end is no wattmeter. */
const mostLineBytes = 4096

interface Heard {
  readonly atMs: number
  readonly powerW: number
}

export class LineMeter implements PowerMeter {
  readonly id: string
  readonly kind = 'wattmeter'
  readonly address: string
  readonly isEstimate = false
  readonly #options: LineMeterOptions
  readonly #heard = new Map<string, Heard>()
  readonly #waiting = new Set<() => void>()
  #line: Readable | undefined
  #rest = ''
  #lines = 0
  #readings = 0
  #broken: string | undefined
  #isClosed = false

  constructor(options: LineMeterOptions) {
    const { from } = options
    this.id = options.id
    this.address = 'path' in from ? from.path : `${from.host}:${from.port}`
    this.#options = options
  }

  async check(outlets: readonly string[], signal: AbortSignal): Promise<readonly CheckItem[]> {
    try {
      const without = (await this.read(outlets, signal)).filter(({ fault }) => fault !== undefined)
      return [
        { what: this.address, ok: true, detail: `tells ${[...this.#heard.keys()].join(', ')}` },
        ...without.map(({ outlet, fault }) => ({
          what: `outlet ${outlet}`,
          ok: false,
          detail: `no figure (${fault})`,
          remedy: 'Name the outlet as the lines have it; a line with watts alone is outlet 1.',
        })),
      ]
    } catch (error) {
      if (!isError(error)) throw error
      return [{ what: this.address, ok: false, detail: error.message, remedy: error.remedy }]
    }
  }

  async read(outlets: readonly string[], signal: AbortSignal): Promise<readonly OutletReading[]> {
    signal.throwIfAborted()
    if (this.#isClosed) throw this.#fault('meter-unavailable', 'it is closed')
    if (outlets.length === 0) return []
    this.#listen()
    if (!this.#hasNews()) await this.#news(signal)
    const nowMs = this.#options.clock.nowMs()
    return outlets.map((outlet) => {
      const heard = this.#heard.get(outlet)
      const fault = this.#faultOf(heard, nowMs)
      return {
        outlet,
        atMs: heard?.atMs ?? nowMs,
        powerW: fault === undefined ? heard?.powerW : undefined,
        energyJ: undefined,
        fault,
      }
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#drop('it is closed')
  }

  #faultOf(heard: Heard | undefined, nowMs: number): OutletFault | undefined {
    if (heard === undefined) return 'absent'
    if (nowMs - heard.atMs > this.#staleMs) return 'silent'
    return Number.isNaN(heard.powerW) ? 'garbled' : undefined
  }

  get #staleMs(): number {
    return this.#options.staleMs ?? 10_000
  }

  #hasNews(): boolean {
    const nowMs = this.#options.clock.nowMs()
    for (const { atMs } of this.#heard.values()) if (nowMs - atMs <= this.#staleMs) return true
    return false
  }

  /** The next line that is a reading. */
  async #news(signal: AbortSignal): Promise<void> {
    const before = this.#readings
    const linesBefore = this.#lines
    const until = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs ?? 5000)])
    while (this.#readings === before) {
      if (this.#broken !== undefined) throw this.#fault('meter-unavailable', this.#broken)
      if (signal.aborted) throw signal.reason as Error
      if (until.aborted)
        throw this.#lines > linesBefore
          ? this.#fault('meter-broken', `its lines are no readings in the form ${this.#options.format}`)
          : this.#fault('meter-unavailable', 'no line came in time')
      await this.#change(until)
    }
  }

  #change(until: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done)
        until.removeEventListener('abort', done)
        resolve()
      }
      this.#waiting.add(done)
      until.addEventListener('abort', done, { once: true })
    })
  }

  #listen(): void {
    if (this.#line !== undefined) return
    const { from } = this.#options
    this.#rest = ''
    this.#lines = 0
    this.#broken = undefined
    const line: Readable = 'path' in from ? createReadStream(from.path) : connect(from.port, from.host)
    line.setEncoding('latin1')
    line.on('data', (text: string) => line === this.#line && this.#take(text))
    line.on('error', (error: NodeJS.ErrnoException) => line === this.#line && this.#drop(error.code ?? error.message))
    line.on('close', () => line === this.#line && this.#drop('its line has ended'))
    this.#line = line
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]+/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > mostLineBytes) return this.#drop('a line without an end')
    for (const line of lines) {
      if (line.trim() !== '') this.#lines++
      const reading = readLine(line, this.#options.format)
      if (reading === undefined || (!this.#heard.has(reading.outlet) && Number.isNaN(reading.powerW))) continue
      this.#heard.set(reading.outlet, { atMs: this.#options.clock.nowMs(), powerW: reading.powerW })
      this.#readings++
    }
    this.#wake()
  }

  #drop(why: string): void {
    const line = this.#line
    this.#line = undefined
    this.#broken = why
    this.#heard.clear()
    line?.destroy()
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  #fault(code: 'meter-unavailable' | 'meter-broken', detail: string): GleanerError {
    return new GleanerError(code, { meter: this.id, detail })
  }
}
