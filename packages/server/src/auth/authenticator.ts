// Says who calls. In this order: a token in the Authorization header; the session of a cookie; the role that the
// configuration gives to callers without a token, if the request comes from this very machine and was sent to a name
// under which the server is meant to be found. A token that is sent and not good is refused, never taken for nobody.
import { GleanerError } from '@gleaner/model'
import type { Role } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../application.ts'
import { FailureLimiter } from './failure-limiter.ts'
import { isLocalPeer, isOwnHost, peerAddress } from './peer.ts'
import { requireSameOrigin } from './same-origin.ts'
import { type Sessions, sessionIdIn } from './sessions.ts'
import type { Grant, TokenDirectory } from './token-directory.ts'
import { hashSecret, looksLikeSecret } from './token-secret.ts'

export interface AuthenticatorParts {
  readonly directory: TokenDirectory
  readonly sessions: Sessions
  readonly anonymous: Role | undefined
  readonly listenHost: string
  /** Real time. */
  readonly clock: Clock
  readonly limiter?: FailureLimiter
}

export class Authenticator {
  readonly #parts: AuthenticatorParts
  readonly #limiter: FailureLimiter

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts
    this.#limiter = parts.limiter ?? new FailureLimiter()
  }

  /** Undefined for a caller who is nobody. */
  async callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const header = request.headers.authorization
    if (header !== undefined) {
      const secret = /^Bearer +([^\s]+) *$/i.exec(header)?.[1] ?? ''
      return caller(await this.grantOf(secret, request), { request, by: 'token' })
    }
    const session = await this.#sessionCaller(request)
    if (session !== undefined) return session
    return this.#anonymousCaller(request)
  }

  /** The grant of a secret; rejects with `unauthenticated`, or `too-many-attempts` when the peer has failed too often. */
  async grantOf(secret: string, request: FastifyRequest): Promise<Grant> {
    const peer = peerAddress(request)
    const nowMs = this.#parts.clock.nowMs()
    const hash = hashSecret(secret)
    if (!this.#parts.directory.isRemembered(hash) && !this.#limiter.allows(peer, nowMs))
      throw new GleanerError('too-many-attempts', { peer })
    const grant = looksLikeSecret(secret) ? await this.#parts.directory.find(hash) : undefined
    if (grant === undefined) {
      this.#limiter.failed(peer, nowMs)
      throw new GleanerError('unauthenticated')
    }
    return grant
  }

  async #sessionCaller(request: FastifyRequest): Promise<Caller | undefined> {
    const id = sessionIdIn(request.headers.cookie)
    const hash = id === undefined ? undefined : this.#parts.sessions.tokenHashOf(id, this.#parts.clock.nowMs())
    if (id === undefined || hash === undefined) return undefined
    const grant = await this.#parts.directory.find(hash)
    if (grant === undefined) {
      this.#parts.sessions.end(id)
      return undefined
    }
    requireSameOrigin(request)
    return caller(grant, { request, by: 'session' })
  }

  #anonymousCaller(request: FastifyRequest): Caller | undefined {
    const role = this.#parts.anonymous
    if (role === undefined || !isLocalPeer(request) || !isOwnHost(request.headers.host, this.#parts.listenHost))
      return undefined
    requireSameOrigin(request)
    return caller({ tokenId: undefined, name: 'anonymous', role, projects: [] }, { request, by: 'anonymous' })
  }
}

function caller(grant: Grant, how: { readonly request: FastifyRequest; readonly by: Caller['by'] }): Caller {
  return {
    name: grant.name,
    role: grant.role,
    projects: grant.projects,
    from: peerAddress(how.request),
    by: how.by,
  }
}
