// The small calls the front makes for itself, all with the caller's own token: it can learn nothing the caller could not,
// and an invalid token gets it nothing. What cannot be read is undefined; whoever asks decides what that means.
import { isObject, type JsonObject } from './create-document.ts'
import { type Minor, versionHeader } from './microversion.ts'
import { rawHeaders } from './raw-headers.ts'
import type { Upstream } from './upstream.ts'

export interface JsonAnswer {
  readonly status: number
  /** Undefined when the body is no JSON object. */
  readonly body: JsonObject | undefined
}

export interface CallerCall {
  readonly method?: 'GET' | 'PUT'
  readonly path: string
  readonly minor: Minor
}

export class CallerCalls {
  readonly #upstream: Upstream
  readonly #token: string

  constructor(upstream: Upstream, token: string) {
    this.#upstream = upstream
    this.#token = token
  }

  /** Rejects only with `front-…` errors, and with the reason of the signal. */
  async ask({ method = 'GET', path, minor }: CallerCall, signal: AbortSignal): Promise<JsonAnswer> {
    const { authority } = this.#upstream
    const headers = [
      ...rawHeaders({ Host: authority, Accept: 'application/json', 'X-Auth-Token': this.#token }),
      ...versionHeader(minor),
      ...(method === 'PUT' ? ['Content-Length', '0'] : []),
    ]
    const { status, body } = await this.#upstream.call({ method, path, headers }, undefined, signal)
    return { status, body: parsed(body) }
  }

  /** The object of that name in the answer of a successful reading call. */
  async read(call: CallerCall & { readonly name: string }, signal: AbortSignal): Promise<JsonObject | undefined> {
    const { status, body } = await this.ask(call, signal)
    const object = status === 200 ? body?.[call.name] : undefined
    return isObject(object) ? object : undefined
  }
}

function parsed(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
