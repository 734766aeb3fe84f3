import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import type { InstanceView } from '@gleaner/model'
import { ApiError } from './api-error.ts'
import { createClient } from './create-client.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(ApiError)
  return thrown as ApiError
}

describe('call', () => {
  it('fills the path, the query and the body as the table declares them, and sends the token', async () => {
    const seen: { line: string; authorization: string | undefined; body: string }[] = []
    const baseUrl = await serve(async (request, response) => {
      seen.push({
        line: `${request.method} ${request.url}`,
        authorization: request.headers.authorization,
        body: await bodyOf(request),
      })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"total":0}')
    })
    const client = createClient({ baseUrl: `${baseUrl}/`, token: 'secret' })
    await client.call('listInstances', { query: { search: 'web & db', limit: 5, proposed: true } })
    await client.call('keepInstance', { params: { id: 'lab:a/b c' }, body: { for: '2h' } })
    await client.call('listRules')
    expect(seen).toEqual([
      {
        line: 'GET /api/v1/instances?search=web+%26+db&limit=5&proposed=true',
        authorization: 'Bearer secret',
        body: '',
      },
      { line: 'POST /api/v1/instances/lab%3Aa%2Fb%20c/keep', authorization: 'Bearer secret', body: '{"for":"2h"}' },
      { line: 'GET /api/v1/rules', authorization: 'Bearer secret', body: '' },
    ])
  })

  it('returns undefined for an answer without content', async () => {
    const baseUrl = await serve((_, response) => response.writeHead(204).end())
    expect(await createClient({ baseUrl }).call('unpause')).toBeUndefined()
  })

  it('throws what a problem document says, faults included', async () => {
    const problem = {
      type: 'about:blank',
      title: 'rule-invalid',
      status: 422,
      detail: 'rule "x": field "cpuu" does not exist',
      code: 'rule-invalid',
      remedy: 'Correct the expression.',
      faults: [{ column: 3 }],
    }
    const baseUrl = await serve((_, response) =>
      response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem)),
    )
    const error = await failureOf(createClient({ baseUrl }).call('getStatus'))
    expect(error).toMatchObject({
      status: 422,
      code: 'rule-invalid',
      message: problem.detail,
      remedy: problem.remedy,
      faults: [{ column: 3 }],
      retryable: false,
    })
  })

  it.each(['<html>Bad gateway</html>', '', 'null', '{"detail":1}'])(
    'describes an answer that is no problem document: %s',
    async (body) => {
      const baseUrl = await serve((_, response) => response.writeHead(502).end(body))
      const error = await failureOf(createClient({ baseUrl }).call('getStatus'))
      expect(error).toMatchObject({ status: 502, code: 'internal' })
      expect(error.detail).toContain('502')
      expect(error.remedy).not.toBe('')
    },
  )

  it('says server-unreachable with address and cause when nobody listens', async () => {
    const baseUrl = await serve(() => {})
    const server = servers.pop()
    await new Promise((resolve) => server?.close(resolve))
    const error = await failureOf(createClient({ baseUrl }).call('getStatus'))
    expect(error).toMatchObject({ status: 0, code: 'server-unreachable', retryable: true })
    expect(error.detail).toContain(baseUrl)
    expect(error.detail).toContain('ECONNREFUSED')
  })

  it('says server-unreachable when the answer is cut off', async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"items":')
      setImmediate(() => response.destroy())
    })
    expect((await failureOf(createClient({ baseUrl }).call('listRules'))).code).toBe('server-unreachable')
  })

  it('lets an abort by the caller through as an abort', async () => {
    const controller = new AbortController()
    const baseUrl = await serve(() => controller.abort())
    await expect(createClient({ baseUrl }).call('getStatus', { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('refuses a call without the parameter its path needs', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1' })
    await expect(client.call('getHost', { params: { id: '' } })).rejects.toThrow('needs the parameter id')
  })
})

describe('types', () => {
  it('follow the table', () => {
    const client = createClient({ baseUrl: '' })
    const one = () => client.call('getInstance', { params: { id: 'x' } })
    expectTypeOf<Awaited<ReturnType<typeof one>>>().toEqualTypeOf<InstanceView>()
    const none = () => client.call('unpause')
    expectTypeOf<Awaited<ReturnType<typeof none>>>().toEqualTypeOf<undefined>()
    // @ts-expect-error parameters are required
    const missing = () => client.call('getInstance')
    // @ts-expect-error a field that the table does not know
    const unknown = () => client.call('listHosts', { query: { colour: 'red' } })
    // @ts-expect-error a value that the table does not allow
    const wrong = () => client.call('setMode', { params: { capability: 'idleness' }, body: { mode: 'loud' } })
    expect([missing, unknown, wrong].every((f) => typeof f === 'function')).toBe(true)
  })
})
