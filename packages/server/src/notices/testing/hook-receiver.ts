// A receiver of notices that listens for real, keeps what it gets, and answers as a test says.
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface HookReceiver {
  readonly url: string
  readonly received: readonly Received[]
  close(): Promise<void>
}

/** Answers each request; without, 204. */
export type Answer = (response: ServerResponse, request: Received) => void

export async function openReceiver(
  answer: Answer = (response) => response.writeHead(204).end(),
  tls?: { readonly cert: string; readonly key: string },
): Promise<HookReceiver> {
  const received: Received[] = []
  const listener: RequestListener = (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { url: path = '', method = '', headers } = request
      const item = { path, method, headers, body }
      received.push(item)
      answer(response, item)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http://127.0.0.1' : 'https://localhost'}:${port}/hooks/a-secret-path`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
