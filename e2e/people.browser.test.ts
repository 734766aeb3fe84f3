// A person with a client certificate in a real browser, against the real server over its own TLS: seen, told to wait, activated
// in the console by the first administrator, let in; and who is not: expired, blocked, revoked, of a foreign authority. The
// browser is Chromium; Playwright hands the certificate over for it, since a headless one has nobody to choose. Forged headers
// of a proxy are sent by node's own client.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  makeAuthority,
  makeCertificate,
  makeRevocationList,
  type TestCertificate,
} from '../packages/server/src/testing/make-certificate.ts'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { picture } from './picture.ts'
import { type Program, startProgram } from './process.ts'

const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`people in a browser: skipped, ${noBrowser}`)

const authority = makeAuthority()
const foreign = makeAuthority([['CN', 'Other CA']])
const person = (name: string, serial: number, more: { readonly to?: Date } = {}, by = authority) =>
  makeCertificate(by, {
    subject: [
      ['OU', 'People'],
      ['CN', name],
    ],
    serial,
    ...more,
  })
const nextUpdate = new Date(Date.UTC(2048, 0, 1))
const list = (...serials: number[]) => makeRevocationList(authority, { serials, nextUpdate })

describe.skipIf(chromiumPath === undefined && !required)('people in a browser', () => {
  let browser: Browser
  let folder: string
  let program: Program
  let url: string
  let link: string
  const opened: BrowserContext[] = []

  beforeAll(async () => {
    browser = await startBrowser()
    folder = mkdtempSync(join(tmpdir(), 'gleaner-people-'))
    const server = makeCertificate(authority, { subject: [['CN', 'gleaner']], dnsName: 'localhost', serial: 50 })
    const files = { 'ca.pem': authority.pem, 'cert.pem': server.pem, 'key.pem': server.keyPem }
    for (const [name, text] of Object.entries({ ...files, 'crl.pem': list(99), blocked: '' }))
      writeFileSync(join(folder, name), text)
    writeFileSync(
      join(folder, 'gleaner.yaml'),
      `anonymous: nobody
clouds: [{ id: sim, kind: simulated, hosts: 2, instances: 4, projects: 1, desktops: 0 }]
tls: { certificate: cert.pem, key: key.pem }
people: { certificates: { authorities: ca.pem, revoked: [crl.pem], blocked: blocked } }
`,
    )
    program = startProgram(['tools/start.mjs', '--config', join(folder, 'gleaner.yaml')], {
      env: { GLEANER_STATE_DIR: join(folder, 'state'), GLEANER_LISTEN: '127.0.0.1:0' },
    })
    link = (await program.says(/(https:\/\/127\.0\.0\.1:\d+\/#first-administrator=\S+)/))[1] ?? ''
    url = new URL(link).origin
  })
  afterEach(async () => {
    for (const context of opened.splice(0)) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    program?.process.kill('SIGTERM')
    await program?.exited
    rmSync(folder, { recursive: true, force: true })
  })

  async function visit(certificate: TestCertificate | undefined, address = url): Promise<Page> {
    const identity = certificate && {
      origin: url,
      cert: Buffer.from(certificate.pem),
      key: Buffer.from(certificate.keyPem),
    }
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 800 },
      ...(identity === undefined ? {} : { clientCertificates: [identity] }),
    })
    context.setDefaultTimeout(30_000)
    opened.push(context)
    const page = await context.newPage()
    await page.goto(address)
    return page
  }
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

  it('a first visitor waits, is activated by the first administrator, and is let in; ending that counts at once', async () => {
    const alice = await visit(person('Alice', 7))
    await heading(alice, 'Waiting for approval').waitFor()
    await alice.getByText('CN=Alice,OU=People').waitFor()
    expect(await accessibilityViolations(alice)).toEqual([])
    await picture(alice, 'people-waiting')

    const admin = await visit(undefined, link)
    await admin.getByRole('button', { name: 'Become administrator' }).click()
    await heading(admin, 'You are the administrator').waitFor()
    expect(admin.url()).not.toContain('first-administrator')
    await admin.getByRole('button', { name: 'Go on' }).click()
    await admin.getByRole('link', { name: 'Users' }).click()
    await heading(admin, 'Users').waitFor()
    await admin.getByText('waits for you').waitFor()
    await picture(admin, 'users')
    expect(await accessibilityViolations(admin)).toEqual([])
    await admin.getByLabel('Role of CN=Alice,OU=People').selectOption('operator')
    await admin.getByRole('button', { name: 'Activate' }).click()
    await admin.getByText('by first-administrator').waitFor()

    await alice.getByRole('button', { name: 'Look again' }).click()
    await heading(alice, 'Overview').waitFor()
    await alice.getByText('CN=Alice,OU=People').first().waitFor()
    // An operator is shown the audit, and neither users nor tokens.
    await alice.getByRole('link', { name: 'Audit' }).click()
    await alice.getByText('activate user').waitFor()
    expect(await alice.getByRole('link', { name: 'Users' }).count()).toBe(0)
    await picture(alice, 'audit')

    await admin.getByRole('button', { name: 'End the access of CN=Alice,OU=People' }).click()
    await admin.getByText('access ended').waitFor()
    await alice.reload()
    await heading(alice, 'Waiting for approval').waitFor()

    const late = await visit(person('Mallory', 8), link)
    await late.getByRole('button', { name: 'Become administrator' }).click()
    await late.getByText('The link is not good', { exact: false }).waitFor()
  })

  it.each<[string, TestCertificate, string]>([
    ['expired', person('Alice', 7, { to: new Date(Date.UTC(2020, 0, 1)) }), 'expired'],
    ['of a foreign authority', person('Alice', 7, {}, foreign), 'no authority that is trusted issued it'],
    ['revoked', person('Alice', 99), 'it was revoked by its issuer'],
  ])('a certificate that is %s lets nobody in, and the page says why', async (_, certificate, reason) => {
    const page = await visit(certificate)
    await heading(page, 'This certificate does not let you in').waitFor()
    await page.getByText(reason, { exact: false }).waitFor()
    expect(await accessibilityViolations(page)).toEqual([])
  })

  it('a certificate that is blocked while its page is open is out at the next request', async () => {
    const bob = await visit(person('Bob', 0x1f))
    await heading(bob, 'Waiting for approval').waitFor()
    writeFileSync(join(folder, 'blocked'), '1F\n')
    await expect
      .poll(
        async () => {
          await bob.reload()
          await bob.getByRole('heading', { level: 1 }).waitFor()
          return bob.getByRole('heading', { level: 1 }).innerText()
        },
        { timeout: 30_000 },
      )
      .toBe('This certificate does not let you in')
  })

  it('the header of a proxy makes nobody of anybody where no proxy is configured, nor plain HTTP over the port of TLS', async () => {
    const forged = await new Promise<number | string>((resolve) => {
      const call = request(
        { host: '127.0.0.1', port: new URL(url).port, path: '/api/v1/status', headers: { 'x-ssl-client-cert': 'x' } },
        (response) => resolve(response.statusCode ?? 0),
      )
      call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error')).end()
    })
    expect(forged).not.toBe(200)
    const page = await visit(undefined)
    const answer = await page.request.get(`${url}/api/v1/status`, {
      headers: { 'x-ssl-client-cert': encodeURIComponent(person('Alice', 7).pem) },
    })
    expect(answer.status()).toBe(401)
  })
})
