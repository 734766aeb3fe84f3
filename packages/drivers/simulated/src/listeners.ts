// Who listens to the simulated cloud. Only while there are listeners one sleeper waits for whatever happens next in the world.
import type { Clock, CloudEvent } from '@gleaner/ports'
import type { Guest } from './guest.ts'
import type { World } from './world.ts'

/** No single sleep is longer, so that any clock can count it. */
const longestSleepMs = 3_600_000

export class Listeners {
  readonly #clock: Clock
  readonly #world: () => World
  readonly #listeners = new Set<(event: CloudEvent) => void>()
  #isClosed = false
  #alarm: AbortController | undefined

  constructor(clock: Clock, world: () => World) {
    this.#clock = clock
    this.#world = world
  }

  add(listener: (event: CloudEvent) => void): () => void {
    // Wrapped, so that the same function can be subscribed twice and each leaves by itself.
    const own = (event: CloudEvent) => listener(event)
    this.#listeners.add(own)
    this.wakeUp()
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.#alarm?.abort()
    }
  }

  /** For good: nobody is told anything any more. */
  close(): void {
    this.#isClosed = true
    this.#listeners.clear()
    this.#alarm?.abort()
  }

  tell(guest: Guest, detail: string): void {
    const hostId = this.#world().hostIds[guest.host]
    const event: CloudEvent = {
      kind: 'instance-changed',
      instanceId: guest.spec.id,
      ...(hostId === undefined ? {} : { hostId }),
      detail,
    }
    // One who leaves while being told is not told twice, and one who comes is told of the next event.
    for (const listener of Array.from(this.#listeners)) {
      try {
        listener(event)
      } catch {
        // What a listener does with an event is its own affair: the world and the other listeners go on.
      }
    }
  }

  /** Sets the alarm anew: something may now happen earlier than it was set for. */
  wakeUp(): void {
    this.#alarm?.abort()
    if (this.#listeners.size === 0 || this.#isClosed) return
    const alarm = new AbortController()
    this.#alarm = alarm
    void this.#watch(alarm.signal)
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = Math.min(longestSleepMs, Math.max(1, this.#world().nextMs - this.#clock.nowMs()))
      try {
        await this.#clock.sleep(waitMs, signal)
      } catch {
        return
      }
      this.#world().advance(this.#clock.nowMs())
    }
  }
}
