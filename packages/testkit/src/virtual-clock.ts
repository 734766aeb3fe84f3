// A clock that stands still until a test turns it. Sleepers wake in the order of their due times, those due at the same
// moment in the order they went to sleep, and what a woken sleeper starts is run before time moves on; so the same test
// always takes the same course.
import type { Clock } from '@gleaner/ports'

interface Sleeper {
  dueMs: number
  readonly wake: () => void
}

export class VirtualClock implements Clock {
  readonly speed = 1
  #nowMs: number
  readonly #sleepers: Sleeper[] = []

  /** Monday, 2 June 2025, 08:00 UTC unless told otherwise. */
  constructor(startMs: number = Date.UTC(2025, 5, 2, 8)) {
    this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  /** How many sleep at the moment: 0 at the end of a test that leaked nothing. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (!(durationMs > 0)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
        reject(signal?.reason)
      }
      const sleeper: Sleeper = {
        dueMs: this.#nowMs + durationMs,
        wake: () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Turns the clock forward, waking on the way everybody who is due. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs
    await turn()
    for (;;) {
      const next = this.#earliest(endMs)
      if (next === undefined) break
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.wake()
      await turn()
    }
    this.#nowMs = endMs
    await turn()
  }

  /** The wall clock is set: the time of day changes by this much, and nobody sleeps longer or shorter for it. */
  jump(byMs: number): void {
    this.#nowMs += byMs
    for (const sleeper of this.#sleepers) sleeper.dueMs += byMs
  }

  #earliest(endMs: number): Sleeper | undefined {
    let found: Sleeper | undefined
    for (const sleeper of this.#sleepers)
      if (sleeper.dueMs <= endMs && (found === undefined || sleeper.dueMs < found.dueMs)) found = sleeper
    return found
  }
}

/** One turn of the event loop: everything that was woken has run up to its next wait. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
