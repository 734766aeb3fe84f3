// Finds the token of a hash: the local one in memory, all others in the store. A token counts until its expiry and not
// one request longer after it was revoked. Only while the store does not answer, a token that was good within the last
// ten minutes still counts, so that an operator can look (and pause) when the database is gone.
import { isError } from '@gleaner/model'
import type { Role } from '@gleaner/model'
import type { Clock, StoredToken, TokenStore } from '@gleaner/ports'
import type { LocalToken } from './local-token.ts'

const touchEveryMs = 60_000
const rememberedMs = 600_000
const mostRemembered = 10_000

/** What a good token gives. */
export interface Grant {
  /** Undefined for the local token. */
  readonly tokenId: string | undefined
  readonly name: string
  readonly role: Role
  readonly projects: readonly string[]
  readonly expiresAtMs: number | undefined
}

interface Remembered {
  readonly token: StoredToken
  readonly atMs: number
}

export interface TokenDirectoryParts {
  readonly tokens: TokenStore
  readonly localToken: LocalToken | undefined
  /** Real time: an hour of a token is an hour, however fast a simulation runs. */
  readonly clock: Clock
  readonly onTouchFailure: (error: unknown) => void
}

export class TokenDirectory {
  readonly #parts: TokenDirectoryParts
  readonly #remembered = new Map<string, Remembered>()
  readonly #touchedAtMs = new Map<string, number>()

  constructor(parts: TokenDirectoryParts) {
    this.#parts = parts
  }

  /** True when the hash belonged to a good token a short while ago: its look-up is no guess. */
  isRemembered(hash: Uint8Array): boolean {
    const nowMs = this.#parts.clock.nowMs()
    return this.#parts.localToken?.matches(hash) === true || this.#recall(hash, nowMs) !== undefined
  }

  async find(hash: Uint8Array): Promise<Grant | undefined> {
    if (this.#parts.localToken?.matches(hash) === true)
      return { tokenId: undefined, name: 'local', role: 'administrator', projects: [], expiresAtMs: undefined }
    const nowMs = this.#parts.clock.nowMs()
    const token = await this.#look(hash, nowMs)
    if (token === undefined) return undefined
    if (token.expiresAtMs !== undefined && nowMs >= token.expiresAtMs) return undefined
    this.#touch(token, nowMs)
    return {
      tokenId: token.id,
      name: token.name,
      role: token.role,
      projects: token.projects,
      expiresAtMs: token.expiresAtMs,
    }
  }

  async #look(hash: Uint8Array, nowMs: number): Promise<StoredToken | undefined> {
    const key = keyOf(hash)
    try {
      const token = await this.#parts.tokens.findByHash(hash)
      this.#remembered.delete(key)
      if (token === undefined) return undefined
      this.#remembered.set(key, { token, atMs: nowMs })
      if (this.#remembered.size > mostRemembered) {
        const oldest = this.#remembered.keys().next().value
        if (oldest !== undefined) this.#remembered.delete(oldest)
      }
      return token
    } catch (error) {
      const remembered = isError(error, 'store-unavailable') ? this.#recall(hash, nowMs) : undefined
      if (remembered === undefined) throw error
      return remembered
    }
  }

  /** Called when a token is revoked here, so that an outage right after cannot bring it back. */
  forget(tokenId: string): void {
    for (const [key, { token }] of this.#remembered) if (token.id === tokenId) this.#remembered.delete(key)
    this.#touchedAtMs.delete(tokenId)
  }

  #recall(hash: Uint8Array, nowMs: number): StoredToken | undefined {
    const remembered = this.#remembered.get(keyOf(hash))
    return remembered !== undefined && nowMs - remembered.atMs < rememberedMs ? remembered.token : undefined
  }

  /** Notes the use at most once a minute, and lets no request wait for it. */
  #touch(token: StoredToken, nowMs: number): void {
    const lastMs = this.#touchedAtMs.get(token.id) ?? Number.NEGATIVE_INFINITY
    if (nowMs - lastMs < touchEveryMs) return
    this.#touchedAtMs.set(token.id, nowMs)
    this.#parts.tokens.touch(token.id, nowMs).catch(this.#parts.onTouchFailure)
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}
