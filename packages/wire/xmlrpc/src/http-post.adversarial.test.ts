// Servers that cut, hang, never stop talking, or are something else: a fault of its own each, soon, and without the body
// that was sent in any text.
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { HttpPoster, type PostOptions } from './http-post.ts'
import { systemTimers, type Timers } from './timers.ts'
import { XmlRpcWireError } from './wire-error.ts'

const body = Buffer.from('oneadmin:geheim')
const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

async function http(listener: RequestListener): Promise<URL> {
  const server = createHttpServer(listener)
  open.push(() => server.closeAllConnections())
  return listening(server)
}

async function tcp(onSocket: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  open.push(() => {
    for (const socket of sockets) socket.destroy()
  })
  return listening(server)
}

async function listening(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/RPC2`)
}

function poster(timers: Timers = systemTimers): HttpPoster {
  const made = new HttpPoster({ connections: 2, timers })
  open.push(() => made.close())
  return made
}

const post = (url: URL, options: Partial<PostOptions> = {}, by = poster()) =>
  by.post(url, body, { maxBytes: 1_000_000, deadlineMs: 20_000, ...options })

function moment(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

async function faultOf(pending: Promise<unknown>): Promise<XmlRpcWireError> {
  const error = await pending.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof XmlRpcWireError)) throw error
  expect(inspect(error, { depth: 5 })).not.toContain('geheim')
  return error
}

describe('an answer without end', () => {
  it('of 1 GB is refused by its announced length before a byte of it is read', async () => {
    const url = await http((_, response) => {
      response.writeHead(200, { 'Content-Length': 1_000_000_000 })
      response.flushHeaders()
    })
    expect(await faultOf(post(url))).toMatchObject({ fault: 'too-large' })
  })

  it('of 1 GB is refused when more than allowed has come, and the connection with it, in bounded memory', async () => {
    let sent = 0
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    let closed: () => void = () => {}
    const gone = new Promise<void>((resolve) => (closed = resolve))
    const url = await tcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      const block = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')])
      const pour = () => {
        while (sent < 1_000_000_000 && !socket.destroyed) {
          sent += 0x10000
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
          if (!socket.write(block)) return void socket.once('drain', pour)
        }
      }
      socket.on('close', closed)
      pour()
    })
    expect(await faultOf(post(url))).toMatchObject({ fault: 'too-large' })
    await gone
    // What lies in the buffers of both ends is more than was allowed, and far less than a gigabyte.
    expect(sent).toBeLessThan(100_000_000)
    expect(most).toBeLessThan(64 * 1024 * 1024)
  })

  it('and one of headers as well', async () => {
    const url = await tcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      for (let i = 0; i < 100; i++) socket.write(`X-${i}: ${'y'.repeat(10_000)}\r\n`)
    })
    expect(await faultOf(post(url))).toMatchObject({ fault: 'protocol' })
  })
})

describe('a server', () => {
  it('that hangs is given up at the deadline', async () => {
    let run: () => void = () => {}
    const timers: Timers = { after: (_, then) => ((run = then), () => {}) }
    const asked = moment()
    const url = await http(() => asked.resolve())
    const pending = faultOf(post(url, {}, poster(timers)))
    await asked.promise
    run()
    expect(await pending).toMatchObject({ fault: 'deadline', neverSent: false })
  })

  it('that hangs in the middle of its answer too', async () => {
    let run: () => void = () => {}
    const timers: Timers = { after: (_, then) => ((run = then), () => {}) }
    const began = moment()
    const url = await http((_, response) => {
      response.write('<method')
      began.resolve()
    })
    const pending = faultOf(post(url, {}, poster(timers)))
    await began.promise
    run()
    expect(await pending).toMatchObject({ fault: 'deadline' })
  })

  it('that cuts its answer', async () => {
    const url = await tcp((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<method'))
    })
    expect(await faultOf(post(url))).toMatchObject({ fault: 'disconnected' })
  })

  it('that closes without a word', async () => {
    const url = await tcp((socket) => void socket.once('data', () => socket.destroy()))
    expect(await faultOf(post(url))).toMatchObject({ fault: 'disconnected', neverSent: false })
  })

  it('that is no HTTP server', async () => {
    const url = await tcp((socket) => void socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')))
    expect(await faultOf(post(url))).toMatchObject({ fault: 'protocol' })
  })

  it('that is not there', async () => {
    const url = await tcp(() => {})
    for (const close of open.splice(0)) close()
    expect(await faultOf(post(url))).toMatchObject({ fault: 'unreachable', neverSent: true })
  })

  it('that speaks no TLS', async () => {
    const url = await http((_, response) => response.end('x'))
    const secure = new URL(url.href.replace('http:', 'https:'))
    expect((await faultOf(post(secure))).fault).toMatch(/disconnected|unreachable/)
  })

  it.each([
    [401, 'refused'],
    [403, 'refused'],
    [404, 'protocol'],
    [413, 'protocol'],
    [429, 'overloaded'],
    [500, 'overloaded'],
    [503, 'overloaded'],
  ])('that answers %i', async (status, fault) => {
    const url = await http((_, response) => response.writeHead(status).end('<html>'))
    expect(await faultOf(post(url))).toMatchObject({ fault })
  })

  it('that sends the caller elsewhere is not followed', async () => {
    let asked = 0
    const other = await http((_, response) => {
      asked++
      response.end('x')
    })
    const url = await http((_, response) => response.writeHead(307, { Location: other.href }).end())
    expect(await faultOf(post(url))).toMatchObject({ fault: 'protocol' })
    expect(asked).toBe(0)
  })

  it('that compresses its answer is not unpacked', async () => {
    const url = await http((_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x'))
    expect(await faultOf(post(url))).toMatchObject({ fault: 'protocol' })
  })
})

describe('a caller', () => {
  it('who gives up gets the reason of the signal, before, while and after it was sent', async () => {
    const asked = moment()
    const url = await http(() => asked.resolve())
    await expect(post(url, { signal: AbortSignal.abort('early') })).rejects.toBe('early')
    const controller = new AbortController()
    const pending = post(url, { signal: controller.signal })
    await asked.promise
    controller.abort('late')
    await expect(pending).rejects.toBe('late')
  })

  it('shares two connections with all others', async () => {
    let waiting: (() => void)[] = []
    let most = 0
    const sockets = new Set<unknown>()
    const url = await http((request, response) => {
      sockets.add(request.socket)
      if (request.headers.connection === 'close') return void response.end('x')
      most = Math.max(
        most,
        waiting.push(() => response.end('x')),
      )
      // With one connection the second would never come.
      if (waiting.length < 2) return
      setImmediate(() => {
        for (const answer of waiting) answer()
        waiting = []
      })
    })
    const by = poster()
    await Promise.all(Array.from({ length: 20 }, () => post(url, {}, by)))
    expect(most).toBe(2)
    expect(sockets.size).toBe(2)
    await post(url, { onNewConnection: true }, by)
    expect(sockets.size).toBe(3)
  })

  it('is told the time of the server', async () => {
    const url = await http((_, response) => {
      response.writeHead(200, { Date: 'Mon, 02 Jun 2025 08:00:00 GMT' }).end('x')
    })
    expect((await post(url)).serverTimeMs).toBe(Date.UTC(2025, 5, 2, 8))
  })
})
