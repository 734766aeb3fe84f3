// People who come with a client certificate through a proxy: seen, activated, let in, and put out again.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VirtualClock } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { mostWaiting } from '../auth/user-directory.ts'
import { apiHarness } from '../testing/api-harness.ts'
import { makeAuthority, makeCertificate, makeRevocationList } from '../testing/make-certificate.ts'
import { plainPerson } from '../testing/plain-objects.ts'
import {
  alice,
  aliceName,
  authority,
  behindProxy,
  cleanUp,
  cleanups,
  folderWith,
  foreign,
  nowMs,
  status,
} from './testing/people-scene.ts'

const dayMs = 86_400_000

afterEach(cleanUp)

describe('a person with a certificate, behind a proxy', () => {
  it('is recorded at the first visit, told to wait, activated, let in, and put out with the next request', async () => {
    const { ask, as, admin, activate, content } = await behindProxy()
    const first = await ask(alice, status)
    expect(first.statusCode).toBe(403)
    expect(first.json()).toMatchObject({ code: 'person-inactive' })
    const who = (await ask(alice, { url: '/api/v1/whoami' })).json()
    expect(who).toMatchObject({ name: null, refusal: { code: 'person-inactive', subject: 'CN=Alice,OU=People' } })

    const { items } = (await as(admin, { url: '/api/v1/users' })).json()
    expect(items).toMatchObject([
      { subject: 'CN=Alice,OU=People', issuer: 'CN=Lab CA', state: 'waiting', serial: '7', role: 'viewer' },
    ])
    expect((await activate('CN=Alice,OU=People', 'operator')).json()).toMatchObject({
      state: 'active',
      role: 'operator',
    })
    expect((await ask(alice, status)).statusCode).toBe(200)
    expect((await ask(alice, { url: '/api/v1/whoami' })).json()).toMatchObject({
      name: 'CN=Alice,OU=People',
      role: 'operator',
      by: 'certificate',
      endsSoon: false,
    })

    const ended = await as(admin, { method: 'PUT', url: `/api/v1/users/${items[0].id}`, payload: { active: false } })
    expect(ended.json()).toMatchObject({ state: 'ended', role: 'operator' })
    expect((await ask(alice, status)).statusCode).toBe(403)
    expect((await as(admin, { method: 'DELETE', url: `/api/v1/users/${items[0].id}` })).statusCode).toBe(204)
    expect((await ask(alice, status)).json()).toMatchObject({ code: 'person-inactive' })
    expect(content.audit.map(({ by, what, object }) => [by, what, object])).toEqual([
      ['CN=Alice,OU=People', 'first visit', 'CN=Alice,OU=People'],
      ['administrator-4', 'activate user', 'CN=Alice,OU=People'],
      ['administrator-4', 'end access of user', 'CN=Alice,OU=People'],
      ['administrator-4', 'remove user', 'CN=Alice,OU=People'],
      ['CN=Alice,OU=People', 'first visit', 'CN=Alice,OU=People'],
    ])
    expect(content.audit[1]).toMatchObject({
      before: { issuer: 'CN=Lab CA', active: false, role: 'viewer', projects: [] },
      after: { issuer: 'CN=Lab CA', active: true, role: 'operator', projects: [] },
    })
  })

  it('stays who she is when her certificate is renewed, and is somebody else under another authority', async () => {
    const { ask, activate } = await behindProxy()
    await ask(alice, status)
    await activate('CN=Alice,OU=People')
    const renewed = makeCertificate(authority, { subject: aliceName, serial: 8 })
    expect((await ask(renewed, status)).statusCode).toBe(200)
    const impostor = makeCertificate(foreign, { subject: aliceName, serial: 7 })
    expect((await ask(impostor, status)).json()).toMatchObject({ code: 'certificate-refused' })
  })

  it('changes something only from our own page: a certificate is sent by the browser on its own', async () => {
    const { ask, activate, commanded } = await behindProxy()
    await ask(alice, status)
    await activate('CN=Alice,OU=People', 'operator')
    const pause = (headers: Record<string, string>) =>
      ask(alice, { method: 'PUT', url: '/api/v1/pause', payload: {}, headers })
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
      expect((await pause(headers)).json()).toMatchObject({ code: 'origin-refused' })
    expect(commanded).toEqual([])
    expect((await pause({})).statusCode).toBe(200)
  })

  it('is warned before the certificate expires, and refused from that moment on', async () => {
    const { ask, activate, clock, as, admin } = await behindProxy()
    const short = makeCertificate(authority, { subject: aliceName, to: new Date(nowMs + 20 * dayMs) })
    await ask(short, status)
    await activate('CN=Alice,OU=People')
    const endsSoon = async () => (await ask(short, { url: '/api/v1/whoami' })).json().endsSoon
    expect(await endsSoon()).toBe(false)
    await clock.advance(6 * dayMs + 1)
    expect(await endsSoon()).toBe(true)
    expect((await as(admin, { url: '/api/v1/users' })).json().items[0].expiresSoon).toBe(true)
    await clock.advance(14 * dayMs - 2)
    expect((await ask(short, status)).statusCode).toBe(200)
    await clock.advance(1)
    expect((await ask(short, status)).json()).toMatchObject({ code: 'certificate-refused' })
    expect((await ask(short, { url: '/api/v1/whoami' })).json().refusal.sentence).toContain('2026-06-21T00:00:00Z')
  })

  it('is refused once revoked, once blocked, and while that cannot be known', async () => {
    const list = (serials: number[], of = authority) =>
      makeRevocationList(of, { serials, nextUpdate: new Date(nowMs + 30 * dayMs) })
    const { ask, activate, folder, clock } = await behindProxy(', revoked: [DIR/crl.pem], blocked: DIR/blocked', {
      'crl.pem': list([1, 99]),
      blocked: '# nobody\n\n0x1F # mallory\n',
    })
    await ask(alice, status)
    await activate('CN=Alice,OU=People')
    const says = async () => {
      // Files are looked at again every second.
      await clock.advance(1000)
      const answer = await ask(alice, { url: '/api/v1/whoami' })
      return answer.json().refusal?.sentence ?? 'let in'
    }
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
    expect(await says()).toBe('let in')
    write('blocked', '00:07\n')
    expect(await says()).toContain('serial number 7 is blocked')
    write('blocked', 'seven\n')
    expect(await says()).toContain('line 1 holds no serial number')
    write('blocked', '1F\n')
    expect(await says()).toBe('let in')
    write('crl.pem', list([1, 7, 99]))
    expect(await says()).toContain('revoked by its issuer')
    write('crl.pem', list([], foreign))
    expect(await says()).toContain('no trusted authority signed')
    write('crl.pem', '')
    expect(await says()).toContain('cannot be used')
    rmSync(join(folder, 'crl.pem'))
    expect(await says()).toContain('ENOENT')
    write('crl.pem', list([1]))
    expect(await says()).toBe('let in')
    await clock.advance(30 * dayMs)
    expect(await says()).toContain('overdue')
  })

  it('comes from listed addresses only, with the secret where there is one', async () => {
    const { ask, as, activate, api } = await behindProxy(', warnBefore: 1d')
    await ask(alice, status)
    await activate('CN=Alice,OU=People')
    const spoofed = await ask(alice, { ...status, remoteAddress: '192.0.2.66' })
    expect(spoofed.json()).toMatchObject({ code: 'certificate-refused' })
    expect(spoofed.json().detail).toContain('192.0.2.66, which is no proxy')
    const fromHere = await ask(alice, { ...status, remoteAddress: '127.0.0.1' })
    expect(fromHere.statusCode).toBe(403)
    // What a client says it was forwarded for makes no difference.
    const claimed = await ask(alice, {
      ...status,
      remoteAddress: '192.0.2.66',
      headers: { 'x-forwarded-for': '192.0.2.5' },
    })
    expect(claimed.statusCode).toBe(403)
    expect((await as(undefined, { ...status, remoteAddress: '192.0.2.5' })).statusCode).toBe(401)
    // A header that other programs write beside the certificate counts for nothing.
    const dn = { 'x-ssl-client-s-dn': 'CN=Alice,OU=People', 'x-ssl-client-verify': 'SUCCESS' }
    expect((await as(undefined, { ...status, remoteAddress: '192.0.2.5', headers: dn })).statusCode).toBe(401)
    await api.close()

    const folder = folderWith({ 'ca.pem': authority.pem })
    const clock = new VirtualClock(nowMs)
    const secret = 'a secret of the proxy'
    const config = `people: { certificates: { authorities: ${folder}/ca.pem, proxy: { addresses: ['192.0.2.5'], header: X-Cert, secret: ${secret} } } }`
    const strict = await apiHarness({ clock, config })
    cleanups.push(() => strict.api.close())
    const codeWith = async (given: string | undefined) =>
      (
        await strict.as(undefined, {
          ...status,
          remoteAddress: '192.0.2.5',
          headers: {
            'x-cert': alice.pem.replaceAll('\n', ' '),
            ...(given === undefined ? {} : { 'x-gleaner-proxy-secret': given }),
          },
        })
      ).json().code
    expect(await codeWith(undefined)).toBe('certificate-refused')
    expect(await codeWith('a secret of the prox')).toBe('certificate-refused')
    expect(await codeWith(secret)).toBe('person-inactive')
  })

  it.each<[string, string]>([
    ['no certificate at all', 'hello'],
    ['an escape that is cut off', '-----BEGIN CERTIFICATE-----%0'],
    ['20 kB', 'A'.repeat(20_000)],
    ['half a certificate', encodeURIComponent(alice.pem.slice(0, 300))],
    ['two certificates', encodeURIComponent(alice.pem + authority.pem)],
    ['the certificate of the authority', encodeURIComponent(authority.pem)],
    [
      'a certificate for a server',
      encodeURIComponent(makeCertificate(authority, { subject: aliceName, dnsName: 'a' }).pem),
    ],
    [
      'one of a foreign authority of the same name',
      encodeURIComponent(makeCertificate(foreign, { subject: aliceName }).pem),
    ],
    ['one that signed itself', encodeURIComponent(makeAuthority([...aliceName]).pem)],
    [
      'one that expired',
      encodeURIComponent(makeCertificate(authority, { subject: aliceName, to: new Date(nowMs) }).pem),
    ],
    [
      'one of tomorrow',
      encodeURIComponent(makeCertificate(authority, { subject: aliceName, from: new Date(nowMs + 1000) }).pem),
    ],
    [
      'a line end in its name',
      encodeURIComponent(makeCertificate(foreign, { subject: [['CN', 'a\r\nset-cookie: x']] }).pem),
    ],
  ])('is refused, and not recorded, with %s in the header', async (_, header) => {
    const { ask, content } = await behindProxy()
    content.people = [{ ...plainPerson(), active: true, decidedAtMs: 0 }]
    const answer = await ask(header, status)
    expect(answer.json()).toMatchObject({ code: 'certificate-refused' })
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(content.people).toHaveLength(1)
  })

  it('is not recorded any more when too many wait, and one address cannot fill the list at once', async () => {
    const { ask, content } = await behindProxy()
    for (let nth = 0; nth < 50; nth++)
      await ask(makeCertificate(authority, { subject: [['CN', `robot ${nth}`]] }), status)
    expect(content.people).toHaveLength(50)
    expect((await ask(alice, status)).json()).toMatchObject({ code: 'too-many-attempts' })
    const fill = Array.from({ length: mostWaiting }, (_, nth) => ({
      ...plainPerson(),
      id: `w${nth}`,
      subject: `CN=w${nth}`,
    }))
    const other = await behindProxy()
    other.content.people = fill
    expect((await other.ask(alice, status)).json()).toMatchObject({ code: 'too-many-waiting' })
    expect(other.content.people).toHaveLength(mostWaiting)
  })
})
