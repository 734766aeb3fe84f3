// A Redfish service on loopback that behaves as real ones do: the root is open, everything else wants the token of a session;
// sessions are few, end when they are deleted, and are forgotten by a restart. Without `sessions` it knows Basic only.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { listenAgain } from '@gleaner/testkit'

export interface RedfishAnswer {
  readonly status?: number
  readonly body?: unknown
}

export interface FakeRedfishOptions {
  readonly user: string
  readonly password: string
  /** GET by path. */
  readonly resource: (path: string) => unknown
  /** POST of anything but a session. */
  readonly post?: (path: string, body: Readonly<Record<string, unknown>>) => RedfishAnswer
  /** Comes before everything else. */
  readonly answer?: ((path: string, method: string) => RedfishAnswer | undefined) | undefined
  readonly sessions?: boolean
}

const sessionsPath = '/redfish/v1/SessionService/Sessions'

export class FakeRedfish {
  readonly sessions = new Set<string>()
  readonly asked: string[] = []
  made = 0
  hangs = false
  answer: FakeRedfishOptions['answer']
  readonly #options: FakeRedfishOptions
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  private constructor(options: FakeRedfishOptions) {
    this.#options = options
    this.answer = options.answer
  }

  static async start(options: FakeRedfishOptions): Promise<FakeRedfish> {
    const service = new FakeRedfish(options)
    await service.listen()
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response))
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#port = await listenAgain(server, this.#port)
    this.#server = server
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  async nextRequest(): Promise<void> {
    if (this.#server !== undefined) await once(this.#server, 'request')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    if (this.hangs) return
    const { url: path = '', method = '' } = request
    this.asked.push(`${method} ${path}`)
    const { status = 200, body, headers = {} } = this.#reply(request, Buffer.concat(parts).toString())
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}))
  }

  #reply(request: IncomingMessage, text: string): RedfishAnswer & { readonly headers?: Record<string, string> } {
    const { url: path = '', method = '' } = request
    const { user, password, resource, post, sessions = true } = this.#options
    const told = this.answer?.(path, method)
    if (told !== undefined) return told
    if (path === '/redfish/v1/') return { body: sessions ? { Links: { Sessions: { '@odata.id': sessionsPath } } } : {} }
    const body = method === 'POST' ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {}
    if (path === sessionsPath && method === 'POST') {
      if (!sessions) return { status: 404 }
      if (body['UserName'] !== user || body['Password'] !== password) return { status: 401 }
      const token = `token-${++this.made}`
      this.sessions.add(token)
      const headers = { 'x-auth-token': token, location: `${sessionsPath}/${this.made}` }
      return { status: 201, body: { '@odata.id': `${sessionsPath}/${this.made}` }, headers }
    }
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    const token = request.headers['x-auth-token']
    const isKnown = sessions
      ? typeof token === 'string' && this.sessions.has(token)
      : request.headers.authorization === basic
    if (!isKnown) return { status: 401 }
    if (method === 'DELETE' && path.startsWith(sessionsPath))
      return { status: this.sessions.delete(`token-${path.split('/').at(-1)}`) ? 204 : 404 }
    if (method === 'POST') return post?.(path, body) ?? { status: 404 }
    const found = resource(path)
    return found === undefined ? { status: 404 } : { body: found }
  }
}
