// Sides that misbehave: nova that is gone, silent, garbled or breaks off; clients that leave, smuggle, or point elsewhere.
// Every case ends in one answer in nova's own form, or in a broken connection that nobody can take for a whole answer.
import { type IncomingMessage, type RequestListener, type ServerResponse, request } from 'node:http'
import { type Socket, connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { largestCreateBytes } from './read-body.ts'
import { type FrontHarness, type Received, frontHarness } from './testing/front-harness.ts'

const opened: FrontHarness[] = []
async function open(nova: RequestListener, settings = ''): Promise<FrontHarness> {
  const harness = await frontHarness(nova, { settings })
  opened.push(harness)
  return harness
}
afterEach(async () => {
  for (const harness of opened.splice(0)) await harness.close()
})

const echo: RequestListener = (incoming, outgoing) => {
  incoming.resume()
  incoming.once('end', () => outgoing.end(`${incoming.method} ${incoming.url}`))
}

function fault(answer: Received): { readonly name: string; readonly code: unknown; readonly message: string } {
  const [[name, inner] = ['', {}]] = Object.entries(answer.json() as Record<string, { code: number; message: string }>)
  return { name, code: (inner as { code?: unknown }).code, message: String((inner as { message?: string }).message) }
}

/** A nova that speaks bytes: what it says to each connection is up to the test. */
async function rawNova(speak: (socket: Socket) => void, settings = ''): Promise<FrontHarness> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => speak(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const harness = await frontHarness(() => undefined, {
    settings,
    prepare: ({ app }) => Object.assign(app.config.front ?? {}, { upstream: new URL(`http://127.0.0.1:${port}`) }),
  })
  const closed = { ...harness, close: async () => (await harness.close(), void server.close()) }
  opened.push(closed)
  return closed
}

describe('nova', () => {
  it('that is not there: 503 with its address and what to do', async () => {
    const harness = await frontHarness(echo, {
      prepare: ({ app }) => Object.assign(app.config.front ?? {}, { upstream: new URL('http://127.0.0.1:1') }),
    })
    opened.push(harness)
    const answer = await harness.send({ path: '/v2.1/flavors' })
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('10')
    expect(answer.headers['x-gleaner-error']).toBe('front-unreachable')
    expect(fault(answer)).toMatchObject({ name: 'serviceUnavailable', code: 503 })
    expect(fault(answer).message).toContain('nova cannot be reached at http://127.0.0.1:1 (ECONNREFUSED)')
  })

  it.each([
    ['ends the connection', (socket: Socket) => socket.end()],
    ['resets it', (socket: Socket) => socket.resetAndDestroy()],
    ['says what is no HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['begins a head and stops', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    ['splits a header', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nA: b\x00c\r\n\r\n')],
    [
      'switches protocols',
      (socket: Socket) => socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
  ])('that %s: 502 that warns of a change that may have happened', async (_name, speak) => {
    const harness = await rawNova(speak)
    for (const method of ['GET', 'DELETE']) {
      const answer = await harness.send({ method, path: '/v2.1/servers/s1' })
      expect(answer.status).toBe(502)
      expect(answer.headers['x-gleaner-error']).toBe('front-broken-off')
      expect(fault(answer).message).toContain('look whether it took effect')
    }
  })

  it('that says nothing: 504 after the time that is configured', async () => {
    const harness = await open(() => undefined, '  silence: 1s')
    const answer = await harness.send({ path: '/v2.1/flavors' })
    expect(answer.status).toBe(504)
    expect(fault(answer).message).toContain('has said nothing for 1 s')
  })

  it('that breaks off in the middle breaks the client off, so that nothing half is taken for whole', async () => {
    for (const type of ['application/json', 'text/plain']) {
      const harness = await rawNova((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: 1000\r\n\r\n{"a": `)
        setImmediate(() => socket.resetAndDestroy())
      })
      await expect(harness.send({ path: '/v2.1/flavors' })).rejects.toThrow(/aborted|hang up|ECONNRESET/)
    }
  })

  it('that answers before it has read everything is heard', async () => {
    const body = '{"overLimit": {"code": 413, "message": "Request is too large."}}'
    const harness = await rawNova((socket) => {
      // As eventlet does it: what still comes is read and dropped.
      socket.resume()
      socket.write(
        `HTTP/1.1 413 Too Large\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
    const answer = await harness.send({ method: 'PUT', path: '/v2.1/large', body: Buffer.alloc(5_000_000) })
    expect(answer.status).toBe(413)
    expect(fault(answer).message).toBe('Request is too large.')
  })

  it('that closed an idle connection just now is asked again, for reading alone', async () => {
    let requests = 0
    const harness = await rawNova((socket) => {
      const answer = () => {
        requests += 1
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      }
      answer()
      // The second request on this connection finds it closed.
      socket.once('data', () => socket.resetAndDestroy())
    })
    for (let i = 0; i < 3; i++) expect((await harness.send({ path: '/v2.1/flavors' })).status).toBe(200)
    expect(requests).toBe(3)
    // Each change has a connection of its own.
    for (let i = 0; i < 3; i++)
      expect((await harness.send({ method: 'DELETE', path: '/v2.1/servers/1' })).status).toBe(200)
    expect(requests).toBe(6)
  })
})

describe('a client', () => {
  it('that leaves ends the call to nova', async () => {
    let ended: (() => void) | undefined
    let begun: (() => void) | undefined
    const end = new Promise<void>((resolve) => (ended = resolve))
    const begin = new Promise<void>((resolve) => (begun = resolve))
    const harness = await open((_incoming, outgoing) => {
      begun?.()
      outgoing.once('close', () => ended?.())
    })
    const leaving = new AbortController()
    const sent = harness.send({ path: '/v2.1/flavors', signal: leaving.signal }).catch(() => 'left')
    await begin
    leaving.abort()
    expect(await sent).toBe('left')
    await end
  })

  it('that leaves while it sends ends the call to nova', async () => {
    const aborted = new Promise<IncomingMessage>((resolve) => {
      void open((incoming) => {
        incoming.once('data', () => socket?.destroy())
        incoming.once('error', () => resolve(incoming))
      }).then((harness) => {
        socket = connect(harness.front.port ?? 0, '127.0.0.1', () =>
          socket?.write('PUT /compute/v2.1/x HTTP/1.1\r\nHost: f\r\nContent-Length: 100\r\n\r\nbegin'),
        )
      })
    })
    let socket: Socket | undefined
    expect((await aborted).complete).toBe(false)
  })

  it('that reads slowly slows nova down', async () => {
    let written = 0
    const harness = await open((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        while (written < 200_000_000) {
          written += 64 * 1024
          if (!outgoing.write(Buffer.alloc(64 * 1024, 0x20))) return void outgoing.once('drain', more)
        }
      }
      more()
    })
    const url = new URL(harness.url)
    const answer = await new Promise<IncomingMessage>((resolve) =>
      request({ host: url.hostname, port: url.port, path: '/compute/v2.1/x', agent: false }, resolve).end(),
    )
    // Nobody reads: what is on the way fills the buffers of the sockets and then stands still.
    answer.pause()
    let before = -1
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(written).toBeLessThan(60_000_000)
    answer.destroy()
  })

  it.each([
    '/v2.1/../../identity/v3/users',
    '/v2.1/%2e%2e/identity',
    '/v2.1/.%2E/identity',
    '/v2.1/..%2fidentity',
    '/v2.1/servers/%2E%2E%5cidentity',
    '/..',
    '/./v2.1',
  ])('cannot leave the API by %s', async (path) => {
    let asked = 0
    const harness = await open(() => (asked += 1))
    const text = await raw(harness, `GET /compute${path} HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toContain('The path leaves the compute API.')
    expect(asked).toBe(0)
  })

  it('cannot choose whom the front calls', async () => {
    let host: string | undefined
    const harness = await open((incoming, outgoing) => {
      host = incoming.headers.host
      outgoing.end('nova')
    })
    const others = [
      'GET http://127.0.0.1:9/compute/v2.1 HTTP/1.1\r\nHost: f',
      'GET //127.0.0.1:9/compute/v2.1 HTTP/1.1\r\nHost: f',
      'GET /computer/v2.1 HTTP/1.1\r\nHost: f',
      'GET @127.0.0.1:9/compute HTTP/1.1\r\nHost: f',
    ]
    for (const head of others)
      expect(await raw(harness, `${head}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[04] /)
    expect(host).toBeUndefined()
    const below = ['/compute//127.0.0.1:9/x', '/compute/@127.0.0.1:9/x', '/compute?http://127.0.0.1:9']
    for (const target of below) {
      const text = await raw(harness, `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:9\r\nConnection: close\r\n\r\n`)
      expect(text).toMatch(/^HTTP\/1\.1 200 /)
      expect(host).toBe(new URL(harness.novaUrl).host)
    }
  })

  it.each([
    ['two lengths', 'POST /compute/x HTTP/1.1\r\nHost: f\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    [
      'a length and chunks',
      'POST /compute/x HTTP/1.1\r\nHost: f\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a coding it does not know',
      'POST /compute/x HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    ['a space before the colon', 'GET /compute/x HTTP/1.1\r\nHost: f\r\nX-Auth-Token : t\r\n\r\n'],
    ['a folded header', 'GET /compute/x HTTP/1.1\r\nHost: f\r\nX: a\r\n b\r\n\r\n'],
    ['a bare line break', 'GET /compute/x HTTP/1.1\r\nHost: f\r\nX: a\nY: b\r\n\r\n'],
    ['a negative length', 'POST /compute/x HTTP/1.1\r\nHost: f\r\nContent-Length: -1\r\n\r\n'],
  ])('cannot smuggle a request by %s', async (_name, bytes) => {
    const urls: (string | undefined)[] = []
    const harness = await open((incoming, outgoing) => {
      urls.push(incoming.url)
      outgoing.end()
    })
    const smuggled = 'GET /compute/smuggled HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n'
    expect(await raw(harness, bytes + smuggled)).toMatch(/^HTTP\/1\.1 400 /)
    expect(urls).toEqual([])
  })

  it('has the headers of its connection kept from nova, and those it names', async () => {
    let headers: readonly string[] = []
    const harness = await open((incoming, outgoing) => {
      headers = incoming.rawHeaders
      outgoing.end()
    })
    await raw(
      harness,
      [
        'POST /compute/v2.1/x HTTP/1.1',
        'Host: front.example',
        'Connection: close, X-Mine',
        'Connection: Content-Length',
        'X-Mine: 1',
        'Keep-Alive: timeout=5',
        'TE: trailers',
        'Proxy-Authorization: Basic eDp5',
        'X_Auth_Token: another',
        'X-Auth-Token: token',
        'X-Forwarded-Host: evil.example',
        'X-Forwarded-For: 192.0.2.1',
        'Content-Length: 2',
        '',
        '{}',
      ].join('\r\n'),
    )
    const got = Object.fromEntries(
      headers.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), headers[i + 1]]] : [])),
    )
    expect(got).toMatchObject({ 'x-auth-token': 'token', 'content-length': '2', host: new URL(harness.novaUrl).host })
    for (const name of ['x-mine', 'te', 'proxy-authorization', 'x_auth_token', 'x-forwarded-host', 'keep-alive'])
      expect(got[name], name).toBeUndefined()
    expect(headers.join()).toContain('192.0.2.1')
    expect(headers.join()).toContain('127.0.0.1')
  })

  it('that waits to be told to go on is told', async () => {
    const harness = await open(echo)
    const head =
      'PUT /compute/v2.1/x HTTP/1.1\r\nHost: f\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n'
    expect(await raw(harness, head, '{}')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*PUT \/v2\.1\/x/)
  })

  it('of HTTP/1.0 gets an answer it can read', async () => {
    const harness = await open((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json' })
      outgoing.end('{"a": 1}')
    })
    const text = await raw(harness, 'GET /compute/v2.1/x HTTP/1.0\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n\{"a": 1\}$/)
    expect(text.toLowerCase()).not.toContain('chunked')
  })

  it('that sends a create larger than any is refused, the length told or not', async () => {
    let asked = 0
    const harness = await open(() => (asked += 1))
    const body = Buffer.alloc(largestCreateBytes + 1, 0x20)
    const told = await harness.send({ method: 'POST', path: '/v2.1/servers', body })
    expect(told.status).toBe(413)
    expect(fault(told)).toMatchObject({ name: 'overLimit', code: 413 })
    const chunked = `POST /compute/v2.1/servers HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\n`
    const text = await raw(harness, chunked, `${body.length.toString(16)}\r\n${body.toString()}\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*overLimit/)
    expect(asked).toBe(0)
  })
})

describe('limits', () => {
  it('more requests than are allowed are told to come back', async () => {
    const held: ServerResponse[] = []
    let both: (() => void) | undefined
    const twoHeld = new Promise<void>((resolve) => (both = resolve))
    const harness = await open((_incoming, outgoing) => {
      held.push(outgoing)
      if (held.length === 2) both?.()
    }, '  maxRequests: 2')
    const two = [harness.send({ path: '/v2.1/a' }), harness.send({ path: '/v2.1/b' })]
    await twoHeld
    const third = await harness.send({ path: '/v2.1/c' })
    expect(third.status).toBe(503)
    expect(fault(third).message).toContain('2 requests under way (at most 2)')
    for (const outgoing of held) outgoing.end('done')
    for (const answer of await Promise.all(two)) expect(answer.status).toBe(200)
    expect(held).toHaveLength(2)
  })

  it('a front that leads to itself says so', async () => {
    let via: string | undefined
    const harness = await open((incoming, outgoing) => {
      via = incoming.headers.via
      outgoing.end()
    })
    await harness.send({ path: '/v2.1/x' })
    // What nova was sent comes in again.
    const answer = await harness.send({ path: '/v2.1/x', headers: ['Via', via ?? ''] })
    expect(answer.status).toBe(508)
    expect(fault(answer).message).toContain('asked by itself')
  })

  it('closing ends what is under way', async () => {
    let begun: (() => void) | undefined
    const begin = new Promise<void>((resolve) => (begun = resolve))
    const harness = await frontHarness(() => begun?.())
    const sent = harness.send({ path: '/v2.1/x' }).then(
      ({ status }) => status,
      () => 'broken off',
    )
    await begin
    await harness.close()
    expect([502, 'broken off']).toContain(await sent)
  })
})

describe('what is logged', () => {
  it('holds no token', async () => {
    const harness = await frontHarness(echo, {
      prepare: ({ app }) => Object.assign(app.config.front ?? {}, { upstream: new URL('http://127.0.0.1:1') }),
    })
    opened.push(harness)
    await harness.send({ path: '/v2.1/servers?x=secretInQuery', headers: ['X-Auth-Token', 'gAAAAAsecretToken'] })
    expect(harness.logged.length).toBeGreaterThan(0)
    expect(harness.logged.join('')).not.toMatch(/secretToken|secretInQuery/)
  })
})

/** What comes back for bytes that no HTTP library would send; `rest` follows after the first answer or a moment. */
function raw(harness: FrontHarness, bytes: string, rest?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(harness.front.port ?? 0, '127.0.0.1', () => {
      socket.write(bytes, 'latin1')
      if (rest !== undefined) setImmediate(() => socket.write(rest, 'latin1'))
    })
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    socket.setTimeout(10_000, () => socket.destroy())
  })
}
