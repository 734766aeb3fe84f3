// A front on a port of its own before a server that the test writes, and a client that sends what it is told, byte by byte.
import { type IncomingHttpHeaders, type RequestListener, type Server, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VirtualClock } from '@gleaner/testkit'
import { type PlainApplication, plainApplication } from '../../../testing/plain-application.ts'
import { type OpenFront, openFront } from '../open-front.ts'

export interface FrontHarness extends PlainApplication {
  readonly front: OpenFront
  readonly clock: VirtualClock
  /** Where nova is, and where the front is (with /compute). */
  readonly novaUrl: string
  readonly url: string
  send(request: SentRequest): Promise<Received>
  close(): Promise<void>
}

export interface SentRequest {
  readonly method?: string
  /** Below /compute. */
  readonly path: string
  readonly headers?: readonly string[]
  readonly body?: string | Buffer
  readonly signal?: AbortSignal
}

export interface Received {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  json(): unknown
}

export interface FrontHarnessOptions {
  /** More lines of the section front. */
  readonly settings?: string
  readonly prepare?: (plain: PlainApplication) => void
  /** Path of nova at its address. */
  readonly basePath?: string
}

export async function frontHarness(nova: RequestListener, options: FrontHarnessOptions = {}): Promise<FrontHarness> {
  const upstream = await listening(createServer(nova))
  const novaUrl = `${addressOf(upstream)}${options.basePath ?? ''}`
  const clock = new VirtualClock()
  const plain = plainApplication({
    clock,
    config: `
anonymous: nobody
clouds: [{ id: lab, kind: simulated }]
front:
  cloud: lab
  upstream: ${novaUrl}
  identity: ${novaUrl}/identity
  listen: 127.0.0.1:0
${options.settings ?? ''}`,
  })
  options.prepare?.(plain)
  const settings = plain.app.config.front
  if (settings === undefined) throw new Error('the configuration has no front')
  const front = await openFront(plain.app, settings)
  const url = `http://127.0.0.1:${front.port}/compute`
  return {
    ...plain,
    front,
    clock,
    novaUrl,
    url,
    send: (sent) => send(`http://127.0.0.1:${front.port}`, { ...sent, path: `/compute${sent.path}` }),
    close: async () => {
      await front.close()
      upstream.closeAllConnections()
      await new Promise((resolve) => upstream.close(resolve))
    },
  }
}

export function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** One request on a connection of its own; headers as they are, plus Host and the length of the body. */
export function send(base: string, sent: SentRequest): Promise<Received> {
  const url = new URL(base)
  const { method = 'GET', path, headers = [], body, signal } = sent
  const framing = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))]
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: ['Host', url.host, ...headers, ...framing],
        agent: false,
        ...(signal === undefined ? {} : { signal }),
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () => {
          const whole = Buffer.concat(chunks)
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            rawHeaders: answer.rawHeaders,
            body: whole,
            json: () => JSON.parse(whole.toString('utf8')),
          })
        })
      },
    )
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
