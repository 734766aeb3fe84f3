// A server that does everything wrong, on a real socket: each way has its fault, none takes longer than it may, and no
// secret stands in what is said.
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { AnswerFault } from './answer-fault.ts'
import { HttpClient } from './http-client.ts'

const never = new AbortController().signal
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function clientOf(url: string, more: { timeoutMs?: number; maxBytes?: number } = {}): HttpClient {
  const client = new HttpClient({
    url,
    headers: { authorization: 'Bearer geheim' },
    timeoutMs: 10_000,
    maxBytes: 1e6,
    ...more,
  })
  closers.push(() => client.close())
  return client
}

async function faultOf(client: HttpClient, signal = never): Promise<AnswerFault> {
  const asked = client.ask({ path: 'api/v1/query', form: { query: 'up' } }, () => {}, signal)
  const fault = await asked.then(
    () => undefined,
    (error: unknown) => error as AnswerFault,
  )
  expect(fault, 'the answer was accepted').toBeDefined()
  expect(fault?.message).not.toContain('geheim')
  return fault as AnswerFault
}

describe('an answer', () => {
  it('comes in pieces, below the path of the server, with form and credentials', async () => {
    const seen: string[] = []
    const url = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      request.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
      request.on('end', () => {
        response.write('one ')
        setImmediate(() => response.end('two'))
      })
    })
    const client = clientOf(`${url}/below`)
    let text = ''
    await client.ask(
      { path: 'api/v1/query', form: { query: 'a{b="c d"}' } },
      (chunk) => (text += chunk.toString()),
      never,
    )
    expect(text).toBe('one two')
    await client.ask({ path: 'ping', query: { x: '1 2' } }, () => {}, never)
    expect(seen).toEqual([
      'POST /below/api/v1/query Bearer geheim',
      'query=a%7Bb%3D%22c+d%22%7D',
      'GET /below/ping?x=1+2 Bearer geheim',
    ])
  })

  it.each([
    [401, 'no', 'refused', 'status 401: no'],
    [403, '{"error":"not yours"}', 'refused', 'status 403: not yours'],
    [404, '<html>nginx', 'missing', 'status 404'],
    [400, '{"status":"error","error":"1:5: parse\\n error"}', 'rejected', 'status 400: 1:5: parse error'],
    [422, '{"error":"query processing would load too many samples into memory"}', 'overloaded', 'too many samples'],
    [429, 'slow down', 'overloaded', 'slow down'],
    [500, '{"code":"internal error","message":"boom"}', 'overloaded', 'status 500: boom'],
    [503, '', 'overloaded', 'status 503'],
    [413, '', 'too-large', 'status 413'],
    [302, '', 'missing', 'points to http://elsewhere/login'],
  ])('of status %i is a fault of its kind', async (status, body, fault, message) => {
    const url = await serve((_, response) => {
      response.writeHead(status, status === 302 ? { location: 'http://elsewhere/login' } : {})
      response.end(body)
    })
    const found = await faultOf(clientOf(url))
    expect(found.fault).toBe(fault)
    expect(found.message).toContain(message)
  })

  it('that is an error page without end is cut off', async () => {
    const url = await serve((_, response) => {
      response.writeHead(500)
      const more = () => response.write('x'.repeat(10_000), () => !response.destroyed && setImmediate(more))
      more()
    })
    expect((await faultOf(clientOf(url))).fault).toBe('overloaded')
  })

  it('larger than allowed is cut off', async () => {
    const url = await serve((_, response) => {
      const more = () => response.write('x'.repeat(100_000), () => !response.destroyed && setImmediate(more))
      more()
    })
    expect((await faultOf(clientOf(url, { maxBytes: 2_000_000 }))).message).toBe('the answer is larger than 2 MiB')
  })

  it('that ends before its end is a fault, whether its length was told or not', async () => {
    for (const headers of [{ 'content-length': '100' }, {}] as Record<string, string>[]) {
      const url = await serve((_, response) => {
        response.writeHead(200, headers)
        response.write('half', () => response.socket?.destroy())
      })
      expect((await faultOf(clientOf(url))).fault).toBe('disconnected')
    }
  })

  it('that does not come, or does not end, is a fault after its time', async () => {
    const silent = await serve(() => {})
    expect((await faultOf(clientOf(silent, { timeoutMs: 100 }))).fault).toBe('deadline')
    const slow = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect((await faultOf(clientOf(slow, { timeoutMs: 200 }))).message).toBe('no whole answer within 0.2 s')
  })

  it('that nobody wants any more rejects with the reason of the signal', async () => {
    const silent = await serve(() => {})
    const controller = new AbortController()
    const asked = clientOf(silent).ask({ path: 'x' }, () => {}, controller.signal)
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await expect(clientOf(silent).ask({ path: 'x' }, () => {}, controller.signal)).rejects.toThrow('enough')
  })

  it('whose reader fails ends with what the reader threw', async () => {
    const url = await serve((_, response) => void response.end('text'))
    const take = () => {
      throw new TypeError('mine')
    }
    await expect(clientOf(url).ask({ path: 'x' }, take, never)).rejects.toThrow(TypeError)
  })
})

describe('a server', () => {
  it('that closes a kept connection when it is used again is asked once more', async () => {
    let asked = 0
    const url = await serve((request, response) => {
      asked++
      if (asked === 2) request.socket.destroy()
      else response.end('text')
    })
    const client = clientOf(url)
    await client.ask({ path: 'x' }, () => {}, never)
    await client.ask({ path: 'x' }, () => {}, never)
    expect(asked).toBe(3)
  })

  it('that is not there, or speaks no HTTP, is unreachable', async () => {
    const gone = createTcpServer()
    const url = await listen(gone)
    await new Promise((resolve) => gone.close(resolve))
    expect((await faultOf(clientOf(url))).fault).toBe('unreachable')
    const noise = await listen(createTcpServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n')))
    expect((await faultOf(clientOf(noise))).fault).toBe('unreachable')
  })

  it('is not asked after closing', async () => {
    const url = await serve((_, response) => void response.end('text'))
    const client = clientOf(url)
    client.close()
    expect((await faultOf(client)).fault).toBe('unreachable')
  })
})
