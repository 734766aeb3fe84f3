// Tells whoever listens that something changed. Listeners never slow down or break the one who tells.
import type { LiveEvent, LiveEventKind } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'

export type Listener = (event: LiveEvent) => void

export class EventHub {
  readonly #listeners = new Set<Listener>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get listeners(): number {
    return this.#listeners.size
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(kind: LiveEventKind, item?: unknown): void {
    const event: LiveEvent = {
      kind,
      at: new Date(this.#clock.nowMs()).toISOString(),
      ...(item === undefined ? {} : { item }),
    }
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch {
        this.#listeners.delete(listener)
      }
    }
  }
}
