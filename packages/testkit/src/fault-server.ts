// An HTTP server on loopback that answers as its handler says, until it is told to do something wrong: what every fake of a
// service that is asked over HTTP needs for the faults of its contract.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { listenAgain } from './listen-again.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  /** Of the address and of a form in the body. */
  readonly parameters: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Answered {
  readonly status?: number
  readonly type?: string
  readonly body: string
}

/**
 * away: nobody listens; hang: takes the question and is silent; drip: begins and does not end; refuse, busy: 401, 503;
 * garbage: a page that is no answer; truncate: half of the answer, with a connection that ends; endless: no end to it.
 */
export type ServerFault = 'away' | 'hang' | 'drip' | 'refuse' | 'busy' | 'garbage' | 'truncate' | 'endless'

export class FaultServer {
  readonly asked: Asked[] = []
  readonly #handler: (asked: Asked) => Answered
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #sockets = new Set<Socket>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #fault: ServerFault | undefined
  #port = 0

  private constructor(handler: (asked: Asked) => Answered) {
    this.#handler = handler
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(handler: (asked: Asked) => Answered): Promise<FaultServer> {
    const server = new FaultServer(handler)
    await server.#listen()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** From now on, and also for those who wait already; undefined: well again. */
  async behave(fault: ServerFault | undefined): Promise<void> {
    const wasAway = this.#fault === 'away'
    this.#fault = fault
    if (fault === 'away' && !wasAway) await this.#end()
    if (fault !== 'away' && wasAway) await this.#listen()
    if (fault === undefined) this.#drop()
  }

  async close(): Promise<void> {
    if (this.#fault !== 'away') await this.#end()
  }

  async #listen(): Promise<void> {
    this.#port = await listenAgain(this.#server, this.#port)
  }

  async #end(): Promise<void> {
    const ended = new Promise((resolve) => this.#server.close(resolve))
    this.#drop()
    await ended
  }

  #drop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers.clear()
    for (const socket of this.#sockets) socket.destroy()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://localhost')
    const parameters = new URLSearchParams(url.search)
    if (request.headers['content-type'] === 'application/x-www-form-urlencoded') {
      for (const [name, value] of new URLSearchParams(body)) parameters.append(name, value)
    }
    const asked = { method: request.method ?? '', path: url.pathname, parameters, headers: request.headers, body }
    this.asked.push(asked)
    const { status = 200, type = 'application/json', body: text } = this.#handler(asked)
    switch (this.#fault) {
      case 'hang':
        return
      case 'drip':
        this.#timers.add(setInterval(() => response.write(' '), 20))
        return
      case 'endless': {
        const more = () => response.write(' '.repeat(65_536), () => !response.destroyed && setImmediate(more))
        more()
        return
      }
      case 'refuse':
        return void response.writeHead(401).end('no such user')
      case 'busy':
        return void response.writeHead(503).end('come back later')
      case 'garbage':
        return void response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<html><title>Sign in</title></html>\n')
      case 'truncate':
        response.writeHead(status, { 'content-type': type })
        response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy())
        return
      default:
        response.writeHead(status, { 'content-type': type }).end(text)
    }
  }
}
