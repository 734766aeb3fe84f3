// Lets at most so many pieces of work be under way at a time; the others wait in the order they came. Who gives up while
// waiting leaves the queue and never starts.

export class Turnstile {
  readonly #width: number
  #inside = 0
  readonly #queue = new Set<() => void>()

  constructor(width: number) {
    this.#width = width
  }

  async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal)
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      this.#leave()
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#inside < this.#width) {
      this.#inside++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#queue.delete(turn)
        reject(signal.reason as Error)
      }
      const turn = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      this.#queue.add(turn)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** The place goes straight to the next in the queue, so that nobody slips in between. */
  #leave(): void {
    const next = this.#queue.values().next().value
    if (next === undefined) {
      this.#inside--
      return
    }
    this.#queue.delete(next)
    next()
  }
}
