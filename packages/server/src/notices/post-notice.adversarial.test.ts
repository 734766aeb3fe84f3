import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { testCertificate } from '../compat/nova/testing/test-certificate.ts'
import type { HookSettings } from '../config/notices.ts'
import { type Post, postNotice } from './post-notice.ts'
import { type Answer, type HookReceiver, openReceiver } from './testing/hook-receiver.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

const never = new AbortController().signal
const post: Post = { id: 'ntc_1', body: '{"a":"ü"}', timestampS: 1_700_000_000, timeoutMs: 20_000, signal: never }

function hookAt(url: string, change: Partial<HookSettings> = {}): HookSettings {
  const all = { kinds: undefined, capabilities: undefined, projects: undefined, clouds: undefined }
  return {
    id: 'ops',
    url: new URL(url),
    key: undefined,
    authorization: undefined,
    ca: undefined,
    chat: undefined,
    ...all,
    ...change,
  }
}

async function receiver(answer?: Answer, tls?: typeof testCertificate): Promise<HookReceiver> {
  const made = await openReceiver(answer, tls)
  open.push(made)
  return made
}

/** Whatever connects gets these bytes, and then what `then` does to the connection. */
async function rawServer(bytes: string, then: 'ends' | 'stays'): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(bytes)
    if (then === 'ends') socket.end()
    open.push({ close: () => socket.destroy() })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`
}

describe('a post', () => {
  it('carries the body, the same id twice, a time and a signature', async () => {
    const { url, received } = await receiver()
    const key = Buffer.from('0123456789abcdef')
    const outcome = await postNotice(hookAt(url, { key, authorization: 'Bearer abc' }), post)
    expect(outcome).toEqual({ kind: 'delivered' })
    expect(received).toMatchObject([
      {
        method: 'POST',
        path: '/hooks/a-secret-path',
        body: '{"a":"ü"}',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'webhook-id': 'ntc_1',
          'idempotency-key': 'ntc_1',
          'webhook-timestamp': '1700000000',
          // printf 'ntc_1.1700000000.{"a":"ü"}' | openssl dgst -sha256 -hmac 0123456789abcdef -binary | base64
          'webhook-signature': 'v1,PM6zYkLdpcy098a8NiNGI28Ob6h/xJIiUJMZoNdkRfA=',
          authorization: 'Bearer abc',
        },
      },
    ])
  })

  it('without a secret has no signature', async () => {
    const { url, received } = await receiver()
    await postNotice(hookAt(url), post)
    expect(received[0]?.headers['webhook-signature']).toBeUndefined()
    expect(received[0]?.headers.authorization).toBeUndefined()
  })

  it('follows no redirect, not even to the same host', async () => {
    const elsewhere = await receiver()
    for (const status of [301, 302, 303, 307, 308]) {
      const { url } = await receiver((response) => response.writeHead(status, { location: elsewhere.url }).end())
      expect(await postNotice(hookAt(url), post)).toEqual({
        kind: 'failed',
        fault: `it answers ${status}: redirects are not followed`,
        retryAfterMs: undefined,
      })
    }
    expect(elsewhere.received).toEqual([])
  })

  it.each([400, 413, 415, 422])('is refused for good by %i', async (status) => {
    const { url } = await receiver((response) => response.writeHead(status).end('no'))
    expect(await postNotice(hookAt(url), post)).toEqual({ kind: 'refused', fault: `it answers ${status}` })
  })

  it.each([401, 403, 404, 410, 429, 500, 502, 503])('fails for now by %i', async (status) => {
    const { url } = await receiver((response) => response.writeHead(status).end('no'))
    expect(await postNotice(hookAt(url), post)).toMatchObject({ kind: 'failed', fault: `it answers ${status}` })
  })

  it.each([
    ['120', 120_000],
    ['999999999', 3_600_000],
    ['-1', undefined],
    ['soon', undefined],
    ['Wed, 21 Oct 2065 07:28:00 GMT', undefined],
  ])('that is to be repeated after %s waits so long at most an hour', async (after, waitMs) => {
    const { url } = await receiver((response) => response.writeHead(503, { 'retry-after': after }).end())
    expect(await postNotice(hookAt(url), post)).toMatchObject({ retryAfterMs: waitMs })
  })

  it('is delivered with the status, however long the receiver goes on talking', async () => {
    const { url } = await receiver((response) => {
      response.writeHead(200)
      const talk = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', talk)
      talk()
    })
    expect(await postNotice(hookAt(url), post)).toEqual({ kind: 'delivered' })
  })

  it('fails when nobody answers in time, and tells so', async () => {
    const url = await rawServer('', 'stays')
    expect(await postNotice(hookAt(url), { ...post, timeoutMs: 150 })).toMatchObject({
      kind: 'failed',
      fault: 'no answer within 0.15 s',
    })
    const slow = await rawServer('HTTP/1.1 200 OK\r\nx: ', 'stays')
    expect(await postNotice(hookAt(slow), { ...post, timeoutMs: 150 })).toMatchObject({ kind: 'failed' })
  })

  it.each(['', 'HTTP/1.1 2', 'garbage\r\n\r\n', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`])(
    'fails on an answer that is none (%#)',
    async (bytes) => {
      const url = await rawServer(bytes, 'ends')
      expect(await postNotice(hookAt(url), post)).toMatchObject({ kind: 'failed' })
    },
  )

  it('fails where nobody listens, and when it is called off', async () => {
    const gone = await openReceiver()
    await gone.close()
    expect(await postNotice(hookAt(gone.url), post)).toMatchObject({ kind: 'failed', fault: 'ECONNREFUSED' })
    const stop = new AbortController()
    const { url } = await receiver(() => stop.abort())
    expect(await postNotice(hookAt(url), { ...post, signal: stop.signal })).toMatchObject({ kind: 'failed' })
  })

  it('never tells the path of the address, the secret or what the receiver said', async () => {
    const key = Buffer.from('a very secret key')
    const outcomes = []
    for (const status of [302, 400, 500]) {
      const { url } = await receiver((response) =>
        response.writeHead(status, 'a-secret-path', { location: '/a-secret-path' }).end('a very secret key'),
      )
      outcomes.push(await postNotice(hookAt(url, { key, authorization: 'Bearer hidden' }), post))
    }
    expect(JSON.stringify(outcomes)).not.toMatch(/secret|hidden/)
  })
})

describe('a certificate', () => {
  it('is verified, against the authority that is named', async () => {
    const { url, received } = await receiver(undefined, testCertificate)
    expect(await postNotice(hookAt(url), post)).toMatchObject({
      kind: 'failed',
      fault: expect.stringMatching(/^its certificate is not accepted \(/),
    })
    expect(received).toEqual([])
    expect(await postNotice(hookAt(url, { ca: testCertificate.cert }), post)).toEqual({ kind: 'delivered' })
  })

  it('is verified although the environment says not to', async () => {
    const { url, received } = await receiver(undefined, testCertificate)
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(await postNotice(hookAt(url), post)).toMatchObject({ kind: 'failed' })
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    }
    expect(received).toEqual([])
  })

  it('of another name is not accepted', async () => {
    const { url } = await receiver(undefined, testCertificate)
    const other = url.replace('localhost', '127.0.0.2')
    expect(await postNotice(hookAt(other, { ca: testCertificate.cert }), post)).toMatchObject({ kind: 'failed' })
  })
})
