// Requests that nobody sends by mistake. Each is answered with a refusal that says what is wrong, tells nothing about the
// inside, and leaves the server as it was.
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { ProblemDetails } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import * as Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiHarness, apiHarness } from '../testing/api-harness.ts'

let harness: ApiHarness
let admin: string
let port: number
beforeAll(async () => {
  harness = await apiHarness({ clock: new VirtualClock() })
  admin = harness.secretOf('administrator')
  await harness.api.listen({ host: '127.0.0.1', port: 0 })
  port = (harness.api.server.address() as AddressInfo).port
})
afterAll(() => harness.api.close())

async function refusal(request: Parameters<ApiHarness['as']>[1], secret: string | undefined = admin) {
  const answer = await harness.as(secret, request)
  expect(answer.headers['content-type'], answer.body.slice(0, 200)).toBe('application/problem+json; charset=utf-8')
  const problem = answer.json()
  expect(Value.Check(ProblemDetails, problem)).toBe(true)
  expect(problem.status).toBe(answer.statusCode)
  expect(answer.body).not.toMatch(/node_modules|\.ts:|at \w+ \(/)
  return { status: answer.statusCode, detail: String(problem.detail), code: String(problem.code) }
}

const keep = (body: unknown) => ({
  method: 'POST' as const,
  url: '/api/v1/instances/web-1/keep',
  payload: body as object,
})

describe('bodies', () => {
  const json = { 'content-type': 'application/json' }
  it.each([
    ['no JSON', '{"for":', 400, 'not valid JSON'],
    ['empty', '', 400, 'is empty'],
    ['a list', '[]', 400, 'must be a JSON object'],
    ['a number', '7', 400, 'must be a JSON object'],
    ['a prototype', '{"__proto__":{"role":"administrator"},"for":"1h"}', 400, 'not valid JSON'],
    ['a constructor', '{"constructor":{"prototype":{"x":1}},"for":"1h"}', 400, 'not valid JSON'],
    ['an unknown field', '{"for":"1h","fro":1}', 400, '"fro" is unknown. Did you mean "for"?'],
    ['a missing field', '{}', 400, '"for" is missing'],
    ['a number as text', '{"for":3600}', 400, '"for" must be a duration such as 30m, 2h or 1d12h; it is 3600'],
    ['a wrong duration', '{"for":"1 hour"}', 400, '"for" must be a duration such as 30m, 2h or 1d12h; it is "1 hour"'],
    ['a duration beyond all sense', '{"for":"99999999w"}', 400, '366d'],
    ['no duration', '{"for":"0s"}', 400, '366d'],
    ['a long reason', `{"for":"1h","reason":"${'x'.repeat(501)}"}`, 400, '"reason"'],
  ])('%s', async (_name, payload, status, words) => {
    const answer = await refusal({ ...keep(undefined), payload, headers: json })
    expect(answer.status).toBe(status)
    expect(answer.detail).toContain(words)
  })

  it('that are too large, deep, or of another kind', async () => {
    const large = await refusal({ ...keep(undefined), payload: `{"for":"${'1'.repeat(600_000)}h"}`, headers: json })
    expect(large).toMatchObject({ status: 413, code: 'request-invalid' })
    const deep = `{"for":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect((await refusal({ ...keep(undefined), payload: deep, headers: json })).status).toBe(400)
    const xml = await refusal({ ...keep(undefined), payload: '<x/>', headers: { 'content-type': 'application/xml' } })
    expect(xml.status).toBe(415)
    const form = await refusal({
      ...keep(undefined),
      payload: 'for=1h',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(form.status).toBe(415)
  })

  it('are not read at all from those who may not call', async () => {
    const answer = await refusal({ ...keep(undefined), payload: '{"for":', headers: json }, 'gln_wrong')
    expect(answer.status).toBe(401)
    expect(harness.commanded).toEqual([])
  })
})

describe('queries', () => {
  it.each([
    ['limit=abc', '"limit" must be integer; it is "abc"'],
    ['limit=0', '"limit"'],
    ['limit=1e9', '"limit"'],
    ['limit=-1', '"limit"'],
    ['limit=99999999999999999999', '"limit"'],
    ['limit=1&limit=2', '"limit"'],
    ['limit=', '"limit"'],
    ['offset=-5', '"offset"'],
    ['proposed=yes', '"proposed"'],
    ['sort=vanity', 'must be one of name, -name'],
    ['serach=x', '"serach" is unknown. Did you mean "search"?'],
    ['idleFor=forever', '"idleFor"'],
    [`search=${'x'.repeat(201)}`, '"search"'],
    ['__proto__=x', 'unknown'],
    ['constructor=x', 'unknown'],
  ])('%s', async (query, words) => {
    const answer = await refusal({ url: `/api/v1/instances?${query}` })
    expect(answer.status).toBe(400)
    expect(answer.detail).toContain(words)
  })

  it('are data, not patterns or markup', async () => {
    for (const search of ['.*', '%', '(((((', '\\', '<script>', 'a'.repeat(200), '\u0000', '💥'])
      expect(
        (await harness.as(admin, { url: `/api/v1/instances?search=${encodeURIComponent(search)}` })).json().total,
      ).toBe(0)
  })
})

describe('paths', () => {
  it.each([
    '/api/v1/nothing',
    '/api/v2/status',
    '/api/',
    '/api',
    '/api/v1/../../etc/passwd',
    '/api/v1/instances/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/api/v1/instances/lab%3Aweb-1%2Fwhy',
    '/api/v1/instances/%00',
    '/metrics/../api/v1/nothing',
    '/api/v1/status/',
    '/API/v1/status',
  ])('%s does not exist', async (url) => {
    const answer = await harness.as(admin, { url })
    // A path outside of the API is a page of the console; what is not may be anything but an answer of an endpoint.
    if (answer.statusCode === 200) expect(answer.headers['content-type']).toContain('text/html')
    else expect([400, 404]).toContain(answer.statusCode)
    expect(answer.body).not.toContain('root:')
  })

  it('that cannot be decoded, or are endless, are refused', async () => {
    expect((await refusal({ url: '/api/v1/instances/%E0%A4%A' })).status).toBe(400)
    expect((await refusal({ url: `/api/v1/instances/${'x'.repeat(301)}` })).status).toBe(400)
    const endless = await harness.as(admin, { url: `/api/v1/instances/${'x'.repeat(2000)}` })
    expect([400, 404, 414]).toContain(endless.statusCode)
  })

  it('with another method are answered as what they are', async () => {
    expect((await refusal({ method: 'PATCH', url: '/api/v1/status' })).status).toBe(404)
    expect((await refusal({ method: 'DELETE', url: '/api/v1/status' })).status).toBe(404)
    expect((await harness.as(admin, { method: 'OPTIONS', url: '/api/v1/status' })).statusCode).toBe(404)
  })
})

describe('credentials', () => {
  it.each([
    'Bearer',
    'Bearer ',
    'Basic YWRtaW46YWRtaW4=',
    'bearer gln_short',
    `Bearer gln_${'A'.repeat(43)} gln_${'B'.repeat(43)}`,
    `Bearer ${'x'.repeat(7000)}`,
    'Bearer ../../etc/passwd',
    "Bearer ' or 1=1 --",
  ])('%s is not one', async (authorization) => {
    const answer = await refusal({ url: '/api/v1/status', headers: { authorization } }, undefined)
    expect(answer).toMatchObject({ status: 401, code: 'unauthenticated' })
  })

  it('that fail too often are not looked up any more, while good ones go on', async () => {
    const clock = new VirtualClock()
    const { as, secretOf, api } = await apiHarness({ clock })
    const viewer = secretOf('viewer')
    expect((await as(viewer, { url: '/api/v1/status' })).statusCode).toBe(200)
    const statuses = new Map<number, number>()
    for (let i = 0; i < 50; i++) {
      const { statusCode } = await as(`gln_${String(i).padStart(43, '0')}`, { url: '/api/v1/status' })
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    }
    expect(Object.fromEntries(statuses)).toEqual({ 401: 20, 429: 30 })
    const limited = await as(secretOf('operator'), { url: '/api/v1/status' })
    expect(limited.statusCode).toBe(429)
    expect(limited.headers['retry-after']).toBe('60')
    expect((await as(viewer, { url: '/api/v1/status' })).statusCode).toBe(200)
    await clock.advance(60_000)
    expect((await as(secretOf('operator'), { url: '/api/v1/status' })).statusCode).toBe(200)
    await api.close()
  })

  it('never reach the log', async () => {
    await harness.as(`gln_${'S'.repeat(43)}`, { url: '/api/v1/status' })
    await harness.as(admin, { url: '/api/v1/nothing' })
    for (const line of harness.logged) {
      expect(line).not.toContain('S'.repeat(20))
      expect(line).not.toContain(admin.slice(4, 30))
    }
  })
})

describe('what fails inside', () => {
  it('is logged with its cause and tells the caller nothing but where', async () => {
    const broken = await apiHarness({
      clock: new VirtualClock(),
      usage: {
        latest: () => {
          throw new TypeError('secret inside')
        },
      },
    })
    const answer = await broken.as(broken.secretOf('administrator'), { url: '/api/v1/instances/web-1' })
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'internal', detail: 'Gleaner failed at GET /api/v1/instances/:id.' })
    expect(answer.body).not.toContain('secret inside')
    expect(broken.logged.join('')).toContain('secret inside')
    await broken.api.close()
  })
})

/** What comes back for bytes that no HTTP library would send. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('end', () => resolve(text))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
    socket.setTimeout(5000, () => socket.destroy())
  })
}

describe('raw bytes', () => {
  it.each([
    [
      'two lengths',
      'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n',
    ],
    [
      'length and chunks',
      'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a header within a header', 'GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nX: a\nSet-Cookie: b\r\n\r\n'],
    ['no host', 'GET /api/v1/status HTTP/1.1\r\n\r\n'],
    ['rubbish', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n'],
    ['endless headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`],
  ])('%s end the connection with a refusal', async (_name, bytes) => {
    const text = await raw(bytes)
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(text).not.toContain('Set-Cookie: b')
    expect((await harness.as(admin, { url: '/api/v1/status' })).statusCode).toBe(200)
  })

  it('cannot add a header to the answer through what is sent', async () => {
    const text = await raw(
      `GET /api/v1/instances/a%0d%0aset-cookie:%20x=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${admin}\r\nConnection: close\r\n\r\n`,
    )
    expect(text.split('\r\n\r\n')[0]?.toLowerCase()).not.toContain('set-cookie')
  })
})
