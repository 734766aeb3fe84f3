// Reports from the schedule to a mail server that listens for real: one a day for each who takes them, not again after a restart or by
// a second server on the same database, and once for all the days that were missed.
import { createTestDatabase } from '@gleaner/store/testing'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { afterEach, describe, expect, it } from 'vitest'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { openReceiver } from '../notices/testing/hook-receiver.ts'
import { type MailReceiver, openMailReceiver } from '../notices/testing/mail-receiver.ts'
import { startTestServer, testStartMs } from './test-server.ts'

const patient = { timeout: 120_000 }
const hourMs = 3_600_000
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const config = (port: number, hook: string) => `
publicUrl: https://gleaner.example.org
policy: { snapshotMaxAge: 3h, telemetryMaxAge: 3h }
modes: { idleness: enforce }
periods: { observe: 30m, sample: 30m, decide: 30m }
rules:
  - { name: forgotten, expression: 'instance.state == "running"', action: suspend, mode: observe }
notices:
  report: { cron: "0 7 * * *", timeZone: Europe/Berlin }
  webhooks: [{ id: bot, url: "${hook}", kinds: [report] }]
  mail:
    host: 127.0.0.1
    port: ${port}
    security: none
    from: Gleaner <gleaner@example.org>
    recipients:
      - { id: all, addresses: [all@example.org] }
      - { id: shop, addresses: [shop@example.org], projects: [web-shop] }
      - { id: nobody, addresses: [nobody@example.org], kinds: [failed] }
`
const header = (raw: string, name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(raw)?.[1]?.trim() ?? ''
const plainText = (raw: string) => raw.replace(/=\r\n/g, '').replaceAll('=3D', '=')
/** First and last day, each at seven. */
const spanOf = (raw: string): readonly number[] => {
  const found = /from \w+,? (\d+) March 2026 at 07:00 to \w+,? (\d+) March 2026 at 07:00/.exec(plainText(raw))
  return [Number(found?.[1]), Number(found?.[2])]
}
const reports = ({ received }: MailReceiver, to: string) =>
  received.filter((mail) => header(mail.raw, 'x-gleaner-kind') === 'report' && mail.to.includes(to))

describe('the daily report', patient, () => {
  it('comes once a day to whom it concerns, over restarts and two servers, and once for what was missed', async () => {
    const mail = await openMailReceiver()
    const hook = await openReceiver()
    closing.push(
      () => mail.close(),
      () => hook.close(),
    )
    const database = await createTestDatabase('empty')
    closing.push(() => database.drop())
    const clock = acceleratedClock(testStartMs, 6000)
    const sim = { clock, id: 'sim', seed: 11, hosts: 4, instances: 24, projects: 3, desktops: 0, activity: 0 }
    const start = () =>
      startTestServer({
        config: config(mail.port, hook.url),
        clock,
        makeClouds: () => [new SimulatedCloud(sim)],
        databaseUrl: database.url,
      })
    const first = await start()
    const second = await start()
    const [toAll] = await first.until('the first report', () => {
      const all = reports(mail, 'all@example.org')
      return all.length > 0 && reports(mail, 'shop@example.org').length > 0 && hook.received.length > 0
        ? all
        : undefined
    })
    const raw = plainText(toAll?.raw ?? '')
    const [began = 0, ended = 0] = spanOf(toAll?.raw ?? '')
    expect(header(raw, 'subject')).toBe(`Report of Gleaner, ${ended} March 2026`)
    expect(ended - began).toBe(1)
    expect(raw).toMatch(/Rules in mode observe would have acted upon \d+ instances; nothing of it was done\./)
    expect(raw).toContain('The rule forgotten would have suspended')
    expect(raw).toContain('https://gleaner.example.org/plan')
    const [toShop] = reports(mail, 'shop@example.org')
    expect(plainText(toShop?.raw ?? '')).toContain('about the project web-shop')
    expect(reports(mail, 'nobody@example.org')).toEqual([])
    const [post] = hook.received
    expect(JSON.parse(post?.body ?? '{}')).toMatchObject({ version: 1, kind: 'report', projects: null })
    expect(post?.headers['webhook-id']).toBe(JSON.parse(post?.body ?? '{}').id)

    await first.stop()
    await second.until('the report of the next day by whoever leads', () =>
      reports(mail, 'all@example.org').length >= 2 ? true : undefined,
    )
    await second.stop()
    const seen = reports(mail, 'all@example.org').map(({ raw: text }) => header(text, 'message-id'))
    expect(new Set(seen).size).toBe(seen.length)
    const awayUntilMs = clock.nowMs() + 72 * hourMs
    while (clock.nowMs() < awayUntilMs) await clock.sleep(hourMs, new AbortController().signal)

    const third = await start()
    closing.push(() => third.stop())
    const caught = await third.until('the report about the days that were missed', () => {
      const all = reports(mail, 'all@example.org')
      return all.length > seen.length ? all : undefined
    })
    const [from = 0, to = 0] = spanOf(caught.at(-1)?.raw ?? '')
    expect(to - from).toBeGreaterThanOrEqual(2)
    // Every moment since the first begin stands in exactly one report.
    const spans = caught.map((each) => spanOf(each.raw)).sort(([a = 0], [b = 0]) => a - b)
    for (const [index, span] of spans.entries()) if (index > 0) expect(span[0]).toBe(spans[index - 1]?.[1])
    const days = reports(mail, 'all@example.org').map(({ raw: text }) => header(text, 'subject'))
    expect(new Set(days).size).toBe(days.length)
  })
})
