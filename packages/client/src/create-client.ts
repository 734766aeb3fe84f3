// The typed client of the REST API, for Node and browsers. `call` sends one request as the endpoint table declares it;
// every failure is an ApiError. It neither retries nor caches: that is the caller's choice.
import { type EndpointName, endpoints, type LiveEvent } from '@gleaner/model'
import type { AnswerOf, Call, InputOf } from './call-types.ts'
import { readProblem, unreachable } from './read-problem.ts'
import { requestUrl } from './request-url.ts'
import { type SubscribeOptions, subscribe } from './subscribe.ts'

export interface ClientOptions {
  /** Origin and path prefix of the server; '' in a page that the server itself delivered. */
  readonly baseUrl: string
  readonly token?: string | undefined
  readonly fetch?: typeof fetch
}

export interface Client {
  readonly call: Call
  readonly subscribe: (onEvent: (event: LiveEvent) => void, options: SubscribeOptions) => Promise<void>
}

export function createClient({ baseUrl, token, fetch: given }: ClientOptions): Client {
  const base = baseUrl.replace(/\/+$/, '')
  // A browser's fetch wants to be called on the window.
  const send: typeof fetch = given ?? ((input, init) => globalThis.fetch(input, init))
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }

  async function call<N extends EndpointName>(name: N, input?: InputOf<N>): Promise<AnswerOf<N>> {
    const { method, path } = endpoints[name]
    const url = base + requestUrl(path, input?.params ?? {}, input?.query ?? {})
    const body = input?.body === undefined ? undefined : JSON.stringify(input.body)
    let response: Response
    try {
      response = await send(url, {
        method,
        headers: {
          ...headers,
          accept: 'application/json, application/problem+json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        ...(input?.signal === undefined ? {} : { signal: input.signal }),
      })
    } catch (thrown) {
      if (input?.signal?.aborted) throw thrown
      throw unreachable(base || url, thrown)
    }
    if (!response.ok) throw await readProblem(response)
    if (response.status === 204) return undefined as AnswerOf<N>
    try {
      return (await response.json()) as AnswerOf<N>
    } catch (thrown) {
      if (input?.signal?.aborted) throw thrown
      throw unreachable(base || url, thrown)
    }
  }

  return {
    call,
    subscribe: (onEvent, options) =>
      subscribe({ url: `${base}/api/v1/events`, headers, fetch: send }, onEvent, options),
  }
}
