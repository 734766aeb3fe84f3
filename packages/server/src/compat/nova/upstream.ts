// The way to one service of the cloud, nova or keystone. Its address comes from the configuration and from nowhere else:
// what a client sends can only choose a path below it. Reading calls share connections; writing calls each get a fresh
// one, because a request that dies on a connection which the other side had just closed could not be told from one that
// was carried out. Nothing here repeats a call.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { GleanerError } from '@gleaner/model'

export interface UpstreamOptions {
  /** "nova" or "keystone", as messages call it. */
  readonly name: string
  readonly url: URL
  /** Certificates to trust in place of the system's, as PEM. */
  readonly ca: string | undefined
  /** Longest silence while a call is under way. */
  readonly silenceMs: number
}

export interface UpstreamCall {
  readonly method: string
  /** Below the address of the service; begins with a slash. */
  readonly path: string
  /** Complete but for Connection: Node adds none of its own. */
  readonly headers: readonly string[]
}

export interface WholeAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** Time to make a connection, name look-up and TLS included. */
const connectWithinMs = 10_000
/** Answers that are read as a whole: a flavor, a server, a page of ids. */
const largestAnswerBytes = 16 * 1024 * 1024
const readingMethods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

export class Upstream {
  readonly name: string
  /** Value of the Host header. */
  readonly authority: string
  /** Scheme, authority and path, without a slash at the end. */
  readonly address: string
  readonly #options: UpstreamOptions
  readonly #basePath: string
  readonly #shared: HttpAgent | HttpsAgent
  readonly #fresh: HttpAgent | HttpsAgent

  constructor(options: UpstreamOptions) {
    const { url } = options
    this.#options = options
    this.name = options.name
    this.authority = url.host
    this.#basePath = url.pathname.replace(/\/+$/, '')
    this.address = `${url.protocol}//${url.host}${this.#basePath}`
    const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent
    this.#shared = new Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' })
    this.#fresh = new Agent({ keepAlive: false })
  }

  /** Begins a call. Faults come as errors of the request; a signal or `destroy` ends it. */
  open(call: UpstreamCall, signal?: AbortSignal): ClientRequest {
    const { url, ca, silenceMs } = this.#options
    const secure = url.protocol === 'https:'
    const request = (secure ? httpsRequest : httpRequest)({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      method: call.method,
      path: `${this.#basePath}${call.path}`,
      headers: call.headers,
      agent: readingMethods.has(call.method) ? this.#shared : this.#fresh,
      ...(signal === undefined ? {} : { signal }),
      ...(secure && ca !== undefined ? { ca } : {}),
    })
    this.#limitConnecting(request, secure)
    request.setTimeout(silenceMs, () => request.destroy(this.#silent()))
    return request
  }

  /** A whole call with a small body. Rejects when there is no complete answer; any status is one. */
  async call(call: UpstreamCall, body: Buffer | undefined, signal: AbortSignal): Promise<WholeAnswer> {
    signal.throwIfAborted()
    const request = this.open(call, signal)
    try {
      request.end(body)
      return await readWhole(await answerTo(request))
    } catch (error) {
      signal.throwIfAborted()
      throw this.fault(error)
    }
  }

  /** What an error of a request means, in words of the registry. */
  fault(error: unknown): GleanerError {
    if (error instanceof GleanerError) return error
    const code = (error as NodeJS.ErrnoException).code
    const facts = { service: this.name, address: this.address, detail: code ?? (error as Error).message }
    return notReached.has(code)
      ? new GleanerError('front-unreachable', facts, { cause: error })
      : new GleanerError('front-broken-off', facts, { cause: error })
  }

  close(): void {
    this.#shared.destroy()
    this.#fresh.destroy()
  }

  #limitConnecting(request: ClientRequest, secure: boolean): void {
    const late = () => request.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' }))
    const timer = setTimeout(late, connectWithinMs)
    const connected = () => clearTimeout(timer)
    request.once('close', connected)
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', connected)
      else connected()
    })
  }

  #silent(): GleanerError {
    const seconds = Math.round(this.#options.silenceMs / 1000)
    return new GleanerError('front-silent', { service: this.name, address: this.address, seconds })
  }
}

const notReached: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Resolves with the head of the answer; rejects also when the connection just ends. */
export function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
    request.once('close', () => reject(new Error('the connection ended without an answer')))
  })
}

async function readWhole(answer: IncomingMessage): Promise<WholeAnswer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > largestAnswerBytes) throw new Error(`an answer of more than ${largestAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return {
    status: answer.statusCode ?? 0,
    statusText: answer.statusMessage ?? '',
    headers: answer.rawHeaders,
    body: Buffer.concat(chunks),
  }
}
