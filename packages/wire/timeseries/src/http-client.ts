// One HTTP server that is asked questions and answers in streams. Connections are kept and shared; an answer is handed on
// piece by piece and never held whole; it ends within `timeoutMs` or is a fault. Redirects are not followed: a credential
// goes only where it was meant to go.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { AnswerFault, printable } from './answer-fault.ts'

export interface HttpClientOptions {
  /** http or https, with a path where the server stands below one. Holds no user and no password. */
  readonly url: string
  /** Sent with every question: authorization, tenant. */
  readonly headers?: Readonly<Record<string, string>>
  /** Certificates to trust in place of the system's, PEM. */
  readonly ca?: string
  /** Until the last byte of an answer. */
  readonly timeoutMs: number
  /** Largest answer. */
  readonly maxBytes: number
}

export interface Question {
  /** Below the path of the server: `api/v1/query`. */
  readonly path: string
  /** Sent in the address. */
  readonly query?: Readonly<Record<string, string>>
  /** Sent as a form, by POST. */
  readonly form?: Readonly<Record<string, string>>
  /** Sent as it is, by POST. */
  readonly body?: { readonly type: string; readonly text: string }
  readonly accept?: string
}

class StaleConnection extends Error {}

const connections = 4
/** Enough of an error's page to find its sentence. */
const longestError = 65_536

export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #base: URL
  readonly #agent: HttpAgent | HttpsAgent
  readonly #closing = new AbortController()

  constructor(options: HttpClientOptions) {
    this.#options = options
    this.#base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`)
    const settings = {
      keepAlive: true,
      maxSockets: connections,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    }
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(settings) : new HttpAgent(settings)
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Hands the body on to `take`; what that throws ends the answer and is thrown. Resolves with the headers at its end. */
  async ask(
    question: Question,
    take: (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string | string[] | undefined>>> {
    signal.throwIfAborted()
    if (this.isClosed) throw new AnswerFault('unreachable', 'the connection was closed here')
    const deadline = AbortSignal.timeout(this.#options.timeoutMs)
    const ended = AbortSignal.any([signal, deadline, this.#closing.signal])
    try {
      return await this.#exchange(question, take, ended).catch((error: unknown) => {
        // A kept connection may have been closed by the server in the moment it was used again. Questions change nothing,
        // so this one is asked once more, on a connection of its own.
        if (!(error instanceof StaleConnection)) throw error
        return this.#exchange(question, take, ended)
      })
    } catch (error) {
      if (error instanceof StaleConnection) throw new AnswerFault('unreachable', error.message, { cause: error })
      if (signal.aborted) throw signal.reason
      if (deadline.aborted) {
        throw new AnswerFault('deadline', `no whole answer within ${this.#options.timeoutMs / 1000} s`, {
          cause: error,
        })
      }
      throw error
    }
  }

  close(): void {
    this.#closing.abort(new Error('closed'))
    this.#agent.destroy()
  }

  #exchange(question: Question, take: (chunk: Buffer) => void, signal: AbortSignal) {
    return new Promise<IncomingMessage['headers']>((resolve, reject) => {
      const request = this.#send(question, signal)
      request.on('error', (error) => {
        const reason = reasonOf(error)
        const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
        reject(isStale ? new StaleConnection(reason) : new AnswerFault('unreachable', reason, { cause: error }))
      })
      request.on('response', (response) => {
        const status = response.statusCode ?? 0
        const isAnswer = status >= 200 && status < 300
        const limit = isAnswer ? this.#options.maxBytes : longestError
        const page: Buffer[] = []
        let bytes = 0
        const give = (fault: unknown) => {
          reject(fault)
          request.destroy()
        }
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (!isAnswer) {
            if (bytes <= limit) page.push(chunk)
            else give(faultOf(status, response, Buffer.concat(page)))
            return
          }
          if (bytes > limit) {
            give(new AnswerFault('too-large', `the answer is larger than ${Math.round(limit / 1_048_576)} MiB`))
            return
          }
          try {
            take(chunk)
          } catch (error) {
            give(error)
          }
        })
        response.on('error', (error) => reject(new AnswerFault('disconnected', reasonOf(error), { cause: error })))
        response.on('end', () => {
          if (!response.complete) reject(new AnswerFault('disconnected', 'the answer ends before its end'))
          else if (isAnswer) resolve(response.headers)
          else reject(faultOf(status, response, Buffer.concat(page)))
        })
        response.on('close', () => reject(new AnswerFault('disconnected', 'the answer ends before its end')))
      })
    })
  }

  #send(question: Question, signal: AbortSignal): ClientRequest {
    const url = new URL(question.path, this.#base)
    for (const [name, value] of Object.entries(question.query ?? {})) url.searchParams.set(name, value)
    const body =
      question.form === undefined
        ? question.body
        : { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(question.form).toString() }
    const headers = {
      accept: question.accept ?? 'application/json',
      'user-agent': 'gleaner',
      ...this.#options.headers,
      ...(body === undefined ? {} : { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
    }
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: this.#agent, signal })
    request.end(body?.text)
    return request
  }
}

function faultOf(status: number, response: IncomingMessage, page: Buffer): AnswerFault {
  const said = `status ${status}${sentenceOf(page)}`
  if (status === 401 || status === 403 || status === 407) return new AnswerFault('refused', said)
  if (status >= 300 && status < 400) {
    return new AnswerFault(
      'missing',
      `${said}: it points to ${printable(response.headers.location ?? 'another place')}`,
    )
  }
  if (status === 404 || status === 405 || status === 410) return new AnswerFault('missing', said)
  if (status === 413) return new AnswerFault('too-large', said)
  const busy = status === 408 || status === 429 || status >= 500 || tooMuch.test(said)
  return new AnswerFault(busy ? 'overloaded' : 'rejected', said)
}

/** Databases refuse what would cost too much with the status of a wrong question. */
const tooMuch =
  /too many (samples|points|series|datapoints)|maximum (number of|resolution)|exceed|limit|timeout|timed out/i

/** The server's own sentence, where there is one: the `error` or `message` of JSON, or a first line that is no page. */
function sentenceOf(page: Buffer): string {
  const text = page.toString('utf8')
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown }
    const found = [error, message].find((each) => typeof each === 'string' && each !== '')
    if (found !== undefined) return `: ${printable(found as string)}`
  } catch {
    // not JSON
  }
  const line = text.trimStart().split('\n')[0] ?? ''
  return line === '' || line.startsWith('<') ? '' : `: ${printable(line)}`
}

function reasonOf(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: readonly Error[] }
  return printable((errors?.[0]?.message ?? message) || code || 'no connection')
}
