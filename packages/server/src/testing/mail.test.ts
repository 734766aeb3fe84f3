// Notices by mail from the decision to a mail server that listens for real: to the recipients of their project, once more while
// the server is away, with what bounces as a problem, and with a link that keeps.
import { afterEach, describe, expect, it } from 'vitest'
import { type MailReceiver, type MailReceiverOptions, openMailReceiver } from '../notices/testing/mail-receiver.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const patient = { timeout: 120_000 }

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
async function receiver(options?: MailReceiverOptions): Promise<MailReceiver> {
  const made = await openMailReceiver(options)
  closing.push(() => made.close())
  return made
}
async function start(port: number, recipients: string): Promise<TestServer> {
  const server = await startTestServer({
    config: `
publicUrl: http://127.0.0.1
modes: { idleness: enforce }
policy: { snapshotMaxAge: 30m, telemetryMaxAge: 30m }
rules:
  - { name: runs, expression: 'instance.state == "running"', action: notify, mode: enforce }
notices:
  keepLinks: {}
  mail:
    host: 127.0.0.1
    port: ${port}
    security: none
    from: Gleaner <gleaner@example.org>
    recipients: [${recipients}]
`,
  })
  closing.push(() => server.stop())
  return server
}
const header = (raw: string, name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(raw)?.[1]?.trim() ?? ''
const plainText = (raw: string) => raw.replace(/=\r\n/g, '').replaceAll('=3D', '=')
const problem = (server: TestServer, code: string) =>
  server.until(code, async () =>
    (await server.app.store.problems.list({ includeClosed: false })).find((each) => each.code === code),
  )

describe('mail', patient, () => {
  it('goes to the recipients of its project, each notice once, with a link that keeps', async () => {
    const { port, received } = await receiver()
    const first = await start(
      port,
      '{ id: all, addresses: [all@example.org, ALL@example.org] }, { id: one, addresses: [one@example.org], projects: [web-shop] }, { id: none, addresses: [none@example.org], projects: [nobody] }',
    )
    const toOne = await first.until('a mail to the recipients of a project', () =>
      received.find(({ to }) => to.includes('one@example.org')),
    )
    const id = header(toOne.raw, 'message-id')
    const toAll = await first.until('the same for those who get all', () =>
      received.find(({ to, raw }) => to.includes('all@example.org') && header(raw, 'message-id') === id),
    )
    expect(toAll.to).toEqual(['all@example.org'])
    expect(header(toOne.raw, 'subject')).toMatch(/^web-shop: .* \(told\)$/)
    await first.until('many mails', () => (received.length >= 20 ? true : undefined))
    const keys = received.map(({ to, raw }) => `${to.join()} ${header(raw, 'message-id')}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(received.some(({ to }) => to.includes('none@example.org'))).toBe(false)
    const link = /http:\/\/127\.0\.0\.1(\/keep\/[A-Za-z0-9_.-]+)/.exec(plainText(toOne.raw))?.[1]
    expect((await fetch(`${first.url}${link}`, { method: 'POST' })).status).toBe(200)
    const holds = await first.app.store.holds.active(first.clock.nowMs())
    expect(holds.map(({ by }) => by)).toContain('a keep link')
  })

  it('waits while the mail server takes nothing, which is a problem until it does', async () => {
    let isBroken = true
    const { port, received } = await receiver({ refuseMail: () => (isBroken ? 451 : undefined) })
    const server = await start(port, '{ id: all, addresses: [all@example.org] }')
    const failing = await problem(server, 'mail-failing')
    expect(failing).toMatchObject({ subject: 'mail all', severity: 'error' })
    expect(failing.sentence).toMatch(/to the mail recipients all at 127\.0\.0\.1:\d+: it answers 451 to DATA\./)
    expect(received).toEqual([])
    isBroken = false
    await server.until('everything sent', async () =>
      received.length >= 10 && (await server.app.store.outbox.waiting('mail:all')).count === 0 ? true : undefined,
    )
    const ids = received.map(({ raw }) => header(raw, 'message-id'))
    expect(new Set(ids).size).toBe(ids.length)
    await server.until('the end of the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).some(({ subject }) => subject === 'mail all')
        ? undefined
        : true,
    )
  })

  it('to try the channel comes at once, and the last deliveries are told with their outcome', async () => {
    const { port, received } = await receiver()
    const server = await start(port, '{ id: all, addresses: [all@example.org] }')
    const sent = await server.until('a delivery', async () => {
      const { items: recent } = await server.app.store.outbox.recent('mail:all', { limit: 5, offset: 0 })
      return recent.some(({ outcome }) => outcome === 'delivered') ? recent : undefined
    })
    expect(sent.length).toBeGreaterThan(0)
    const own = sent[0]?.notice.about?.projectId ?? ''
    const ofOne = await server.app.store.outbox.recent('mail:all', { limit: 100, offset: 0, projectIds: [own] })
    expect(new Set(ofOne.items.map(({ notice }) => notice.about?.projectId))).toEqual(new Set([own]))
    const none = { items: [], total: 0 }
    expect(await server.app.store.outbox.recent('mail:all', { limit: 5, offset: 0, projectIds: [] })).toEqual(none)
    expect(await server.app.store.outbox.recent('mail:none', { limit: 5, offset: 0 })).toEqual(none)
    expect(received.length).toBeGreaterThan(0)
  })

  it('that bounces is a problem and is not sent again', async () => {
    let tries = 0
    const { port } = await receiver({
      refuse: () => {
        tries++
        return 550
      },
    })
    const server = await start(port, '{ id: gone, addresses: [gone@example.org] }')
    const bounced = await problem(server, 'notice-refused')
    expect(bounced.sentence).toMatch(/^The mail recipients gone refuse notices: it answers 550 to RCPT TO\./)
    await server.until('an empty queue', async () =>
      (await server.app.store.outbox.waiting('mail:gone')).count === 0 ? true : undefined,
    )
    // Also afterwards it is to be seen which, when, and what was answered.
    for (const passage of (await server.app.store.outbox.recent('mail:gone', { limit: 5, offset: 0 })).items)
      expect(passage).toMatchObject({ outcome: 'refused', attempts: 1, fault: 'it answers 550 to RCPT TO' })
    const told = tries
    await server.cycles(2)
    expect(tries).toBeLessThanOrEqual(told + 24)
  })
})
