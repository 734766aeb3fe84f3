// Says who calls. In this order: a token in the Authorization header, or in X-Auth-Token as clients of OpenStack send it; the
// session of a cookie; a client certificate; the role that the configuration gives to callers without any of these, if
// the request comes from this very machine and was sent to a name under which the server is meant to be found. A token that is
// sent and not good is refused, never taken for nobody. A certificate that does not count makes the caller nobody, and the
// reason goes along: it is sent by the browser on its own, also by one that means to log in with a token.
import { GleanerError, isError } from '@gleaner/model'
import type { Role } from '@gleaner/model'
import type { Clock, Person } from '@gleaner/ports'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../application.ts'
import type { PeopleSettings } from '../config/people.ts'
import { CertificateJudge } from './certificates/certificate-judge.ts'
import { type ClientCertificate, readClientCertificate } from './certificates/client-certificate.ts'
import { isFromProxy, presentedCertificate } from './certificates/presented-certificate.ts'
import { FailureLimiter } from './failure-limiter.ts'
import { KeystoneTokens } from './keystone-tokens.ts'
import { isLocalPeer, isOwnHost, peerAddress } from './peer.ts'
import { requireSameOrigin } from './same-origin.ts'
import { type Sessions, sessionIdIn } from './sessions.ts'
import type { Grant, TokenDirectory } from './token-directory.ts'
import { hashSecret, looksLikeSecret } from './token-secret.ts'
import type { UserDirectory } from './user-directory.ts'

export interface AuthenticatorParts {
  readonly directory: TokenDirectory
  readonly users: UserDirectory
  readonly sessions: Sessions
  readonly people: PeopleSettings
  readonly anonymous: Role | undefined
  readonly listenHost: string
  /** Real time. */
  readonly clock: Clock
  readonly limiter?: FailureLimiter
}

export interface Visitor {
  /** Undefined for who is nobody. */
  readonly caller: Caller | undefined
  /** Why a certificate that came along did not help. */
  readonly refusal: GleanerError | undefined
}

type CallerParts = Omit<Caller, 'from'>

export class Authenticator {
  readonly #parts: AuthenticatorParts
  readonly #limiter: FailureLimiter
  readonly #judge: CertificateJudge | undefined
  readonly #keystone: KeystoneTokens | undefined

  constructor(parts: AuthenticatorParts) {
    const { certificates, keystone } = parts.people
    this.#parts = parts
    this.#limiter = parts.limiter ?? new FailureLimiter()
    this.#judge = certificates === undefined ? undefined : new CertificateJudge(certificates)
    this.#keystone = keystone === undefined ? undefined : new KeystoneTokens(keystone, parts.clock)
  }

  async visitorOf(request: FastifyRequest): Promise<Visitor> {
    const token = tokenIn(request)
    if (token !== undefined) return { caller: await this.tokenCaller(token, request), refusal: undefined }
    const session = await this.#sessionCaller(request)
    if (session !== undefined) return { caller: session, refusal: undefined }
    try {
      const certified = await this.#certificateCaller(request)
      return { caller: certified ?? this.#anonymousCaller(request), refusal: undefined }
    } catch (error) {
      if (!isRefusal(error)) throw error
      return { caller: undefined, refusal: error }
    }
  }

  /** Who a token of Gleaner or keystone stands for; rejects like grantOf. */
  async tokenCaller(token: string, request: FastifyRequest): Promise<Caller> {
    const from = peerAddress(request)
    if (looksLikeSecret(token) || this.#keystone === undefined) {
      return { ...asCaller(await this.grantOf(token, request), 'token'), from }
    }
    if (!this.#keystone.isRemembered(token)) this.requirePatience(request)
    const found = await this.#keystone.find(token)
    if (found === undefined) {
      this.failed(request)
      throw new GleanerError('unauthenticated')
    }
    const { name, role, projects, expiresAtMs } = found
    return { name, role, projects, by: 'keystone', endsAtMs: expiresAtMs, from }
  }

  /** The grant of a secret; rejects with `unauthenticated`, or `too-many-attempts` when the peer has failed too often. */
  async grantOf(secret: string, request: FastifyRequest): Promise<Grant> {
    const hash = hashSecret(secret)
    if (!this.#parts.directory.isRemembered(hash)) this.requirePatience(request)
    const grant = looksLikeSecret(secret) ? await this.#parts.directory.find(hash) : undefined
    if (grant === undefined) {
      this.failed(request)
      throw new GleanerError('unauthenticated')
    }
    return grant
  }

  /** Rejects when the peer has failed too often. */
  requirePatience(request: FastifyRequest): void {
    const peer = peerAddress(request)
    if (!this.#limiter.allows(peer, this.#parts.clock.nowMs())) throw new GleanerError('too-many-attempts', { peer })
  }

  failed(request: FastifyRequest): void {
    this.#limiter.failed(peerAddress(request), this.#parts.clock.nowMs())
  }

  /** The person of a certificate that counts, active or not; undefined without one. */
  async personOf(request: FastifyRequest): Promise<Person | undefined> {
    return (await this.#certified(request))?.person
  }

  close(): void {
    this.#keystone?.close()
  }

  async #certified(
    request: FastifyRequest,
  ): Promise<{ readonly person: Person; readonly certificate: ClientCertificate } | undefined> {
    const judge = this.#judge
    if (judge === undefined) return undefined
    const { proxy } = this.#parts.people
    const presented = presentedCertificate(request, { proxy, authorities: judge.authorities })
    if (presented === undefined) return undefined
    const certificate = readClientCertificate(presented)
    const fault = judge.faultOf(certificate, this.#parts.clock.nowMs())
    if (fault !== undefined)
      throw new GleanerError('certificate-refused', { detail: fault, subject: certificate.subject })
    return { certificate, person: await this.#parts.users.find(certificate, peerAddress(request)) }
  }

  async #certificateCaller(request: FastifyRequest): Promise<Caller | undefined> {
    const found = await this.#certified(request)
    if (found === undefined) return undefined
    const { person, certificate } = found
    if (!person.active) throw new GleanerError('person-inactive', { subject: person.subject })
    requireSameOrigin(request)
    const { subject: name, role, projects } = person
    return { name, role, projects, by: 'certificate', endsAtMs: certificate.notAfterMs, from: peerAddress(request) }
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
    return { ...asCaller(grant, 'session'), from: peerAddress(request) }
  }

  #anonymousCaller(request: FastifyRequest): Caller | undefined {
    const role = this.#parts.anonymous
    if (role === undefined || !isLocalPeer(request) || !isOwnHost(request.headers.host, this.#parts.listenHost))
      return undefined
    // Whoever comes through the proxy seems to be on this machine when the proxy is.
    if (isFromProxy(request, this.#parts.people.proxy)) return undefined
    requireSameOrigin(request)
    return { name: 'anonymous', role, projects: [], by: 'anonymous', endsAtMs: undefined, from: peerAddress(request) }
  }
}

function asCaller(grant: Grant, by: 'token' | 'session'): CallerParts {
  return { name: grant.name, role: grant.role, projects: grant.projects, by, endsAtMs: grant.expiresAtMs }
}

/** What is said about a certificate; another site's request and a store that is away are faults of the request itself. */
function isRefusal(error: unknown): error is GleanerError {
  return (
    isError(error, 'certificate-refused') || isError(error, 'person-inactive') || isError(error, 'too-many-waiting')
  )
}

function tokenIn(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) return /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1] ?? ''
  const token = request.headers['x-auth-token']
  return token === undefined ? undefined : String(token)
}
