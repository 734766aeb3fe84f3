// Browser sessions: a cookie with a random id instead of the token itself, which so never lies in the browser. A session
// holds the hash of its token and nothing about rights: the token is looked up at every request, so that revoking it or
// its expiry ends the session. Sessions live in memory; a restart ends them.
import { createHash, randomBytes } from 'node:crypto'

const cookieName = 'gleaner_session'
const shape = /^[A-Za-z0-9_-]{43}$/

interface Session {
  readonly tokenHash: Uint8Array
  readonly endsAtMs: number
}

export class Sessions {
  readonly #sessions = new Map<string, Session>()
  readonly #settings: { readonly lifeMs: number; readonly most: number }

  constructor(settings = { lifeMs: 12 * 3_600_000, most: 10_000 }) {
    this.#settings = settings
  }

  /** The new session's id, for the cookie. */
  start(tokenHash: Uint8Array, nowMs: number): string {
    const id = randomBytes(32).toString('base64url')
    if (this.#sessions.size >= this.#settings.most) this.#makeRoom(nowMs)
    this.#sessions.set(keyOf(id), { tokenHash, endsAtMs: nowMs + this.#settings.lifeMs })
    return id
  }

  tokenHashOf(id: string, nowMs: number): Uint8Array | undefined {
    const session = this.#sessions.get(keyOf(id))
    if (session === undefined) return undefined
    if (nowMs < session.endsAtMs) return session.tokenHash
    this.#sessions.delete(keyOf(id))
    return undefined
  }

  end(id: string): void {
    this.#sessions.delete(keyOf(id))
  }

  setCookie(id: string, secure: boolean): string {
    const maxAgeS = Math.floor(this.#settings.lifeMs / 1000)
    return `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}${secure ? '; Secure' : ''}`
  }

  clearCookie(): string {
    return `${cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`
  }

  /** First those that have ended, then the oldest. */
  #makeRoom(nowMs: number): void {
    for (const [key, session] of this.#sessions) if (session.endsAtMs <= nowMs) this.#sessions.delete(key)
    for (const key of this.#sessions.keys()) {
      if (this.#sessions.size < this.#settings.most) break
      this.#sessions.delete(key)
    }
  }
}

/** The id is kept as a hash, so that a look-up tells nothing by the time it takes. */
function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64')
}

/** The session id of a Cookie header; undefined when there is none or it cannot be one of ours. */
export function sessionIdIn(cookieHeader: string | undefined): string | undefined {
  for (const part of (cookieHeader ?? '').split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim() === cookieName) {
      const value = part.slice(equals + 1).trim()
      return shape.test(value) ? value : undefined
    }
  }
  return undefined
}
