// Reserving in a real browser against the real server, for a viewer whose clock is changed in autumn: every way in which a lease
// can be asked for, what the form says before, and how it is shown afterwards.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { picture } from './picture.ts'
import { type ConfiguredServer, startConfigured } from './start-configured.ts'
import { type WatchedPage, watchedPage } from './watched-page.ts'

const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`reserving in a browser: skipped, ${noBrowser}`)

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The next night in which Berlin's clocks show 02:00 to 03:00 twice: the moment of the first 02:30. */
function doubledHalfPastTwo(nowMs: number): number {
  for (let year = new Date(nowMs).getUTCFullYear(); ; year++) {
    const last = new Date(Date.UTC(year, 9, 31))
    const ms = Date.UTC(year, 9, 31 - last.getUTCDay(), 0, 30)
    if (ms > nowMs + 2 * dayMs) return ms
  }
}

describe.skipIf(chromiumPath === undefined && !required)('reserving in a browser', () => {
  let browser: Browser
  let server: ConfiguredServer
  let picky: Server
  let project: string
  const opened: WatchedPage[] = []

  beforeAll(async () => {
    browser = await startBrowser()
    picky = createServer((request, response) => {
      request.resume()
      response.writeHead(422).end()
    })
    await new Promise<void>((resolve) => {
      picky.listen(0, '127.0.0.1', resolve)
    })
    server = await startConfigured(`
clouds: [{ id: sim, kind: simulated, seed: 7, hosts: 6, instances: 12, projects: 2, desktops: 0 }]
anonymous: administrator
reservations: { limits: { priority: 5 } }
notices: { webhooks: [{ id: picky, url: "http://127.0.0.1:${(picky.address() as AddressInfo).port}/" }] }
`)
    project = (await server.read<{ items: { project: string }[] }>('/api/v1/instances?limit=1')).items[0]?.project ?? ''
  })
  afterEach(async () => {
    for (const { context } of opened.splice(0)) await context.close()
    for (const { id } of await openLeases()) await end(id)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    picky?.close()
  })

  interface Lease {
    readonly id: string
    readonly name: string
    readonly state: string
    readonly start: string
    readonly end: string
    readonly openEnded?: object
    readonly series?: { readonly id: string }
    readonly events: readonly { readonly kind: string; readonly at: string }[]
  }
  async function openLeases(): Promise<Lease[]> {
    const { items } = await server.read<{ items: Lease[] }>('/api/v1/leases')
    return items.filter(({ state }) => ['waiting', 'proposed', 'pending', 'active'].includes(state))
  }
  async function reserve(name: string, hosts: number, more: object): Promise<void> {
    await server.send('POST', '/api/v1/leases', { name, project, reservations: [{ min: hosts }], ...more })
  }
  async function end(id: string): Promise<void> {
    await server.send('DELETE', `/api/v1/leases/${id}`)
  }
  async function openForm(name: string): Promise<{ tab: Page; form: Locator; slot: Locator; faults: string[] }> {
    const watched = await watchedPage(browser, server.url, { timeZone: 'Europe/Berlin' })
    opened.push(watched)
    const { page: tab, faults } = watched
    await tab.goto('/leases')
    await tab.getByRole('button', { name: 'Reserve hosts' }).click()
    const form = tab.getByRole('dialog', { name: 'Reserve hosts' })
    await form.getByLabel('Name', { exact: true }).fill(name)
    await form.getByLabel('Project').fill(project)
    return { tab, form, slot: form.getByRole('region', { name: 'The earliest slot' }), faults }
  }
  const submit = async (form: Locator, text = 'Reserve') => {
    await form.getByRole('button', { name: text, exact: true }).click()
    await form.waitFor({ state: 'detached' })
  }
  const wallText = (ms: number) => {
    const parts = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'short',
    }).format(ms)
    return parts.replace(' ', 'T')
  }

  it('asks which of the two 02:30 of the autumn night is meant, and takes that', async () => {
    const first = doubledHalfPastTwo(Date.now())
    const { form, slot, faults } = await openForm('night')
    await form.getByLabel('From', { exact: true }).fill(wallText(first))
    await form.getByLabel('For', { exact: true }).fill('15m')
    const which = form.getByLabel('Which of the two')
    expect(await which.locator('option').allTextContents()).toEqual([
      expect.stringMatching(/^the first: .*GMT\+2/),
      expect.stringMatching(/^the second: .*GMT\+1/),
    ])
    await slot.getByText(/2:30.*GMT\+2 to .*2:45.*GMT\+2/).waitFor()
    await which.selectOption('second')
    await slot.getByText(/2:30.*GMT\+1 to .*2:45.*GMT\+1/).waitFor()
    await submit(form)
    const [lease] = await openLeases()
    expect(Date.parse(lease?.start ?? '')).toBe(first + hourMs)
    expect(faults).toEqual([])
  })

  it('tells of times that recur which cannot be had, makes the others, and calls them off together', async () => {
    const first = doubledHalfPastTwo(Date.now())
    const before = wallText(first - dayMs)
    // All hosts are promised on the second of the three nights.
    await reserve('all', 6, { start: new Date(first).toISOString(), duration: '30m' })
    const { tab, form, slot, faults } = await openForm('nightly')
    await form.getByLabel('For', { exact: true }).fill('8h')
    await form.getByLabel('Repeat', { exact: true }).selectOption('every day')
    await form.getByLabel('From', { exact: true }).fill(`${before.slice(0, 10)}T22:00`)
    await form.getByLabel('How many times').fill('3')
    await form.getByLabel('By the clock of').fill('Europe/Nowhere')
    await form.getByText('There is no such time zone: Europe/Berlin, UTC').waitFor()
    expect(await form.getByRole('button', { name: 'Reserve', exact: true }).isDisabled()).toBe(true)
    await form.getByLabel('By the clock of').fill('America/New_York')
    await form.getByText(/^The first time is Sat.* there, and so are the others$/).waitFor()
    await form.getByLabel('By the clock of').fill('Europe/Berlin')
    await slot.getByText(/^1 of 3\stimes cannot be had\.$/).waitFor()
    const times = slot.getByRole('list', { name: 'Every time' }).getByRole('listitem')
    expect(await times.allTextContents()).toEqual([
      expect.stringMatching(
        /10:00.*PM to .*6:00.*AM 1 host is not free .*Later there is 1 from Oct 31, 0?2:00\sAM GMT\+1/,
      ),
      expect.stringMatching(/10:00.*PM to .*6:00.*AM on /),
      expect.stringMatching(/10:00.*PM to .*6:00.*AM on /),
    ])
    expect(await form.getByRole('button', { name: 'Reserve', exact: true }).isDisabled()).toBe(true)
    await slot.getByLabel('Make the 2 that can be had').check()
    expect(await accessibilityViolations(tab)).toEqual([])
    await picture(form, 'lease-form')
    await submit(form)
    expect((await openLeases()).filter(({ series }) => series !== undefined)).toHaveLength(2)
    const table = tab.getByRole('table', { name: 'Leases' })
    await table.getByRole('img', { name: 'one of a series' }).first().waitFor()
    await table
      .getByRole('button', { name: /^nightly / })
      .first()
      .click()
    const series = tab.getByRole('region', { name: 'The series' })
    await series.getByText('every day, 3 times by the clock of Europe/Berlin').waitFor()
    await series.getByRole('button', { name: 'Call off all of the series that have not begun' }).click()
    await series.getByRole('button', { name: 'Yes, call off all to come' }).click()
    await series.getByText(/^2\sleases called off\.$/).waitFor()
    expect((await openLeases()).map(({ name }) => name)).toEqual(['all'])
    expect(faults).toEqual([])
  })

  it.each([
    ['on weekdays', undefined, 5],
    ['every week', 'Wed', 1],
    ['by a rule (RRULE)', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU', 7],
  ] as const)('recurs %s', async (repeat, more, perWeek) => {
    const { form, slot, faults } = await openForm('course')
    await form.getByLabel('For', { exact: true }).fill('1h')
    await form.getByLabel('Repeat', { exact: true }).selectOption(repeat)
    if (repeat === 'every week') await form.getByLabel(more).check()
    else if (more !== undefined) await form.getByLabel('Rule', { exact: true }).fill(more)
    await form.getByLabel('Ends').selectOption('with the day')
    const lastDay = wallText(Date.now() + 14 * dayMs - hourMs).slice(0, 10)
    await form.getByLabel('From', { exact: true }).fill(wallText(Date.now() + 2 * hourMs))
    await form.getByLabel('The last day').fill(lastDay)
    // An answer to what was in the form before may still stand there.
    const settled = slot.and(form.locator('[data-behind="false"]'))
    await settled.getByText(/^All \d+ times can be had\.$/).waitFor()
    const times = await slot.getByRole('list', { name: 'Every time' }).getByRole('listitem').count()
    // Two whole weeks, give or take the day at the edge.
    expect(Math.abs(times - 2 * perWeek)).toBeLessThanOrEqual(1)
    expect(faults).toEqual([])
  })

  it('waits where there is no room, is shown waiting, and comes to its place', async () => {
    await reserve('all', 6, { duration: '12h' })
    const { tab, form, slot, faults } = await openForm('later')
    await form.getByLabel('For', { exact: true }).fill('1h')
    await slot.getByText(/none is|is not free/).waitFor()
    expect(await form.getByRole('button', { name: 'Reserve', exact: true }).isDisabled()).toBe(true)
    await slot.getByLabel('Wait if there is no room').check()
    await slot.getByLabel('for at most').fill('6h')
    await slot.getByText(/Its project has priority 5: the larger comes first\.$/).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await submit(form, 'Wait for a place')
    const waiting = tab.getByRole('region', { name: 'Waiting for a place' })
    await waiting.getByText('1 of 1 priority 5').waitFor()
    await picture(tab, 'leases-waiting')
    await waiting.getByRole('button', { name: 'later' }).click()
    const lease = tab.getByRole('dialog', { name: 'later' })
    await lease.getByText(/^number 1 of 1 \(priority 5\), until /).waitFor()
    await lease.getByRole('button', { name: 'Wait no more' }).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    const all = (await openLeases()).find(({ name }) => name === 'all')
    await end(all?.id ?? '')
    await lease.getByText('active', { exact: true }).waitFor({ timeout: 60_000 })
    await waiting.waitFor({ state: 'detached' })
    // Its project was told of the place, or would have been if the receiver took it.
    await tab.goto('/notifications')
    await tab
      .getByRole('table', { name: 'Last messages to webhook:picky' })
      .getByRole('row', { name: /later.* refused, tried once it answers 422 \(/ })
      .first()
      .waitFor({ timeout: 60_000 })
    expect(await accessibilityViolations(tab)).toEqual([])
    expect(faults).toEqual([])
  })

  it('takes what is there, and says how much of what was asked for that is', async () => {
    await reserve('most', 4, { duration: '12h' })
    const { tab, form, slot, faults } = await openForm('some')
    await form.getByRole('button', { name: 'Now, what is there' }).click()
    await form.getByLabel('Hosts, up to').fill('5')
    await slot.getByText(/\(2 of 5 asked for\)$/).waitFor()
    await submit(form)
    await tab.getByRole('table', { name: 'Leases' }).getByRole('button', { name: 'some' }).click()
    const lease = tab.getByRole('dialog', { name: 'some' })
    await lease.getByText('Hosts (2 of 5 asked for)').waitFor()
    expect(faults).toEqual([])
  })

  it('reserves at the earliest moment of a window', async () => {
    await reserve('all', 6, { duration: '3h' })
    const { form, slot, faults } = await openForm('flexible')
    await form.getByRole('button', { name: 'As early as possible' }).click()
    await slot.getByText(/^The earliest slot appears here/).waitFor()
    await form.getByLabel('Over before').fill(wallText(Date.now() + 8 * hourMs))
    await form.getByLabel('For', { exact: true }).fill('2h')
    await slot.getByText(/^on /).waitFor()
    await submit(form)
    const [all, flexible] = ['all', 'flexible'].map((name) =>
      openLeases().then((ls) => ls.find((l) => l.name === name)),
    )
    expect((await flexible)?.start).toBe((await all)?.end)
    expect(faults).toEqual([])
  })

  it('reserves room for instances', async () => {
    const { tab, form, slot, faults } = await openForm('notebooks')
    await form.getByRole('button', { name: 'Room for instances' }).click()
    await form.getByLabel('Instances', { exact: true }).fill('3')
    await form.getByLabel('Placed').selectOption('each on a host of its own')
    await slot.getByText(/^on hv-\d+, hv-\d+, hv-\d+$/).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await form.getByLabel('Instances', { exact: true }).fill('7')
    await slot.getByRole('button', { name: /^fewer: 6\sinstances/ }).click()
    expect(await form.getByLabel('Instances', { exact: true }).inputValue()).toBe('6')
    await form.getByLabel('From', { exact: true }).fill('')
    await form.getByLabel('GiB of disk of each').fill('100000')
    await slot.getByText(/^Room for 6.instances on hosts/).waitFor()
    await form.getByLabel('GiB of disk of each').fill('20')
    await slot.getByText(/^on hv-/).waitFor()
    await submit(form)
    await tab.getByRole('table', { name: 'Leases' }).getByRole('button', { name: 'notebooks' }).click()
    const lease = tab.getByRole('dialog', { name: 'notebooks' })
    await lease.getByText(/^room for 6\sinstances of 2 vCPU, 4\sGiB and 20\sGiB of disk$/).waitFor()
    expect(faults).toEqual([])
  })

  it('holds a place as a proposal, and confirms it', async () => {
    const { tab, form, slot, faults } = await openForm('maybe')
    await form.getByRole('button', { name: 'Room for instances' }).click()
    await form.getByLabel('GiB of disk of each').fill('20')
    // What begins at once would lapse at once.
    await form.getByText('Needs a start that is to come.').waitFor()
    await form.getByLabel('From', { exact: true }).fill(wallText(Date.now() + 2 * dayMs))
    await slot.getByText(/^on /).waitFor()
    await form.getByLabel('Only hold it until it is confirmed').check()
    await form.getByLabel('Hold for at most').fill('a while')
    expect(await form.getByRole('button', { name: 'Hold', exact: true }).isDisabled()).toBe(true)
    await form.getByLabel('Hold for at most').fill('3h')
    await form.getByLabel('Told before the end').fill('soon')
    expect(await form.getByRole('button', { name: 'Hold', exact: true }).isDisabled()).toBe(true)
    await form.getByLabel('Told before the end').fill('30m')
    expect(await accessibilityViolations(tab)).toEqual([])
    await slot.scrollIntoViewIfNeeded()
    await picture(form, 'lease-held')
    await submit(form, 'Hold')
    const [held] = await openLeases()
    expect(held).toMatchObject({ name: 'maybe', state: 'proposed' })
    const told = held?.events.find(({ kind }) => kind === 'before-end')
    expect(Date.parse(held?.end ?? '') - Date.parse(told?.at ?? '')).toBe(hourMs / 2)
    await tab.getByRole('table', { name: 'Leases' }).getByRole('button', { name: 'maybe' }).click()
    const lease = tab.getByRole('dialog', { name: 'maybe' })
    await lease.getByText(/^proposed, held until in 3\sh$/).waitFor()
    await lease.getByRole('button', { name: 'Confirm' }).click()
    await lease.getByText('pending', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  it('reserves without an end, renews, and gives it one', async () => {
    const { tab, form, slot, faults } = await openForm('ci')
    await form.getByRole('button', { name: 'Without an end' }).click()
    await slot.getByText(/; this is its first term$/).waitFor()
    await submit(form)
    await tab.getByRole('table', { name: 'Leases' }).getByText('no end').waitFor()
    const bar = tab.getByRole('button', { name: /^ci of .*, renewed by itself, on / })
    await bar.click()
    const lease = tab.getByRole('dialog', { name: 'ci' })
    await lease
      .getByText(/^by 7d at a time; this term ends at .* only if its project says that it is still needed$/)
      .waitFor()
    await picture(lease, 'lease-endless')
    await lease.getByRole('button', { name: 'It is still needed' }).click()
    await lease.getByLabel('Give it an end').fill(wallText(Date.now() + 2 * dayMs))
    await lease.getByRole('button', { name: 'End it then' }).click()
    await lease.getByLabel('Ends').waitFor()
    expect((await openLeases())[0]).not.toHaveProperty('openEnded')
    expect(faults).toEqual([])
  })
})
