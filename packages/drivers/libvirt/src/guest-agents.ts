// Asks the guest agents of one host's running guests who is logged in. Guarantees:
//
// - nobody waits for a guest: answers are fetched in the background, on a connection of their own, four guests at a time, and
//   whoever samples takes what is there;
// - a guest is asked at most every half minute; one that does not answer, or answers what cannot be read, is asked after the
//   others and ever less often, down to once an hour;
// - an answer counts for three minutes and only for that life of the domain it came from: a guest that falls silent is unknown, and
//   so is one whose empty list means nothing (agent-answer.ts);
// - who a guest is, libvirt says and not the guest.
import type { DomainRef } from '@gleaner/wire-libvirt'
import { countUsers, questions, systemId } from './agent-answer.ts'

export interface GuestAgentsOptions {
  /** The answer of one guest; undefined when this guest has none. Rejects when no guest of the host can be asked now. */
  readonly ask: (domain: DomainRef, command: string) => Promise<string | undefined>
  readonly monotonicMs: () => number
}

interface Guest {
  readonly domain: DomainRef
  system: string | undefined
  /** Somebody was in the list once, so that the list is kept. */
  hasListed: boolean
  failures: number
  nextMs: number
  users: { readonly count: number; readonly atMs: number } | undefined
}

const periodMs = 30_000
const longestPauseMs = 3_600_000
const freshMs = 180_000
const askedAtOnce = 4
const windows = 'mswindows'

export class GuestAgents {
  readonly #options: GuestAgentsOptions
  readonly #guests = new Map<string, Guest>()
  #isAsking = false

  constructor(options: GuestAgentsOptions) {
    this.#options = options
  }

  /** All guests that run now and whose agent has its channel open. */
  follow(running: readonly DomainRef[]): void {
    const wanted = new Map(running.map((domain) => [domain.uuid, domain]))
    for (const [uuid, { domain }] of this.#guests) if (wanted.get(uuid)?.id !== domain.id) this.#guests.delete(uuid)
    for (const [uuid, domain] of wanted) {
      if (this.#guests.has(uuid)) continue
      const fresh = {
        system: undefined,
        hasListed: false,
        failures: 0,
        nextMs: Number.NEGATIVE_INFINITY,
        users: undefined,
      }
      this.#guests.set(uuid, { domain, ...fresh })
    }
  }

  /** Asks those whose time it is, unless it is still being asked. Returns at once. */
  poke(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    void this.#askAll().finally(() => {
      this.#isAsking = false
    })
  }

  users(uuid: string): number | undefined {
    const users = this.#guests.get(uuid)?.users
    if (users === undefined || this.#options.monotonicMs() - users.atMs > freshMs) return undefined
    return users.count
  }

  /** For people: how many have an agent, and how many of them told who is logged in. */
  get counts(): { readonly followed: number; readonly telling: number } {
    const telling = [...this.#guests.keys()].filter((uuid) => this.users(uuid) !== undefined).length
    return { followed: this.#guests.size, telling }
  }

  async #askAll(): Promise<void> {
    const nowMs = this.#options.monotonicMs()
    const due = [...this.#guests.values()].filter((guest) => guest.nextMs <= nowMs)
    const rest = due.sort((a, b) => a.failures - b.failures).values()
    const askRest = async () => {
      for (const guest of rest) if (!(await this.#ask(guest))) return
    }
    await Promise.all(Array.from({ length: askedAtOnce }, askRest))
  }

  /** False when the fault is not this guest's: nobody else is asked now. */
  async #ask(guest: Guest): Promise<boolean> {
    const { ask, monotonicMs } = this.#options
    guest.nextMs = monotonicMs() + periodMs
    let listed: number | undefined
    try {
      guest.system ??= systemId(await ask(guest.domain, questions.system))
      listed = countUsers(await ask(guest.domain, questions.users))
    } catch {
      return false
    }
    if (listed === undefined) {
      guest.failures++
      guest.users = undefined
      guest.nextMs = monotonicMs() + Math.min(longestPauseMs, periodMs * 2 ** guest.failures)
      return true
    }
    guest.failures = 0
    guest.hasListed ||= listed > 0
    const isBelieved = listed > 0 || guest.hasListed || guest.system === windows
    guest.users = isBelieved ? { count: listed, atMs: monotonicMs() } : undefined
    return true
  }
}
