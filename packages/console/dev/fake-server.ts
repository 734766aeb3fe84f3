// A stand-in for the server while the page is developed and in component tests: answers every endpoint from a generated
// cloud of any size, streams events, and serves the built page under the content security policy of the real server.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type EndpointName, endpoints, GleanerError, isError, type LiveEvent } from '@gleaner/model'
import { type FakeOptions, FakeState } from './fake-state.ts'
import { handlersOf } from './handlers.ts'
import { ada, fakeToken } from './handlers/ada.ts'
import type { Handlers } from './handlers/handler.ts'

export interface FakeServerOptions extends Partial<FakeOptions> {
  readonly port?: number
  /** Folder of the built page. */
  readonly page?: string
  /** Real time between two steps of the fake loop. */
  readonly stepMs?: number
}

export interface FakeServer {
  readonly url: string
  readonly state: FakeState
  readonly close: () => Promise<void>
}

/** The same as the server's (packages/server/src/api/security-headers.ts). */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export async function startFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const { hosts = 24, instances = 300, speed = 60, anonymous = true, port = 0, page, stepMs = 1000 } = options
  const state = new FakeState({ hosts, instances, speed, anonymous })
  const handlers = handlersOf(state)
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const known = isError(error) ? error : new GleanerError('internal', { detail: String(error) })
      const { code, status, message, remedy } = known
      response
        .writeHead(status, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ type: 'about:blank', title: code, status, detail: message, code, remedy }))
    })
  })
  const timer = setInterval(() => state.step(), stepMs)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (!url.pathname.startsWith('/api/')) return sendPage(url.pathname, response)
    const session = request.headers.cookie?.includes('session=ada') === true
    const bearer = request.headers.authorization === `Bearer ${fakeToken}`
    const who = bearer
      ? ada
      : session
        ? { ...ada, by: 'session' as const }
        : anonymous
          ? { ...ada, by: 'anonymous' as const }
          : undefined
    if (url.pathname === '/api/v1/events') {
      if (who === undefined) throw new GleanerError('unauthenticated')
      return sendEvents(request, response)
    }
    const found = match(request.method ?? 'GET', url.pathname)
    if (found === undefined) throw new GleanerError('not-found', { object: url.pathname })
    const { name, params } = found
    const { role, status, query: querySchema } = endpoints[name]
    if (role !== 'public' && who === undefined) throw new GleanerError('unauthenticated')
    const query = Object.fromEntries([...url.searchParams].map(([key, value]) => [key, typed(querySchema, key, value)]))
    const text = await bodyOf(request)
    const call = handlers[name] as Handlers[keyof Handlers] & ((input: unknown) => unknown)
    const result = call({ params, query, body: text === '' ? {} : JSON.parse(text), who } as never)
    const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    if (name === 'logIn') headers['set-cookie'] = 'session=ada; Path=/; HttpOnly; SameSite=Strict'
    if (name === 'logOut') headers['set-cookie'] = 'session=; Path=/; Max-Age=0'
    response.writeHead(status, headers).end(status === 204 ? undefined : JSON.stringify(result))
  }

  function sendEvents(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const send = (event: LiveEvent) => response.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`)
    send({ kind: 'hello', at: state.iso() })
    const stop = state.listen(send)
    request.on('close', stop)
  }

  async function sendPage(path: string, response: ServerResponse): Promise<void> {
    if (page === undefined) throw new GleanerError('not-found', { object: path })
    const wanted = normalize(path).replace(/^[/\\]+/, '')
    const file = extname(wanted) === '' ? 'index.html' : wanted
    const content = await readFile(join(page, file)).catch(() => {
      throw new GleanerError('not-found', { object: path })
    })
    response
      .writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'cache-control': file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
      .end(content)
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    close: async () => {
      clearInterval(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Literal paths before those with parameters, as the server's router does. */
const routes = (Object.keys(endpoints) as EndpointName[])
  .map((name) => {
    const names: string[] = []
    const pattern = endpoints[name].path.replace(/:(\w+)/g, (_, parameter: string) => {
      names.push(parameter)
      return '([^/]+)'
    })
    return { name, method: endpoints[name].method, names, pattern: new RegExp(`^${pattern}$`) }
  })
  .sort((a, b) => a.names.length - b.names.length)

function match(method: string, path: string): { name: EndpointName; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const hit = route.method === method ? route.pattern.exec(path) : null
    if (hit === null) continue
    const params = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(hit[i + 1] ?? '')]))
    return { name: route.name, params }
  }
  return undefined
}

function typed(schema: object, key: string, value: string): unknown {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties
  const type = properties?.[key]?.type
  if (type === 'integer' || type === 'number') return Number(value)
  return type === 'boolean' ? value === 'true' : value
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
