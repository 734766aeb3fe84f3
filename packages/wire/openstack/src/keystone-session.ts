// A token of keystone, kept fresh. Guarantees: one authentication at a time, shared by all who wait; a token is renewed
// before it ends, by its own length of life and not by keystone's clock; one that a service refused is not used again.
// Whoever stops waiting does not stop the authentication for the others. Texts of errors hold no secret.
import { type CatalogueEndpoint, chooseEndpoint, type EndpointWish, readCatalogue } from './catalogue.ts'
import type { Credentials, Scope, UserRef } from './credentials.ts'
import type { HttpSender } from './http-sender.ts'
import { JsonReader, type Json, parseJson } from './json.ts'
import { OpenStackError } from './openstack-error.ts'
import { rejection } from './rejection.ts'
import { type RetryPolicy, withRetries } from './retry.ts'
import { untilAborted } from './until-aborted.ts'
import type { WireClock } from './wire-clock.ts'

export interface Token {
  readonly id: string
  readonly userId: string
  readonly userName: string
  /** Undefined for a token of a system or a domain. */
  readonly projectId: string | undefined
  readonly roles: readonly string[]
  readonly catalogue: readonly CatalogueEndpoint[]
  readonly renewAtMs: number
}

export interface SessionOptions {
  readonly authUrl: string
  readonly credentials: Credentials
  readonly http: HttpSender
  readonly clock: WireClock
  readonly retry: RetryPolicy
}

/** Renewed when a tenth of its life is left. */
const renewShare = 0.9

export class KeystoneSession {
  readonly authUrl: string
  readonly #options: SessionOptions
  readonly #scoped = new Map<string, KeystoneSession>()
  readonly #ended = new AbortController()
  #token: Token | undefined
  #pending: Promise<Token> | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.authUrl = options.authUrl.endsWith('/v3') ? options.authUrl : `${options.authUrl.replace(/\/v2\.0$/, '')}/v3`
  }

  async token(signal: AbortSignal): Promise<Token> {
    signal.throwIfAborted()
    const now = this.#options.clock.nowMs()
    if (this.#token !== undefined && now < this.#token.renewAtMs) return this.#token
    this.#pending ??= this.#authenticate()
      .then((token) => (this.#token = token))
      .finally(() => (this.#pending = undefined))
    return untilAborted(this.#pending, signal)
  }

  /** A service does not accept it (any more). */
  discard(token: Token): void {
    if (this.#token === token) this.#token = undefined
  }

  async endpoint(wish: EndpointWish, signal: AbortSignal): Promise<string> {
    return chooseEndpoint((await this.token(signal)).catalogue, wish)
  }

  /** The same user with a token for another project. */
  forProject(projectId: string): KeystoneSession {
    const known = this.#scoped.get(projectId)
    if (known !== undefined) return known
    const { credentials } = this.#options
    if (credentials.kind === 'application-credential') {
      throw new OpenStackError(
        'unauthenticated',
        'an application credential is bound to its own project; use a password to act in others',
      )
    }
    const scope: Scope = { project: { id: projectId } }
    const session = new KeystoneSession({ ...this.#options, credentials: { ...credentials, scope } })
    this.#scoped.set(projectId, session)
    return session
  }

  close(): void {
    this.#ended.abort(new OpenStackError('unreachable', 'the session is closed'))
    for (const session of this.#scoped.values()) session.close()
  }

  async #authenticate(): Promise<Token> {
    const { http, clock, retry, credentials } = this.#options
    const signal = this.#ended.signal
    const url = `${this.authUrl}/auth/tokens`
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const request = { method: 'POST', url, headers, body: JSON.stringify({ auth: authBody(credentials) }) } as const
    const what = `keystone ${new URL(url).host}`
    return withRetries(
      async () => {
        const askedAtMs = clock.nowMs()
        const answer = await http.send(request, signal)
        if (answer.status !== 200 && answer.status !== 201) throw rejection(answer, what, clock.nowMs())
        const id = answer.headers['x-subject-token']
        if (id === undefined || id === '') throw new OpenStackError('broken', `${what}: the answer holds no token`)
        const token = new JsonReader(parseJson(answer.text, what), what).object('token')
        return readToken(id, token, askedAtMs)
      },
      { clock, policy: retry, isIdempotent: true, signal },
    )
  }
}

function readToken(id: string, token: JsonReader, askedAtMs: number): Token {
  const user = token.object('user')
  const issuedAtMs = token.optionalTime('issued_at')
  const expiresAtMs = token.optionalTime('expires_at')
  const lifeMs = issuedAtMs === undefined || expiresAtMs === undefined ? Infinity : expiresAtMs - issuedAtMs
  return {
    id,
    userId: user.text('id'),
    userName: user.optionalText('name') ?? user.text('id'),
    projectId: token.optionalObject('project')?.text('id'),
    roles: token.value['roles'] === undefined ? [] : token.objects('roles').map((role) => role.text('name')),
    catalogue: readCatalogue(token),
    renewAtMs: askedAtMs + lifeMs * renewShare,
  }
}

function authBody(credentials: Credentials): Json {
  switch (credentials.kind) {
    case 'password': {
      const user = { ...userBody(credentials.user), password: credentials.password }
      return { identity: { methods: ['password'], password: { user } }, ...scopeBody(credentials.scope) }
    }
    case 'token':
      return { identity: { methods: ['token'], token: { id: credentials.token } }, ...scopeBody(credentials.scope) }
    case 'application-credential': {
      const { credential, secret } = credentials
      const named =
        'id' in credential ? { id: credential.id } : { name: credential.name, user: userBody(credential.user) }
      return {
        identity: { methods: ['application_credential'], application_credential: { ...named, secret } },
      }
    }
  }
}

function userBody(user: UserRef): Readonly<Record<string, Json>> {
  return 'id' in user ? { id: user.id } : { name: user.name, domain: { ...user.domain } }
}

function scopeBody(scope: Scope | undefined): { readonly scope?: Json } {
  if (scope === undefined) return {}
  if ('system' in scope) return { scope: { system: { all: true } } }
  if ('domain' in scope) return { scope: { domain: { ...scope.domain } } }
  const { project } = scope
  return {
    scope: { project: 'id' in project ? { id: project.id } : { name: project.name, domain: { ...project.domain } } },
  }
}
