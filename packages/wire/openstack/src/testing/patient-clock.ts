// A clock whose sleepers wake at once, and which remembers how long they wanted to sleep. Deadlines come only when the test
// says so.
import type { WireClock } from '../wire-clock.ts'

export class PatientClock implements WireClock {
  now = Date.UTC(2025, 5, 2, 8)
  readonly slept: number[] = []
  readonly #deadlineMs: number
  readonly #deadlines = new Set<() => void>()

  /** Sleeps of this length are deadlines. */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs
  }

  nowMs(): number {
    return this.now
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (durationMs !== this.#deadlineMs) {
      this.slept.push(durationMs)
      this.now += durationMs
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.#deadlines.add(resolve)
      const end = () => {
        this.#deadlines.delete(resolve)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', end, { once: true })
    })
  }

  /** All deadlines that run now come. */
  expire(): void {
    for (const end of this.#deadlines) end()
  }
}
