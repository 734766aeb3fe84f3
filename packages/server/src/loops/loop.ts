// A loop: one piece of convergence, run by timer and woken by event. It takes no input from what woke it, runs one at a
// time, never retries by itself (the next run is the retry), and publishes its status. A loop that has missed three
// periods counts as late; the watchdog reports it.
import { setMaxListeners } from 'node:events'
import { describeError } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'

export interface LoopSettings {
  readonly name: string
  readonly periodMs: number
  readonly clock: Clock
  /** One run. The text it returns is shown as the detail of its status. */
  readonly run: (signal: AbortSignal) => Promise<string>
  readonly onError: (error: unknown) => void
  /** However often it is woken, it rests this long between two runs (0). */
  readonly leastRestMs?: number
  /** Waits for the first period before the first run. */
  readonly delayed?: boolean
}

export interface LoopStatus {
  readonly name: string
  readonly periodMs: number
  readonly runs: number
  readonly failures: number
  readonly lastStartedMs: number | undefined
  readonly lastFinishedMs: number | undefined
  readonly lastDurationMs: number | undefined
  readonly lastError: string | undefined
  readonly late: boolean
  readonly detail: string
}

export class Loop {
  readonly name: string
  readonly #settings: LoopSettings
  readonly #stop = new AbortController()
  #wakeUp: (() => void) | undefined
  #woken = false
  #done: Promise<void> | undefined
  #bornMs: number
  #runs = 0
  #failures = 0
  #lastStartedMs: number | undefined
  #lastFinishedMs: number | undefined
  #lastDurationMs: number | undefined
  #lastError: string | undefined
  #detail = ''

  constructor(settings: LoopSettings) {
    this.name = settings.name
    this.#settings = settings
    // A run may wait for as many hosts at once as a cloud has, each wait a listener: that is no leak to warn of.
    setMaxListeners(0, this.#stop.signal)
    this.#bornMs = settings.clock.nowMs()
  }

  start(): void {
    this.#bornMs = this.#settings.clock.nowMs()
    this.#done ??= this.#cycle()
  }

  /** Runs as soon as possible: now, or right after the run that is under way. */
  wake(): void {
    this.#woken = true
    this.#wakeUp?.()
  }

  /** Aborts a run under way and waits until it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'))
    await this.#done
  }

  status(): LoopStatus {
    const nowMs = this.#settings.clock.nowMs()
    const lastMs = this.#lastFinishedMs ?? this.#bornMs
    return {
      name: this.name,
      periodMs: this.#settings.periodMs,
      runs: this.#runs,
      failures: this.#failures,
      lastStartedMs: this.#lastStartedMs,
      lastFinishedMs: this.#lastFinishedMs,
      lastDurationMs: this.#lastDurationMs,
      lastError: this.#lastError,
      late: !this.#stop.signal.aborted && nowMs - lastMs > 3 * this.#settings.periodMs + this.#settings.periodMs,
      detail: this.#detail,
    }
  }

  async #cycle(): Promise<void> {
    if (this.#settings.delayed === true) await this.#rest()
    while (!this.#stop.signal.aborted) {
      await this.#runOnce()
      await this.#rest()
    }
  }

  async #runOnce(): Promise<void> {
    this.#woken = false
    const { clock } = this.#settings
    this.#lastStartedMs = clock.nowMs()
    const beganMs = performance.now()
    try {
      this.#detail = await this.#settings.run(this.#stop.signal)
      this.#lastError = undefined
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.#failures++
        this.#lastError = describeError(error)
        this.#settings.onError(error)
      }
    }
    this.#runs++
    this.#lastDurationMs = performance.now() - beganMs
    this.#lastFinishedMs = clock.nowMs()
  }

  /** Until the period is over, somebody wakes the loop, or it is stopped. */
  async #rest(): Promise<void> {
    const { clock, leastRestMs = 0 } = this.#settings
    if (leastRestMs > 0) await clock.sleep(leastRestMs, this.#stop.signal).catch(() => {})
    if (this.#woken || this.#stop.signal.aborted) return
    const rest = new AbortController()
    this.#wakeUp = () => rest.abort()
    const onStop = () => rest.abort()
    this.#stop.signal.addEventListener('abort', onStop, { once: true })
    try {
      await clock.sleep(Math.max(0, this.#settings.periodMs - leastRestMs), rest.signal)
    } catch {
      // woken or stopped: both just end the rest
    } finally {
      this.#wakeUp = undefined
      this.#stop.signal.removeEventListener('abort', onStop)
    }
  }
}
