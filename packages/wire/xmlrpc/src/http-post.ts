// Sends one document by POST and hands out what comes back, within bounds: at most so many bytes, in at most so much time,
// on at most so many connections. Connections are kept open for the next call.
//
// Redirects are not followed and encodings are not undone: the body that is sent holds a password, and an answer that
// grows while it is unpacked would pass the bound on its length. No error says anything of the request but where it went.
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Timers } from './timers.ts'
import { protocolError, XmlRpcWireError } from './wire-error.ts'

export interface HttpPosterOptions {
  readonly connections: number
  readonly timers: Timers
  /** PEM of the certificate authorities to trust instead of the system's. */
  readonly ca?: string | undefined
}

export interface PostOptions {
  readonly maxBytes: number
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
  /** On a connection of its own: one that was kept may be closed by the server at the very moment it is used. */
  readonly onNewConnection?: boolean
}

export interface PostAnswer {
  readonly bytes: Uint8Array
  /** The server's clock when it answered, epoch milliseconds; undefined when it does not say. */
  readonly serverTimeMs: number | undefined
}

/** Less than OpenNebula keeps an idle connection open (15 s). */
const idleMs = 10_000

export class HttpPoster {
  readonly #timers: Timers
  readonly #http: HttpAgent
  readonly #https: HttpsAgent
  readonly #underWay = new Set<(error: unknown) => void>()

  constructor({ connections, timers, ca }: HttpPosterOptions) {
    this.#timers = timers
    const pool = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections, timeout: idleMs }
    this.#http = new HttpAgent(pool)
    this.#https = new HttpsAgent({ ...pool, ...(ca === undefined ? {} : { ca }) })
  }

  post(url: URL, body: Uint8Array, options: PostOptions): Promise<PostAnswer> {
    const { signal, deadlineMs, onNewConnection } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    const isTls = url.protocol === 'https:'
    const settings: RequestOptions = {
      method: 'POST',
      agent: isTls ? this.#https : this.#http,
      headers: {
        'Content-Type': 'text/xml',
        'Content-Length': body.length,
        'User-Agent': 'gleaner',
        ...(onNewConnection ? { Connection: 'close' } : {}),
      },
      ...(onNewConnection ? { agent: false, ...(isTls ? { ca: this.#https.options.ca } : {}) } : {}),
    }
    return new Promise((resolve, reject) => {
      const request = (isTls ? httpsRequest : httpRequest)(url, settings)
      const finish = (end: () => void) => {
        cancel()
        this.#underWay.delete(fail)
        signal?.removeEventListener('abort', onAbort)
        end()
      }
      const fail = (error: unknown) => {
        finish(() => reject(error))
        request.destroy()
      }
      const onAbort = () => fail(signal?.reason)
      let isConnected = false
      request.on('socket', (socket) => {
        if (!socket.connecting) isConnected = true
        else socket.once(isTls ? 'secureConnect' : 'connect', () => (isConnected = true))
      })
      const onDeadline = () =>
        fail(new XmlRpcWireError('deadline', `no answer within ${deadlineMs} ms`, { neverSent: !isConnected }))
      const cancel = this.#timers.after(deadlineMs, onDeadline)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#underWay.add(fail)
      request.on('error', (error) => fail(connectionError(error, isConnected)))
      request.on('response', (response) =>
        readBody(response, options).then(
          (answer) => finish(() => resolve(answer)),
          (error: unknown) => fail(error),
        ),
      )
      request.end(body)
    })
  }

  /** What is under way fails; nothing stays open. */
  close(): void {
    for (const fail of this.#underWay) fail(new XmlRpcWireError('disconnected', 'the client was closed'))
    this.#http.destroy()
    this.#https.destroy()
  }
}

async function readBody(response: IncomingMessage, { maxBytes }: PostOptions): Promise<PostAnswer> {
  const { headers } = response
  const fault = statusFault(response.statusCode ?? 0)
  if (fault !== undefined) throw fault
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw protocolError('the answer is compressed')
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof XmlRpcWireError) throw error
    throw new XmlRpcWireError('disconnected', 'the connection ended in the middle of the answer', { cause: error })
  }
  const serverTimeMs = Date.parse(headers.date ?? '')
  // An array of its own: it may be handed to another thread as a whole.
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return { bytes, serverTimeMs: Number.isNaN(serverTimeMs) ? undefined : serverTimeMs }
}

function tooLarge(maxBytes: number): XmlRpcWireError {
  return new XmlRpcWireError('too-large', `an answer of more than ${maxBytes} bytes`)
}

function statusFault(status: number): XmlRpcWireError | undefined {
  if (status === 200) return undefined
  const message = `HTTP status ${status}`
  if (status === 401 || status === 403) return new XmlRpcWireError('refused', message)
  if (status === 429 || status >= 500) return new XmlRpcWireError('overloaded', message)
  return protocolError(status >= 300 && status < 400 ? `${message}: redirects are not followed` : message)
}

function connectionError(error: Error & { readonly code?: string }, wasConnected: boolean): XmlRpcWireError {
  const code = error.code ?? ''
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|UNABLE_TO_VERIFY/.test(code)) {
    return new XmlRpcWireError('untrusted', `its certificate is not accepted (${code})`, {
      cause: error,
      neverSent: true,
    })
  }
  if (code.startsWith('HPE_')) return protocolError(`not HTTP (${code})`, error)
  if (wasConnected) return new XmlRpcWireError('disconnected', `the connection ended (${code})`, { cause: error })
  return new XmlRpcWireError('unreachable', `no connection (${code === '' ? error.message : code})`, {
    cause: error,
    neverSent: true,
  })
}
