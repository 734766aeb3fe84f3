// People who come with a client certificate over our own TLS.
import { writeFileSync } from 'node:fs'
import { request as secureRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { VirtualClock } from '@gleaner/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { apiHarness } from '../testing/api-harness.ts'
import {
  makeAuthority,
  makeCertificate,
  type TestAuthority,
  type TestCertificate,
} from '../testing/make-certificate.ts'
import { plainPerson } from '../testing/plain-objects.ts'
import { alice, aliceName, authority, cleanUp, cleanups, folderWith, foreign, nowMs } from './testing/people-scene.ts'

afterEach(cleanUp)

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
