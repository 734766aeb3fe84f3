// People who come with a client certificate, over real TLS and through a proxy: seen, activated, let in, and put out again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as secureRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { VirtualClock } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { mostWaiting } from '../auth/user-directory.ts'
import { apiHarness } from '../testing/api-harness.ts'
import {
  makeAuthority,
  makeCertificate,
  makeRevocationList,
  type TestAuthority,
  type TestCertificate,
} from '../testing/make-certificate.ts'
import { plainPerson } from '../testing/plain-objects.ts'

const nowMs = Date.UTC(2026, 5, 1)
const dayMs = 86_400_000
const authority = makeAuthority()
const foreign = makeAuthority([['CN', 'Lab CA']])
const aliceName = [
  ['OU', 'People'],
  ['CN', 'Alice'],
] as const
const alice = makeCertificate(authority, { subject: aliceName, serial: 7 })

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-people-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function behindProxy(more = '', files: Readonly<Record<string, string>> = {}) {
  const clock = new VirtualClock(nowMs)
  const folder = folderWith({ 'ca.pem': authority.pem, ...files })
  const config = `people: { certificates: { authorities: ${folder}/ca.pem, proxy: { addresses: [192.0.2.5] }${more.replaceAll('DIR', folder)} } }`
  const harness = await apiHarness({ clock, config })
  cleanups.push(() => harness.api.close())
  const ask = (certificate: TestCertificate | string, request: Parameters<typeof harness.as>[1]) => {
    const pem = typeof certificate === 'string' ? certificate : encodeURIComponent(certificate.pem)
    return harness.as(undefined, {
      remoteAddress: '192.0.2.5',
      ...request,
      headers: { origin: 'http://localhost:7878', ...request.headers, 'x-ssl-client-cert': pem },
    })
  }
  const admin = harness.secretOf('administrator')
  const activate = (id: string, role = 'viewer') =>
    harness.as(admin, {
      method: 'PUT',
      url: `/api/v1/users/${encodeURIComponent(id)}`,
      payload: { active: true, role },
    })
  return { ...harness, clock, folder, ask, admin, activate }
}

const status = { url: '/api/v1/status' }

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

describe('the first administrator', () => {
  const become = (link: string) => ({
    method: 'POST' as const,
    url: '/api/v1/first-administrator',
    payload: { link },
  })

  it('comes in by the link with a certificate, once', async () => {
    const { ask, firstAdministrator } = await behindProxy()
    const link = firstAdministrator.offer().replace('/#first-administrator=', '')
    expect((await ask(alice, become('wrong'))).json()).toMatchObject({ code: 'link-not-good' })
    const answer = await ask(alice, become(link))
    expect(answer.json()).toMatchObject({
      who: { name: 'CN=Alice,OU=People', role: 'administrator', by: 'certificate' },
    })
    expect((await ask(alice, { url: '/api/v1/users' })).statusCode).toBe(200)
    const bob = makeCertificate(authority, { subject: [['CN', 'Bob']], serial: 9 })
    expect((await ask(bob, become(link))).json()).toMatchObject({ code: 'link-not-good' })
    expect((await ask(bob, status)).json()).toMatchObject({ code: 'person-inactive' })
  })

  it('gets a token and a session without a certificate; other sites, late comers and guessing do not', async () => {
    const { as, firstAdministrator, clock, content, api } = await behindProxy()
    const own = { headers: { origin: 'http://localhost:7878' } }
    const link = firstAdministrator.offer().replace('/#first-administrator=', '')
    const elsewhere = { headers: { origin: 'http://evil.example' } }
    expect((await as(undefined, { ...become(link), ...elsewhere })).json()).toMatchObject({ code: 'origin-refused' })
    const answer = await as(undefined, { ...become(link), ...own })
    const { token } = answer.json()
    expect((await as(token, { url: '/api/v1/whoami' })).json()).toMatchObject({ role: 'administrator' })
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
    expect((await as(undefined, { url: '/api/v1/whoami', headers: { cookie } })).json()).toMatchObject({
      by: 'session',
    })
    expect(JSON.stringify(content.audit)).not.toContain(token.slice(4))

    const late = firstAdministrator.offer().replace('/#first-administrator=', '')
    await clock.advance(dayMs)
    expect((await as(undefined, { ...become(late), ...own })).json()).toMatchObject({ code: 'link-not-good' })
    for (let nth = 0; nth < 20; nth++) await as(undefined, { ...become('guess'), ...own })
    expect((await as(undefined, { ...become('guess'), ...own })).json()).toMatchObject({ code: 'too-many-attempts' })
    await api.close()
  })

  it('can use the link again when the store was away', async () => {
    const { as, firstAdministrator, content } = await behindProxy()
    const own = { headers: { origin: 'http://localhost:7878' } }
    const link = firstAdministrator.offer().replace('/#first-administrator=', '')
    content.down = true
    expect((await as(undefined, { ...become(link), ...own })).statusCode).toBe(503)
    content.down = false
    expect((await as(undefined, { ...become(link), ...own })).statusCode).toBe(200)
  })
})

async function overTls() {
  const clock = new VirtualClock(nowMs)
  const server = makeCertificate(authority, { subject: [['CN', 'gleaner']], dnsName: 'localhost' })
  const folder = folderWith({ 'ca.pem': authority.pem, 'cert.pem': server.pem, 'key.pem': server.keyPem, blocked: '' })
  const config = `listen: 127.0.0.1:0
tls: { certificate: ${folder}/cert.pem, key: ${folder}/key.pem }
people: { certificates: { authorities: ${folder}/ca.pem, blocked: ${folder}/blocked } }`
  const harness = await apiHarness({ clock, config })
  await harness.api.listen({ host: '127.0.0.1', port: 0 })
  cleanups.push(() => harness.api.close())
  const { port } = harness.api.server.address() as AddressInfo
  const ask = (path: string, certificate?: TestCertificate, ca: TestAuthority = authority) =>
    new Promise<{ readonly code: number; readonly body: Record<string, unknown> }>((resolve, reject) => {
      const identity = certificate === undefined ? {} : { cert: certificate.pem, key: certificate.keyPem }
      const request = secureRequest(
        { host: '127.0.0.1', port, path, ca: ca.pem, servername: 'localhost', agent: false, ...identity },
        (response) => {
          let text = ''
          response.on('data', (part: Buffer) => (text += part.toString()))
          response.on('end', () => resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) }))
        },
      )
      request.on('error', reject).end()
    })
  return { ...harness, clock, folder, port, ask }
}

describe('a person with a certificate, over our own TLS', () => {
  it('is recorded, activated, let in; who has none gets an answer and no alert', async () => {
    const { ask, content } = await overTls()
    expect((await ask('/api/v1/whoami')).body).toEqual({ name: null })
    expect((await ask('/api/v1/status')).code).toBe(401)
    expect((await ask('/api/v1/status', alice)).body).toMatchObject({ code: 'person-inactive' })
    content.people = content.people.map((person) => ({ ...person, active: true, decidedAtMs: 1 }))
    expect((await ask('/api/v1/status', alice)).code).toBe(200)
    content.people = content.people.map((person) => ({ ...person, active: false }))
    expect((await ask('/api/v1/status', alice)).code).toBe(403)
  })

  it.each<[string, TestCertificate]>([
    ['of a foreign authority', makeCertificate(foreign, { subject: aliceName, serial: 7 })],
    ['that signed itself', { ...selfSigned() }],
    ['that expired', makeCertificate(authority, { subject: aliceName, to: new Date(Date.UTC(2001, 0, 1)) })],
    ['meant for servers', makeCertificate(authority, { subject: aliceName, dnsName: 'localhost' })],
  ])('is refused with a certificate %s, though its fields can be read', async (_, certificate) => {
    const { ask, content } = await overTls()
    content.people = [{ ...plainPerson(), active: true, decidedAtMs: 0 }]
    expect((await ask('/api/v1/status', certificate)).body).toMatchObject({ code: 'certificate-refused' })
    expect((await ask('/api/v1/whoami', certificate)).body).toMatchObject({ name: null })
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is looked at anew when a session of %s is resumed', async (version) => {
    const { port, content, folder, clock } = await overTls()
    content.people = [{ ...plainPerson(), active: true, decidedAtMs: 0 }]
    const visit = (session: Buffer | undefined) =>
      new Promise<{ readonly code: string; readonly session: Buffer | undefined; readonly resumed: boolean }>(
        (resolve, reject) => {
          let kept: Buffer | undefined
          let text = ''
          let resumed = false
          // With a session to resume, no certificate and no key are at hand any more.
          const socket: TLSSocket = connect({
            host: '127.0.0.1',
            port,
            ca: authority.pem,
            servername: 'localhost',
            minVersion: version,
            maxVersion: version,
            ...(session === undefined ? { cert: alice.pem, key: alice.keyPem } : { session }),
          })
          socket.on('session', (ticket: Buffer) => (kept = ticket))
          socket.on('data', (part: Buffer) => (text += part.toString()))
          socket.on('error', reject)
          socket.on('secureConnect', () => {
            resumed = socket.isSessionReused()
            socket.write('GET /api/v1/whoami HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
          })
          socket.on('close', () =>
            resolve({
              code: /"by":"certificate"/.exec(text)?.[0] ?? /"code":"([^"]+)"/.exec(text)?.[1] ?? text,
              session: kept,
              resumed,
            }),
          )
        },
      )
    const first = await visit(undefined)
    expect(first).toMatchObject({ code: '"by":"certificate"', resumed: false })
    expect(await visit(first.session)).toMatchObject({ code: '"by":"certificate"', resumed: true })
    writeFileSync(join(folder, 'blocked'), '7\n')
    await clock.advance(1000)
    expect(await visit(first.session)).toMatchObject({ code: 'certificate-refused', resumed: true })
    writeFileSync(join(folder, 'blocked'), '\n')
    await clock.advance(1000)
    content.people = [plainPerson()]
    expect(await visit(first.session)).toMatchObject({ code: 'person-inactive', resumed: true })
  })
})

function selfSigned(): TestCertificate {
  const own = makeAuthority([...aliceName])
  return { pem: own.pem, keyPem: own.key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
