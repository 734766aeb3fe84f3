// Lists of certificates that do not count, on disk: what is wrong with one is a problem, and ends when it is put right.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProblemReport } from '@gleaner/model'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeAuthority, makeRevocationList } from '../testing/make-certificate.ts'
import { checkListsLoop } from './check-lists.ts'
import type { Loop } from './loop.ts'

const authority = makeAuthority()
let folder: string
let open: Map<string, ProblemReport>
let loop: Loop | undefined
const problems = {
  report: async (report: ProblemReport) => void open.set(report.code, report),
  resolve: async (_: string, code: string) => void open.delete(code),
  reportError: async (_: string, error: unknown) => {
    throw error
  },
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-lists-'))
  open = new Map()
})
afterEach(async () => {
  await loop?.stop()
  rmSync(folder, { recursive: true })
})

const at = (name: string) => join(folder, name)

/** What a server that starts now finds. */
async function found(): Promise<string | undefined> {
  await loop?.stop()
  const certificates = { authorities: authority.pem, revoked: [at('crl')], blocked: at('blocked') }
  const first = checkListsLoop({ certificates, problems })
  loop = first
  first.start()
  while (first.status().runs === 0) await new Promise((resolve) => setImmediate(resolve))
  return open.get('certificate-lists-unusable')?.sentence
}

it('tells a list that is missing, broken or overdue, and no longer when it is put right', async () => {
  const missing = await found()
  expect(missing).toContain('The list of blocked serial numbers cannot be used (ENOENT)')
  expect(missing).toContain(`The revocation list ${at('crl')} cannot be used (ENOENT)`)
  writeFileSync(at('blocked'), 'no number\n')
  writeFileSync(at('crl'), makeRevocationList(authority, { serials: [], nextUpdate: new Date('2020-02-01T00:00:00Z') }))
  const wrong = await found()
  expect(wrong).toContain('line 1 holds no serial number')
  expect(wrong).toContain('of CN=Lab CA is overdue')
  writeFileSync(at('blocked'), '0a # gone\n')
  writeFileSync(at('crl'), makeRevocationList(authority, { serials: [], nextUpdate: new Date('2045-01-01T00:00:00Z') }))
  expect(await found()).toBeUndefined()
})
