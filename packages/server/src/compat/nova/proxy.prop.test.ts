// What goes in comes out: for any method, path, headers and body, nova gets what the client sent and the client gets what
// nova said, but for the few headers that belong to one connection or that the front's own page lists.
import { type IncomingMessage, request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FrontHarness, frontHarness } from './testing/front-harness.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

interface Answer {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: readonly Buffer[]
}

let harness: FrontHarness
let seen: Seen | undefined
let answer: Answer = { status: 200, headers: [], body: [] }
beforeAll(async () => {
  harness = await frontHarness((incoming, outgoing) => {
    void whole(incoming).then((body) => {
      seen = { method: incoming.method ?? '', url: incoming.url ?? '', rawHeaders: incoming.rawHeaders, body }
      outgoing.sendDate = false
      outgoing.writeHead(answer.status, [...answer.headers])
      for (const part of answer.body) outgoing.write(part)
      outgoing.end()
    })
  })
})
afterAll(() => harness.close())

async function whole(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const tokenText = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!#$%&'*+.^`|~-]{0,20}$/)
const reserved =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept-encoding|forwarded|x-forwarded-.*|via|date|x-auth-token|http2-settings)$/i
const headerName = tokenText.filter((name) => !reserved.test(name))
/** Any byte a header may hold, as Latin-1; no space at the ends, which is not part of a value. */
const headerValue = fc
  .string({ unit: fc.constantFrom(...allowedInValues()), maxLength: 60 })
  .map((value) => value.trim())
function allowedInValues(): string[] {
  return Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
    (char) => char === '\t' || (char >= ' ' && char !== '\x7f'),
  )
}
const headers = fc.array(fc.tuple(headerName, headerValue), { maxLength: 12 }).map((pairs) => pairs.flat())
const chunks = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.integer({ min: 0, max: 200_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
  ),
  { maxLength: 5 },
)
/** Anything that may stand in a request line; not a create, a list or a server, which have tests of their own. */
const path = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019-._~!$&\'()*+,;=:@/%41%C3%A9?[]{}|"<>^`'.split('')), maxLength: 80 })
  .map((text) => `/v2.1/os-anything/${text}`)
  .filter((text) => !/(?:^|\/)(?:\.|%2e){1,2}(?:$|[/?])/i.test(text))
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND', 'REPORT')

describe('a request', () => {
  it('reaches nova as it was sent', async () => {
    answer = { status: 204, headers: [], body: [] }
    await fc.assert(
      fc.asyncProperty(
        fc.record({ method, path, headers, chunks, chunked: fc.boolean() }),
        async ({ method, path, headers, chunks, chunked }) => {
          seen = undefined
          const body = Buffer.concat(chunks)
          await exchange({ method, path, headers, parts: chunked ? chunks : [body], chunked })
          expect(seen).toBeDefined()
          const got = seen as unknown as Seen
          expect(got.method).toBe(method)
          expect(got.url).toBe(path)
          expect(got.body.equals(body)).toBe(true)
          expect(endToEndOf(got.rawHeaders)).toEqual(headers)
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('an answer', () => {
  it('reaches the client as nova gave it', async () => {
    const status = fc.constantFrom(200, 201, 202, 203, 300, 301, 400, 401, 403, 404, 409, 413, 429, 500, 501, 503, 599)
    await fc.assert(
      fc.asyncProperty(fc.record({ status, headers, chunks }), async ({ status, headers, chunks }) => {
        const body = chunks.filter((part) => part.length > 0).map((part) => Buffer.from(part))
        answer = { status, headers: [...headers, 'Content-Type', 'application/octet-stream'], body }
        const got = await harness.send({ path: '/v2.1/os-anything' })
        expect(got.status).toBe(status)
        expect(got.body.equals(Buffer.concat(body))).toBe(true)
        expect(endToEndOf(got.rawHeaders)).toEqual(headers)
      }),
      { numRuns: 150 },
    )
  })
})

/** What is left of the headers when the framing and what the front itself adds or sets is taken out. */
function endToEndOf(raw: readonly string[]): string[] {
  return raw.flatMap((name, i) => (i % 2 === 0 && !reserved.test(name) ? [name, raw[i + 1] ?? ''] : []))
}

function exchange(sent: {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
  readonly parts: readonly Uint8Array[]
  readonly chunked: boolean
}): Promise<void> {
  const url = new URL(harness.url)
  const length = sent.parts.reduce((sum, part) => sum + part.length, 0)
  const framing = sent.chunked ? ['Transfer-Encoding', 'chunked'] : length > 0 ? ['Content-Length', `${length}`] : []
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method: sent.method,
        path: `/compute${sent.path}`,
        headers: ['Host', url.host, ...sent.headers, ...framing],
        agent: false,
      },
      (response) => {
        response.resume()
        response.once('end', resolve)
      },
    )
    outgoing.once('error', reject)
    for (const part of sent.parts) if (part.length > 0) outgoing.write(part)
    outgoing.end()
  })
}

describe('a body of any size', () => {
  it('is not held: nova gets its beginning before the client has sent the end', async () => {
    let begun: (() => void) | undefined
    const first = new Promise<void>((resolve) => (begun = resolve))
    const own = await frontHarness((incoming, outgoing) => {
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        begun?.()
      })
      incoming.once('end', () => outgoing.end(String(bytes)))
    })
    const url = new URL(own.url)
    const text = await new Promise<string>((resolve, reject) => {
      const outgoing = request(
        { host: url.hostname, port: url.port, method: 'PUT', path: '/compute/v2.1/large', agent: false },
        (response) => void whole(response).then((body) => resolve(body.toString())),
      )
      outgoing.once('error', reject)
      outgoing.write(Buffer.alloc(1000))
      void first.then(() => outgoing.end(Buffer.alloc(20_000_000)))
    })
    expect(text).toBe('20001000')
    await own.close()
  })
})
