// Timers that only move when told to.
import type { Timers } from '../timers.ts'

export class ManualTimers implements Timers {
  #nowMs = 0
  readonly #due = new Map<symbol, { readonly atMs: number; readonly run: () => void }>()

  after(delayMs: number, run: () => void): () => void {
    const key = Symbol('timer')
    this.#due.set(key, { atMs: this.#nowMs + delayMs, run })
    return () => this.#due.delete(key)
  }

  get pending(): number {
    return this.#due.size
  }

  /** Runs what falls due, in the order of its time. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const next = [...this.#due]
        .filter(([, timer]) => timer.atMs <= untilMs)
        .sort(([, a], [, b]) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      const [key, timer] = next
      this.#due.delete(key)
      this.#nowMs = timer.atMs
      timer.run()
    }
    this.#nowMs = untilMs
  }
}
