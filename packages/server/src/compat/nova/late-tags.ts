// Tags for servers that could not get theirs at creation (before 2.52 nova takes none): set with the caller's own token
// as soon as nova allows it, which is when the server is built; until then it answers 409. The server is marked by its
// property from the first moment, so that nothing depends on this succeeding: the tag only makes it listable. Setting a
// tag that is there changes nothing.
import { preemptibleMark } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import type { CallerCalls } from './caller-calls.ts'
import { tagsMinor } from './microversion.ts'

export type TagOutcome = 'set' | 'gone' | 'refused' | 'abandoned'

/** Waits between attempts double up to the longest. */
const firstWaitMs = 1000
const longestWaitMs = 30_000
const patienceMs = 15 * 60_000
const mostWaiting = 1000

export class LateTags {
  readonly #clock: Clock
  readonly #told: (outcome: TagOutcome) => void
  readonly #closing = new AbortController()
  readonly #underWay = new Set<Promise<void>>()

  constructor(clock: Clock, told: (outcome: TagOutcome) => void) {
    this.#clock = clock
    this.#told = told
  }

  /** Begins, and returns at once. */
  tag(serverId: string, calls: CallerCalls): void {
    if (this.#underWay.size >= mostWaiting || this.#closing.signal.aborted) {
      this.#told('abandoned')
      return
    }
    const work = this.#tag(serverId, calls)
      .catch(() => 'abandoned' as const)
      .then((outcome) => this.#told(outcome))
      .finally(() => this.#underWay.delete(work))
    this.#underWay.add(work)
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the server is closing'))
    await Promise.all(this.#underWay)
  }

  async #tag(serverId: string, calls: CallerCalls): Promise<TagOutcome> {
    const { signal } = this.#closing
    const path = `/v2.1/servers/${encodeURIComponent(serverId)}/tags/${preemptibleMark.tag}`
    const endMs = this.#clock.nowMs() + patienceMs
    for (let waitMs = firstWaitMs; this.#clock.nowMs() < endMs; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const status = await calls.ask({ method: 'PUT', path, minor: tagsMinor }, signal).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status === 201 || status === 204) return 'set'
      if (status === 404) return 'gone'
      if (status >= 400 && status < 500 && status !== 409 && status !== 429) return 'refused'
      await this.#clock.sleep(waitMs, signal)
    }
    return 'abandoned'
  }
}
