// A keep link from the notice that carries it to the instance that is left alone, over HTTP and against PostgreSQL, and what
// becomes of links that are used again, altered, late or tried by the hundred.
import { NoticeBody } from '@gleaner/model'
import type { StoredNotice } from '@gleaner/ports'
import * as Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HookReceiver, openReceiver } from '../notices/testing/hook-receiver.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const patient = { timeout: 120_000 }

let hook: HookReceiver
let server: TestServer
beforeAll(async () => {
  hook = await openReceiver()
  server = await startTestServer({
    config: `
publicUrl: http://127.0.0.1
policy:
  snapshotMaxAge: 30m
  telemetryMaxAge: 30m
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
modes: { idleness: enforce }
rules:
  - { name: suspend-small-use, expression: 'instance.state == "running" && average(cpu, "10m") < 0.5', action: suspend, grace: 6h, mode: enforce }
notices:
  keepLinks: { keepFor: 30d }
  webhooks:
    - { id: ops, url: "${hook.url}" }
`,
  })
}, 120_000)
afterAll(async () => {
  await server.stop()
  await hook.close()
})

/** Announced notices with a link, each given out once. */
const taken = new Set<string>()
async function announced(): Promise<{ readonly body: NoticeBody; readonly link: string }> {
  return server.until('an announcement with a link', () => {
    for (const { body: text } of hook.received) {
      const body = JSON.parse(text) as NoticeBody
      expect([...Value.Errors(NoticeBody, body)]).toEqual([])
      if (body.kind !== 'announced' || body.keepLink === null || taken.has(body.id)) continue
      taken.add(body.id)
      return { body, link: body.keepLink.replace('http://127.0.0.1', server.url) }
    }
    return undefined
  })
}
const keeps = async () =>
  (await server.app.store.holds.active(server.clock.nowMs())).filter(({ kind }) => kind === 'keep')
/** As a browser posts a form without fields. */
const press = (link: string) =>
  fetch(link, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } })

describe('a keep link', patient, () => {
  it('keeps nothing when a program looks at it, and the instance when its button is pressed', async () => {
    const { body, link } = await announced()
    const before = (await keeps()).length
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await fetch(link, { method })
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(page.headers.get('set-cookie')).toBeNull()
      if (method === 'GET') {
        const html = await page.text()
        expect(html).toContain(`<button type="submit">Keep ${body.instance.name}</button>`)
        expect(html).toContain(`${body.instance.name} will be suspended not before`)
      }
    }
    expect(await keeps()).toHaveLength(before)
    const answer = await press(link)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(`${body.instance.name} is kept`)
    const hold = (await keeps()).find(({ instanceId }) => instanceId === body.instance.id)
    expect(hold).toMatchObject({ by: 'a keep link', reason: `of notice ${body.id}` })
    expect((hold?.untilMs ?? 0) - (hold?.createdAtMs ?? 0)).toBe(30 * 86_400_000)
    const { items } = await server.app.store.audit.list({ limit: 1, offset: 0, search: body.instance.id })
    expect(items[0]).toMatchObject({ by: 'by link', from: '127.0.0.1', what: 'keep', object: body.instance.id })
    const proposal = await server.until('the end of what was announced', async () => {
      const found = await server.app.store.proposals.find(body.proposal ?? '')
      return found?.state === 'cancelled' ? found : undefined
    })
    expect(proposal.verdict.sentence).toMatch(/^a keep link keeps .* as it is until .* \(of notice ntc_.*\)\.$/)
    const journal = await server.app.store.journal.list({ instanceId: body.instance.id }, { limit: 9, offset: 0 })
    expect(journal.items).toEqual([])
  })

  it('replayed is refused, also when it is pressed twice at the same moment', async () => {
    const { body, link } = await announced()
    const statuses = await Promise.all(
      [press(link), press(link), press(link), press(link)].map(async (each) => (await each).status),
    )
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409])
    const again = await press(link)
    expect(again.status).toBe(409)
    expect(await again.text()).toContain('This link was used already')
    expect((await fetch(link)).status).toBe(409)
    expect((await keeps()).filter(({ instanceId }) => instanceId === body.instance.id)).toHaveLength(1)
    // Taken back by an operator, it does not come back by the same link.
    const hold = (await keeps()).find(({ instanceId }) => instanceId === body.instance.id)
    await server.app.store.holds.release(hold?.id ?? '', 'olga', server.clock.nowMs())
    expect((await press(link)).status).toBe(409)
    expect((await keeps()).some(({ instanceId }) => instanceId === body.instance.id)).toBe(false)
  })

  it('altered, late or about what is gone is refused with a page that says so', async () => {
    const { body, link } = await announced()
    const links = server.app.keepLinks
    const stored = (await server.app.store.notices.forInstance(body.instance.id, 50)).find(({ id }) => id === body.id)
    const linkOf = (other: Partial<StoredNotice>) =>
      links?.linkOf({ ...(stored as StoredNotice), ...other })?.replace('http://127.0.0.1', server.url) ?? ''
    expect(linkOf({})).toBe(link)
    const cases = [
      [link.slice(0, -1), 404, 'This link is not good'],
      [link.replace('/keep/', '/keep/X'), 404, 'This link is not good'],
      [`${link}%0d%0aset-cookie:a=b`, 404, 'This link is not good'],
      [linkOf({ createdAtMs: server.clock.nowMs() - 8 * 86_400_000 }), 410, 'This link has ended'],
      [linkOf({ id: 'ntc_gone', instanceId: 'sim:no-such' }), 410, 'nothing left to keep'],
      [linkOf({ id: 'ntc_other', instanceId: 'other:1' }), 503, 'did not work'],
    ] as const
    for (const [url, status, words] of cases)
      for (const page of [await fetch(url), await press(url)]) {
        expect([url, page.status]).toEqual([url, status])
        expect(page.headers.get('set-cookie')).toBeNull()
        expect(await page.text()).toContain(words)
      }
    expect((await keeps()).some(({ instanceId }) => instanceId === body.instance.id)).toBe(false)
  })

  it('takes a small form and nothing else', async () => {
    const { link } = await announced()
    const post = (body: string, type: string) =>
      fetch(link, { method: 'POST', body, headers: { 'content-type': type } })
    expect((await post('x'.repeat(5000), 'application/x-www-form-urlencoded')).status).toBe(413)
    expect((await post('<a/>', 'text/xml')).status).toBe(415)
    expect((await fetch(link, { method: 'DELETE' })).status).toBe(404)
    expect((await fetch(link)).status).toBe(200)
  })

  it('guessed by the hundred is answered more and more slowly; good ones go on', async () => {
    const { link } = await announced()
    const statuses: number[] = []
    for (let index = 0; index < 40; index++) statuses.push((await fetch(`${server.url}/keep/guess${index}.x`)).status)
    expect(statuses).toContain(429)
    expect((await fetch(link)).status).toBe(200)
    const hammered: number[] = []
    for (let index = 0; index < 40; index++) hammered.push((await fetch(link)).status)
    expect(hammered).toContain(429)
  })
})
