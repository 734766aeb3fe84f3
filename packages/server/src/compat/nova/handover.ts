// One room at a time is handed over: between the moment it is held no longer and the moment nova has claimed it for the
// new server, no other create goes through the front, so that nobody slips in. Creates that need no room pass at once
// unless one is being handed over. What does not come through the front is not held up; the gap is short, not closed.
import { type Clock, untilAborted } from '@gleaner/ports'

export class Handover {
  readonly #clock: Clock
  readonly #longestMs: number
  #current: Promise<void> | undefined

  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock
    this.#longestMs = longestMs
  }

  /** Resolves when no room is being handed over; rejects with the signal's reason. */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.#current !== undefined) await untilAborted(this.#current, signal)
  }

  /** Resolves with the function that ends the handover, when it is this one's turn. It ends by itself after a while. */
  async begin(signal: AbortSignal): Promise<() => void> {
    // The check and what follows it happen in one go: of several that waited, one gets its turn.
    while (this.#current !== undefined) await untilAborted(this.#current, signal)
    signal.throwIfAborted()
    const ended = new AbortController()
    const current = this.#clock
      .sleep(this.#longestMs, ended.signal)
      .catch(() => undefined)
      .then(() => {
        this.#current = undefined
      })
    this.#current = current
    return () => ended.abort()
  }
}
