// The console against the real server and its simulated datacentre: every page in both themes without a fault, and the first
// five minutes of an operator, from "everything is in observe" to an instance that was stopped and brought back.
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { type RunningServer, startServer } from './start-server.ts'
import { type WatchedPage, watchedPage } from './watched-page.ts'

const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`console against the real server: skipped, ${noBrowser}`)

describe.skipIf(chromiumPath === undefined && !required)('console against the real server', () => {
  let browser: Browser
  let server: RunningServer
  const opened: WatchedPage[] = []

  beforeAll(async () => {
    browser = await startBrowser()
    server = await startServer()
  })
  afterEach(async () => {
    for (const { context } of opened.splice(0)) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  async function open(
    theme: 'light' | 'dark' = 'light',
    options: { readonly expectStatus?: readonly number[] } = {},
  ): Promise<WatchedPage> {
    const watched = await watchedPage(browser, server.url, { theme, ...options })
    opened.push(watched)
    return watched
  }
  async function read<T>(path: string): Promise<T> {
    const response = await fetch(server.url + path)
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }
  const heading = (tab: Page, name: string | RegExp) => tab.getByRole('heading', { level: 1, name, exact: true })

  it.each(['light', 'dark'] as const)('shows every page without a fault and accessibly (%s)', async (theme) => {
    const { items: hosts } = await read<{ items: { id: string; name: string }[] }>(
      '/api/v1/hosts?sort=-instances&limit=1',
    )
    const { proposals } = await read<{ proposals: { instanceId?: string; instance?: string }[] }>('/api/v1/plan')
    const { items: rules } = await read<{ items: { id: string; definition: { name: string } }[] }>('/api/v1/rules')
    const [host, proposal, rule] = [hosts[0], proposals.find(({ instanceId }) => instanceId !== undefined), rules[0]]
    const pages: readonly (readonly [string, string])[] = [
      ['/', 'Overview'],
      ['/hosts', 'Hosts'],
      [`/hosts/${encodeURIComponent(host?.id ?? '')}`, host?.name ?? ''],
      ['/instances', 'Instances'],
      [`/instances/${encodeURIComponent(proposal?.instanceId ?? '')}`, proposal?.instance ?? ''],
      ['/estimates', 'Estimates'],
      ['/energy', 'Energy'],
      ['/desktops', 'Desktops'],
      ['/plan', 'Plan'],
      ['/leases', 'Leases'],
      ['/preemption', 'Preemption'],
      ['/rules', 'Rules'],
      [`/rules/${encodeURIComponent(rule?.id ?? '')}`, rule?.definition.name ?? ''],
      ['/history', 'History'],
      ['/problems', 'Problems'],
      ['/notifications', 'Notifications'],
      ['/settings', 'Settings'],
      ['/users', 'Users'],
      ['/tokens', 'Tokens'],
      ['/audit', 'Audit'],
      ['/connect', 'Connect your cloud'],
    ]
    const { page: tab, faults } = await open(theme)
    for (const [path, title] of pages) {
      await tab.goto(path)
      await heading(tab, title).waitFor()
      await expect.poll(() => tab.locator('.g-skeleton').count(), { timeout: 15_000 }).toBe(0)
      expect({ path, violations: await accessibilityViolations(tab) }).toEqual({ path, violations: [] })
      expect({ path, faults }).toEqual({ path, faults: [] })
    }
  })

  it('shows where a rule is wrong, completes it, and what it would match', async () => {
    const { page: tab, faults } = await open()
    await tab.goto('/rules/new')
    const field = tab.getByLabel('When (a CEL expression)')
    await field.fill('instance.state == "running" && cpuu < 0.1')
    const mark = tab.locator('.g-editor__faults mark').first()
    await mark.waitFor()
    expect(await mark.textContent()).toBe('cpuu')
    await field.fill('instance.state == "running" && shareB')
    await field.press('End')
    await tab.keyboard.type('e')
    await tab.getByRole('option', { name: /^shareBelow/ }).waitFor()
    await field.fill('instance.state == "running" && shareBelow(cpu, 0.05, "1h") >= 0.9')
    await tab.getByText('different ones over the past day').waitFor()
    const matched = Number(await tab.locator('.g-live__numbers dd').first().textContent())
    expect(matched).toBeGreaterThan(10)
    expect(faults).toEqual([])
  })

  it('lets an operator go from observing to approving, see it done, and bring the instance back', async () => {
    const { page: tab, faults } = await open()
    await tab.goto('/')
    await tab.getByRole('button', { name: 'Let idleness propose, for you to approve' }).click()
    await tab.goto('/plan?show=awaiting-approval')
    // A forgotten one: where people work, the morning of a Monday would withdraw the step before it is due.
    const forgotten = /^Choose: (Stop|Suspend) (test|demo|old-wiki|poc|\w+-sandbox)-/
    const first = tab.getByRole('checkbox', { name: forgotten }).first()
    await first.waitFor({ timeout: 60_000 })
    const name = ((await first.getAttribute('aria-label')) ?? '').replace(/^Choose: \w+ /, '')
    await first.check()
    await tab.getByRole('button', { name: 'Approve 1' }).click()
    await tab.getByText('1 proposal approved.').waitFor()
    const strip = tab.getByRole('region', { name: 'Latest actions' })
    await strip.getByRole('link', { name, exact: true }).waitFor({ timeout: 90_000 })
    await strip.getByText('done', { exact: true }).first().waitFor({ timeout: 60_000 })
    await strip.getByRole('link', { name, exact: true }).click()
    await heading(tab, name).waitFor()
    await tab.getByRole('button', { name: /^(Resume|Start)$/ }).click()
    await expect
      .poll(async () => (await read<{ state: string }>(`/api/v1/instances/${encodeURIComponent(name)}`)).state, {
        timeout: 60_000,
      })
      .toBe('running')
    await tab.getByText(/^(Changed by hand|Kept) by /).waitFor({ timeout: 30_000 })
    expect(faults).toEqual([])
  })

  it('evicts a preemptible instance as a rehearsal, tells why, and brings it back', async () => {
    const { page: tab, faults } = await open()
    await tab.goto('/preemption')
    const rehearse = tab.getByRole('button', { name: /^Test eviction of / }).and(tab.locator(':enabled'))
    await rehearse.first().waitFor({ timeout: 60_000 })
    const name = ((await rehearse.first().getAttribute('aria-label')) ?? '').replace('Test eviction of ', '')
    await rehearse.first().click()
    await tab.getByText(`${name}: the owner is told`).waitFor()
    const evicted = tab.getByRole('region', { name: 'Evicted instances' })
    await evicted.getByRole('link', { name, exact: true }).waitFor({ timeout: 120_000 })
    await evicted.getByText('wants to see what an eviction does to it').first().waitFor()
    await evicted.getByText('is back').first().waitFor({ timeout: 120_000 })
    expect(faults).toEqual([])
  })

  it('proposes the earliest slot while one writes, reserves it, and gives it back', async () => {
    // On the fast clock of the simulation a start that was proposed is soon past, which the form says.
    const { page: tab, faults } = await open('light', { expectStatus: [400] })
    const { items: hosts } = await read<{ items: { name: string; state: string }[] }>('/api/v1/hosts?limit=1000')
    const { items: instances } = await read<{ items: { project: string }[] }>('/api/v1/instances?limit=1')
    const host = hosts.find(({ state }) => state === 'up')?.name ?? ''
    await tab.goto('/leases')
    await tab.getByRole('button', { name: 'Reserve hosts' }).click()
    const form = tab.getByRole('dialog', { name: 'Reserve hosts' })
    const slot = form.getByRole('region', { name: 'The earliest slot' })
    await form.getByLabel('Name', { exact: true }).fill('e2e-exam')
    await form.getByLabel('Project').fill(instances[0]?.project ?? '')
    await form.getByLabel('Only hosts for which').fill(`name == "${host}"`)
    await slot.getByText(`on ${host}`, { exact: true }).waitFor()
    await form.getByLabel('Hosts, at least').fill('2')
    await slot.getByText(/^2 hosts are not free together/).waitFor()
    expect(await form.getByRole('button', { name: 'Reserve', exact: true }).isDisabled()).toBe(true)
    await slot.getByRole('button', { name: /^fewer: 1/ }).click()
    await slot.getByText(`on ${host}`, { exact: true }).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    // A moment in the form's minutes may have passed on the faster clock of the simulation; now cannot.
    await form.getByLabel('From', { exact: true }).fill('')
    await form.getByLabel('For', { exact: true }).fill('30d')
    await form.getByRole('button', { name: 'Reserve', exact: true }).click()
    await form.waitFor({ state: 'detached' })
    const calendar = tab.getByRole('region', { name: /^Calendar of / })
    const bar = calendar.getByRole('button', { name: new RegExp(`^e2e-exam of .*, on ${host}$`) })
    await bar.waitFor()
    await tab.getByRole('table', { name: 'Leases' }).getByRole('button', { name: 'e2e-exam' }).waitFor()
    await bar.click()
    const lease = tab.getByRole('dialog', { name: 'e2e-exam' })
    await lease.getByText('nobody comes after it').waitFor()
    await lease.getByText('active', { exact: true }).waitFor({ timeout: 60_000 })
    await lease.getByRole('button', { name: 'End now' }).click()
    await lease.getByText('ended', { exact: true }).first().waitFor({ timeout: 60_000 })
    await lease.getByRole('button', { name: 'Close' }).last().click()
    await bar.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('begins a reservation by a drag over free time', async () => {
    const { page: tab, faults } = await open()
    await tab.goto('/leases?zoom=month')
    const track = tab.locator('.g-cal__line .g-cal__track').nth(1)
    const box = await track.boundingBox()
    if (box === null) throw new Error('there is no track to draw on')
    await tab.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2)
    await tab.mouse.down()
    await tab.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 5 })
    await tab.mouse.up()
    const form = tab.getByRole('dialog', { name: 'Reserve hosts' })
    await form.waitFor()
    expect(await form.getByLabel('Only hosts for which').inputValue()).toMatch(/^name == "/)
    // A fifth of 31 days, in steps of six hours.
    const [, days, hours = '0'] =
      /^(\d+)d(?:(\d+)h)?$/.exec(await form.getByLabel('For', { exact: true }).inputValue()) ?? []
    expect(Math.abs(Number(days) + Number(hours) / 24 - 6.2)).toBeLessThan(0.6)
    expect(faults).toEqual([])
  })

  it('finds instances while one types', async () => {
    const { page: tab } = await open()
    await tab.goto('/instances')
    const { items } = await read<{ items: { name: string; project: string }[] }>(
      '/api/v1/instances?limit=1&sort=-memory',
    )
    const wanted = items[0]
    await tab.getByRole('searchbox').fill(`${wanted?.name} ${wanted?.project}`)
    await tab
      .getByRole('table')
      .getByRole('link', { name: wanted?.name ?? '', exact: true })
      .waitFor()
    expect(new URL(tab.url()).searchParams.get('search')).toBe(`${wanted?.name} ${wanted?.project}`)
  })
})
