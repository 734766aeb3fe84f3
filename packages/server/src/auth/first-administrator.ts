// How the first person comes in: a link with 256 random bits, printed where the server starts and nowhere else, while nobody is
// an administrator yet. It counts once, for a day, and only in the process that printed it; what is kept is its hash.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { GleanerError } from '@gleaner/model'
import type { Clock, Store } from '@gleaner/ports'
import type { Config } from '../config/config.ts'
import { hashSecret } from './token-secret.ts'

const lifeMs = 86_400_000

export class FirstAdministrator {
  readonly #clock: Clock
  #open: { readonly hash: Uint8Array; readonly endsAtMs: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A new link, what stands behind the address of the console; those before no longer count. */
  offer(): string {
    const link = randomBytes(32).toString('base64url')
    this.#open = { hash: hashSecret(link), endsAtMs: this.#clock.nowMs() + lifeMs }
    return `/#first-administrator=${link}`
  }

  /** Takes the link for good; `link-not-good` when it is not the one. Give it back if what it was for fails. */
  take(link: string): () => void {
    const open = this.#open
    const refused = (detail: string) => new GleanerError('link-not-good', { detail })
    if (open === undefined) throw refused('it was used, or there is an administrator already')
    if (this.#clock.nowMs() >= open.endsAtMs) throw refused('its time is over; start Gleaner again for a new one')
    if (!timingSafeEqual(hashSecret(link), open.hash)) throw refused('it is not the one that was printed last')
    this.#open = undefined
    return () => (this.#open ??= open)
  }
}

/** True when nobody can administer yet but from the machine of the server. */
export async function lacksAdministrator(store: Store, { config, nowMs }: { config: Config; nowMs: number }) {
  if (config.anonymous === 'administrator') return false
  const [tokens, people] = await Promise.all([store.tokens.list(), store.people.list()])
  const isGood = (endsAtMs: number | undefined) => endsAtMs === undefined || nowMs < endsAtMs
  return (
    !tokens.some((token) => token.role === 'administrator' && isGood(token.expiresAtMs)) &&
    !people.some(({ active, role }) => active && role === 'administrator')
  )
}
