// The scene of the tests of people: certificates of a lab's authority, and a server behind a proxy that passes them on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VirtualClock } from '@gleaner/testkit'
import { apiHarness } from '../../testing/api-harness.ts'
import { makeAuthority, makeCertificate, type TestCertificate } from '../../testing/make-certificate.ts'

export const nowMs = Date.UTC(2026, 5, 1)

export const authority = makeAuthority()
export const foreign = makeAuthority([['CN', 'Lab CA']])
export const aliceName = [
  ['OU', 'People'],
  ['CN', 'Alice'],
] as const
export const alice = makeCertificate(authority, { subject: aliceName, serial: 7 })

export const cleanups: (() => Promise<void> | void)[] = []
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
}

export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-people-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

export async function behindProxy(more = '', files: Readonly<Record<string, string>> = {}) {
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

export const status = { url: '/api/v1/status' }
