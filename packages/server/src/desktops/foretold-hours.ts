// What is foretold of desktops, for who chooses among them: the share of the next four hours in which guests will be able to run there.
// Learnt from eight weeks of a desktop's phases, anew every six hours, and of at most twenty desktops at a time, so that no cycle waits for
// a thousand pasts. A desktop of which nothing is known yet has no share.
import { forecastAvailability, hourOfWeek, hoursOfWeek, type PresenceLimits } from '@gleaner/engine'
import type { Desktop } from '@gleaner/model'
import type { Store } from '@gleaner/ports'

const hourMs = 3_600_000
const learntMs = 8 * 7 * 24 * hourMs
const learnEveryMs = 6 * hourMs
const atOnce = 20
const mostPhases = 20_000
const aheadHours = 4

interface Learnt {
  readonly atMs: number
  readonly hours: readonly number[] | undefined
}

export class ForetoldHours {
  readonly #store: Pick<Store, 'desktops'>
  readonly #learnt = new Map<string, Learnt>()
  #turns = 0

  constructor(store: Pick<Store, 'desktops'>) {
    this.#store = store
  }

  /** Another number after each turn in which something was learnt. */
  get turns(): number {
    return this.#turns
  }

  async learn(desktops: readonly Desktop[], nowMs: number, { contractMs }: PresenceLimits): Promise<void> {
    const there = new Set(desktops.map(({ id }) => id))
    for (const id of this.#learnt.keys()) if (!there.has(id)) this.#learnt.delete(id)
    const due = desktops
      .filter(({ id }) => Math.abs(nowMs - (this.#learnt.get(id)?.atMs ?? Number.NEGATIVE_INFINITY)) >= learnEveryMs)
      .slice(0, atOnce)
    for (const { id, lastBeatMs } of due) {
      const newestFirst = await this.#store.desktops.phases(id, { sinceMs: nowMs - learntMs, limit: mostPhases })
      const untilMs = Math.min(nowMs, (lastBeatMs ?? Number.NEGATIVE_INFINITY) + contractMs)
      const { hours } = forecastAvailability(newestFirst.toReversed(), untilMs)
      this.#learnt.set(id, { atMs: nowMs, hours })
    }
    if (due.length > 0) this.#turns++
  }

  share(id: string, nowMs: number): number | undefined {
    const hours = this.#learnt.get(id)?.hours
    if (hours === undefined) return undefined
    const first = hourOfWeek(nowMs)
    let sum = 0
    for (let ahead = 0; ahead < aheadHours; ahead++) sum += hours[(first + ahead) % hoursOfWeek] ?? 0
    return sum / aheadHours
  }
}
