// Calls of one OpenStack service: finds its endpoint in the catalogue, sends the token, chooses the microversion, tries
// again where that is safe, and renews a token that ends in the middle: on 401 once, with a new one.
import type { EndpointWish } from './catalogue.ts'
import type { HttpAnswer, HttpRequest, HttpSender } from './http-sender.ts'
import { type Json, JsonReader, parseJson } from './json.ts'
import type { KeystoneSession } from './keystone-session.ts'
import { chooseMicroversion, type MicroversionRange, type MicroversionWish } from './microversion.ts'
import { isStatus } from './openstack-error.ts'
import { rejection } from './rejection.ts'
import { type RetryPolicy, withRetries } from './retry.ts'
import type { WireClock } from './wire-clock.ts'

export interface ServiceOptions {
  readonly session: KeystoneSession
  readonly http: HttpSender
  readonly clock: WireClock
  readonly retry: RetryPolicy
  readonly endpoint: EndpointWish
  /** Takes the place of what the catalogue says. */
  readonly url?: string | undefined
  /** As microversion headers call the service; undefined for a service without them. */
  readonly microversionName?: string
}

export interface ServiceCall {
  readonly method: HttpRequest['method']
  /** Below the endpoint, with its leading slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: Json
  readonly microversion?: MicroversionWish
  /** Whether the call may be made again when it is not known whether it was carried out; GET, PUT and DELETE if absent. */
  readonly isIdempotent?: boolean
}

export interface ServiceAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null when the answer has no body. */
  readonly body: Json
  /** The call, for messages. */
  readonly what: string
}

export class ServiceClient {
  readonly name: string
  readonly #options: ServiceOptions
  #range: MicroversionRange | undefined

  constructor(options: ServiceOptions) {
    this.#options = options
    this.name = options.endpoint.types[0] ?? 'service'
  }

  /** The same service with a token for another project. */
  forProject(projectId: string): ServiceClient {
    const client = new ServiceClient({ ...this.#options, session: this.#options.session.forProject(projectId) })
    client.#range = this.#range
    return client
  }

  get session(): KeystoneSession {
    return this.#options.session
  }

  async call(call: ServiceCall, signal: AbortSignal): Promise<ServiceAnswer> {
    const { clock, retry } = this.#options
    const isIdempotent = call.isIdempotent ?? ['GET', 'HEAD', 'PUT', 'DELETE'].includes(call.method)
    const version = call.microversion === undefined ? undefined : await this.#version(call.microversion, signal)
    return withRetries(() => this.#once(call, version, signal), { clock, policy: retry, isIdempotent, signal })
  }

  /** As `call`, for an answer that must be a JSON object. */
  async read(call: ServiceCall, signal: AbortSignal): Promise<JsonReader> {
    const { body, what } = await this.call(call, signal)
    return new JsonReader(body, what)
  }

  /** The microversions the service offers. */
  async microversions(signal: AbortSignal): Promise<MicroversionRange> {
    this.#range ??= await this.#readRange(signal)
    return this.#range
  }

  async #version(wish: MicroversionWish, signal: AbortSignal): Promise<string> {
    return chooseMicroversion(await this.microversions(signal), wish, this.name)
  }

  async #readRange(signal: AbortSignal): Promise<MicroversionRange> {
    // Nova tells of one version, placement lists its versions.
    const document = await this.read({ method: 'GET', path: '/' }, signal)
    const one = document.optionalObject('version') ?? document.objects('versions')[0]
    const highest = one?.optionalText('version') ?? one?.optionalText('max_version')
    const lowest = one?.optionalText('min_version')
    return { lowest: lowest ?? '1.0', highest: highest ?? lowest ?? '1.0' }
  }

  async #once(call: ServiceCall, version: string | undefined, signal: AbortSignal): Promise<ServiceAnswer> {
    const { session } = this.#options
    const token = await session.token(signal)
    try {
      return await this.#send(call, { token: token.id, version }, signal)
    } catch (error) {
      if (!isStatus(error, 401)) throw error
      // It ended in the middle, or was revoked: with a new one, once.
      session.discard(token)
      const renewed = await session.token(signal)
      return this.#send(call, { token: renewed.id, version }, signal)
    }
  }

  async #send(call: ServiceCall, sent: { token: string; version: string | undefined }, signal: AbortSignal) {
    const { http, clock, microversionName } = this.#options
    const request: HttpRequest = {
      method: call.method,
      url: await this.#url(call, signal),
      headers: {
        accept: 'application/json',
        'x-auth-token': sent.token,
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...(sent.version !== undefined && { 'openstack-api-version': `${microversionName} ${sent.version}` }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    }
    const what = `${this.name} ${call.method} ${call.path}`
    const answer = await http.send(request, signal)
    if (!isSuccess(answer)) throw rejection(answer, what, clock.nowMs())
    const body = answer.text.trim() === '' ? null : parseJson(answer.text, what)
    return { status: answer.status, headers: answer.headers, body, what }
  }

  async #url(call: ServiceCall, signal: AbortSignal): Promise<string> {
    const { session, endpoint, url } = this.#options
    const found = url ?? (await session.endpoint(endpoint, signal))
    // The versions stand above the project that some catalogues have in the address.
    const base = call.path === '/' ? found.replace(/(\/v\d[\d.]*)\/[^/]+$/, '$1') : found
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(key, String(value))
    return `${base}${call.path}${query.size === 0 ? '' : `?${query}`}`
  }
}

/** 300 is how some versions of services answer when asked for their versions. */
function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status <= 300
}
