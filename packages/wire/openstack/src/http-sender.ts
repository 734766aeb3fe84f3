// Sends one HTTP request and gives its whole answer as text, over kept-alive connections. Bounded in time and in size;
// follows no redirect (a token goes only where the catalogue says). Knows nothing of OpenStack but its errors.
import { Agent, request as send, type Dispatcher } from 'undici'
import { readFile } from 'node:fs/promises'
import { OpenStackError } from './openstack-error.ts'
import type { WireClock } from './wire-clock.ts'

export interface HttpRequest {
  readonly method: Dispatcher.HttpMethod
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface HttpOptions {
  readonly clock: WireClock
  /** Longest wait for one answer. */
  readonly timeoutMs: number
  readonly maxBytes?: number
  readonly connections?: number
  /** PEM files. */
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  /** False accepts any certificate. */
  readonly verify?: boolean | undefined
}

const defaultMaxBytes = 64 * 1024 * 1024
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

export class HttpSender {
  readonly #options: HttpOptions
  #agent: Promise<Agent> | undefined

  constructor(options: HttpOptions) {
    this.#options = options
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    signal.throwIfAborted()
    const ended = new AbortController()
    const late = new AbortController()
    const timer = this.#options.clock.sleep(this.#options.timeoutMs, ended.signal).then(
      () => late.abort(),
      () => {},
    )
    try {
      return await this.#exchange(request, AbortSignal.any([signal, late.signal]))
    } catch (error) {
      signal.throwIfAborted()
      if (late.signal.aborted) {
        throw new OpenStackError('deadline', `no answer within ${this.#options.timeoutMs} ms from ${where(request)}`)
      }
      throw error
    } finally {
      ended.abort()
      await timer
    }
  }

  async close(): Promise<void> {
    const agent = this.#agent
    this.#agent = undefined
    await (await agent?.catch(() => undefined))?.destroy()
  }

  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const dispatcher = await this.#connect()
    try {
      const { method, headers, body } = request
      const answer = await send(request.url, { dispatcher, method, headers, body: body ?? null, signal })
      const text = await this.#read(answer.body, request)
      return { status: answer.statusCode, headers: flat(answer.headers), text }
    } catch (error) {
      if (error instanceof OpenStackError || signal.aborted) throw error
      const code = codeOf(error)
      throw new OpenStackError('unreachable', `no connection to ${where(request)} (${code})`, {
        notSent: neverSent.has(code),
        cause: error,
      })
    }
  }

  async #read(body: Dispatcher.ResponseData['body'], request: HttpRequest): Promise<string> {
    const limit = this.#options.maxBytes ?? defaultMaxBytes
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      // Leaving the loop ends the connection.
      if (size > limit) throw new OpenStackError('broken', `more than ${limit} bytes from ${where(request)}`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  #connect(): Promise<Agent> {
    this.#agent ??= makeAgent(this.#options)
    return this.#agent
  }
}

async function makeAgent({ timeoutMs, connections, caFile, certFile, keyFile, verify }: HttpOptions): Promise<Agent> {
  const pem = async (file: string | undefined, name: 'ca' | 'cert' | 'key') => {
    if (file === undefined) return {}
    try {
      return { [name]: await readFile(file, 'utf8') }
    } catch (error) {
      throw new OpenStackError('unreachable', `the file ${file} cannot be read`, { notSent: true, cause: error })
    }
  }
  const tls = { ...(await pem(caFile, 'ca')), ...(await pem(certFile, 'cert')), ...(await pem(keyFile, 'key')) }
  return new Agent({
    connections: connections ?? 8,
    // Services close idle connections after some seconds; ours end earlier, so that no request meets a closing one.
    keepAliveTimeout: 2_000,
    keepAliveMaxTimeout: 10_000,
    // Time limits are the caller's: see `send`.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeoutMs, rejectUnauthorized: verify ?? true, ...tls },
  })
}

/** Where a request goes, without its query: that may hold names. */
export function where({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  const { host, pathname } = new URL(url)
  return `${method} ${host}${pathname}`
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  return typeof code === 'string' ? code : String(message)
}
