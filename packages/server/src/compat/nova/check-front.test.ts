import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { FrontSettings } from '../../config/front.ts'
import { checkFront } from './check-front.ts'
import { FakeNova } from './testing/fake-nova.ts'
import { addressOf, listening } from './testing/front-harness.ts'
import { testCertificate } from './testing/test-certificate.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function nova(listener = new FakeNova().listener): Promise<string> {
  const server = await listening(createServer(listener))
  closing.push(() => (server.closeAllConnections(), void server.close()))
  return addressOf(server)
}

async function check(upstream: string, rest: Partial<FrontSettings> = {}) {
  const settings = {
    upstream: new URL(upstream),
    identity: new URL(`${upstream}/identity/v3`),
    alsoAddressed: [],
    silenceMs: 5000,
  }
  const items = await checkFront(
    { ...settings, ca: undefined, ...rest } as unknown as FrontSettings,
    AbortSignal.timeout(10_000),
  )
  return items.map(({ ok, detail, remedy }) => ({ ok, text: `${detail} ${remedy ?? ''}` }))
}

describe('gleaner config check of the front', () => {
  it('finds nova, its links and keystone in order', async () => {
    const items = await check(await nova())
    expect(items.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(items[0]?.text).toContain('version 2.93')
  })

  it('tells what to add when nova knows itself by another address', async () => {
    const url = await nova((_incoming, outgoing) => {
      const links = [{ rel: 'self', href: 'https://cloud.example:8774/v2.1/' }]
      outgoing.end(JSON.stringify({ version: { version: '2.93', links } }))
    })
    expect((await check(url))[1]).toEqual({
      ok: false,
      text: 'nova calls itself https://cloud.example:8774; clients would follow that past the front Add it: front.alsoAddressed: ["https://cloud.example:8774"].',
    })
    expect((await check(url, { alsoAddressed: ['https://cloud.example:8774'] }))[1]?.ok).toBe(true)
  })

  it.each([
    ['not there', async () => 'http://127.0.0.1:1', 'ECONNREFUSED'],
    ['something else', () => nova((_incoming, outgoing) => outgoing.end('<html>')), 'is no nova'],
    ['something that speaks JSON', () => nova((_incoming, outgoing) => outgoing.end('[]')), 'is no nova'],
  ])('says so when nova is %s', async (_name, start, words) => {
    const items = await check(await start())
    expect(items.map(({ ok }) => ok)).toEqual([false, false])
    expect(items[0]?.text).toContain(words)
  })

  it('trusts the certificates it is given, and no others', async () => {
    const server = createTlsServer(testCertificate, new FakeNova().listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => (server.closeAllConnections(), void server.close()))
    const url = `https://localhost:${(server.address() as AddressInfo).port}`
    const untrusted = await check(url)
    expect(untrusted[0]).toMatchObject({ ok: false, text: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') })
    const trusted = await check(url, { ca: testCertificate.cert })
    // Behind TLS nova calls itself http: that is known for the same address.
    expect(trusted.map(({ ok }) => ok)).toEqual([true, true, true])
  })
})
