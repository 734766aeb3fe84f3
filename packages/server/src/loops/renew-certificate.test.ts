// A renewed certificate before a real TLS server: new connections see it, a pair that is half written or broken changes
// nothing, and what is wrong is told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { ProblemReport } from '@gleaner/model'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tlsOptions } from '../auth/certificates/tls-options.ts'
import type { PeopleSettings, TlsSettings } from '../config/people.ts'
import { makeAuthority, makeCertificate, type TestCertificate } from '../testing/make-certificate.ts'
import type { Loop } from './loop.ts'
import { renewCertificateLoop } from './renew-certificate.ts'

const authority = makeAuthority()
const certificate = (serial: number, to = new Date('2045-01-01T00:00:00Z')) =>
  makeCertificate(authority, { subject: [['CN', 'gleaner']], dnsName: 'localhost', serial, to })
const people: PeopleSettings = {
  certificates: undefined,
  proxy: undefined,
  warnBeforeMs: 14 * 86_400_000,
  keystone: undefined,
}

let folder: string
let server: Server
let loop: Loop
let open: Map<string, ProblemReport>

function put(names: readonly ('pem' | 'keyPem')[], from: TestCertificate): void {
  for (const name of names) writeFileSync(join(folder, name), from[name])
}

/** Of the certificate a new connection is shown. */
function serialShown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', ca: authority.pem, servername: 'localhost' }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

const problems = {
  report: async (report: ProblemReport) => void open.set(report.code, report),
  resolve: async (_: string, code: string) => void open.delete(code),
  reportError: async (_: string, error: unknown) => {
    throw error
  },
}

async function begin(first: TestCertificate): Promise<void> {
  put(['pem', 'keyPem'], first)
  const tls: TlsSettings = {
    certificate: first.pem,
    key: first.keyPem,
    certificateFile: join(folder, 'pem'),
    keyFile: join(folder, 'keyPem'),
  }
  server = createServer(tlsOptions(tls, people))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  loop = renewCertificateLoop({ server, tls, people, problems })
  loop.start()
}

/** Wakes the loop instead of waiting for its time, and waits until it has looked. */
async function look(): Promise<void> {
  const before = loop.status().runs
  loop.wake()
  while (loop.status().runs === before) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-renewal-'))
  open = new Map()
})

afterEach(async () => {
  await loop.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

it('shows new connections the renewed certificate', async () => {
  await begin(certificate(11))
  expect(await serialShown()).toBe('0B')
  put(['pem', 'keyPem'], certificate(12))
  await look()
  expect(await serialShown()).toBe('0C')
  expect(loop.status()).toMatchObject({ failures: 0, detail: expect.stringMatching(/^ends at 2/) as string })
  expect([...open.keys()]).toEqual([])
})

it('waits for the key of a certificate that was written first, and calls it a fault when it does not come', async () => {
  await begin(certificate(11))
  const next = certificate(12)
  put(['pem'], next)
  await look()
  expect([...open.keys()]).toEqual([])
  await look()
  expect(open.get('own-certificate-unusable')?.sentence).toContain(
    `${folder}/keyPem is not the key of ${folder}/pem. The one before stays in use.`,
  )
  expect(await serialShown()).toBe('0B')
  put(['keyPem'], next)
  await look()
  expect([...open.keys()]).toEqual([])
  expect(await serialShown()).toBe('0C')
})

it.each([
  ['is no certificate', () => writeFileSync(join(folder, 'pem'), 'nonsense')],
  ['is gone', () => rmSync(join(folder, 'keyPem'))],
  ['is empty', () => writeFileSync(join(folder, 'keyPem'), '')],
])('keeps the one it has when a file %s', async (_, spoil) => {
  await begin(certificate(11))
  spoil()
  await look()
  await look()
  expect([...open.keys()]).toEqual(['own-certificate-unusable'])
  expect(await serialShown()).toBe('0B')
})

it('warns when the certificate is about to end', async () => {
  await begin(certificate(11, new Date(Date.now() + 10 * 86_400_000)))
  await look()
  expect(open.get('own-certificate-ends')?.severity).toBe('warning')
  put(['pem', 'keyPem'], certificate(12))
  await look()
  expect([...open.keys()]).toEqual([])
})
