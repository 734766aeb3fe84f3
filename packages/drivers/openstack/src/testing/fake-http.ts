// The fake's door: a real HTTP server on loopback that can be made to vanish, to hang and to answer wrongly.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { listenAgain } from '@gleaner/testkit'

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export interface FakeAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What happens to a request before it is answered: an answer of its own, raw text, nothing at all, or what it says. */
export type FakeFault = (request: FakeRequest) => FakeAnswer | { readonly raw: string } | 'hang' | 'drop' | undefined

export class FakeHttp {
  /** Asked in their order; the first that has an answer gives it. */
  readonly faults = new Set<FakeFault>()
  /** Method and path of every request, in their order. */
  readonly seen: string[] = []
  readonly #answer: (request: FakeRequest) => FakeAnswer
  readonly #nowMs: () => number
  readonly #hanging = new Set<ServerResponse>()
  #server: Server | undefined
  #port = 0

  constructor(answer: (request: FakeRequest) => FakeAnswer, nowMs: () => number) {
    this.#answer = answer
    this.#nowMs = nowMs
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Under the same port as before. */
  async appear(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response))
    this.#port = await listenAgain(server, this.#port)
    this.#server = server
  }

  async vanish(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  /** Until the returned function is called. */
  fault(fault: FakeFault): () => void {
    this.faults.add(fault)
    return () => void this.faults.delete(fault)
  }

  /** Whoever still waits for an answer gets none. */
  dropHanging(): void {
    for (const response of this.#hanging) response.destroy()
    this.#hanging.clear()
  }

  /** So many times. */
  faultTimes(times: number, fault: FakeFault): void {
    let left = times
    const end = this.fault((request) => {
      const answer = fault(request)
      if (answer !== undefined && --left === 0) end()
      return answer
    })
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer)
    } catch {
      // The other side has gone.
      return
    }
    const url = new URL(message.url ?? '/', 'http://fake')
    const text = Buffer.concat(chunks).toString('utf8')
    const request: FakeRequest = {
      method: message.method ?? 'GET',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: message.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
    this.seen.push(`${request.method} ${request.path}`)
    const fault = [...this.faults].map((each) => each(request)).find((answer) => answer !== undefined)
    if (fault === 'hang') {
      this.#hanging.add(response)
      return
    }
    if (fault === 'drop') {
      response.destroy()
      return
    }
    const answer = fault ?? this.#answer(request)
    if ('raw' in answer) {
      response.end(answer.raw)
      return
    }
    const headers = {
      'content-type': 'application/json',
      date: new Date(this.#nowMs()).toUTCString(),
      'x-openstack-request-id': `req-${this.seen.length}`,
      ...answer.headers,
    }
    response.writeHead(answer.status, headers)
    response.end(answer.body === null ? '' : JSON.stringify(answer.body).replaceAll('http://cloud', this.url))
  }
}
