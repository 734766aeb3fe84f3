// The console in a real browser, against a generated cloud of 1,000 hosts and 10,000 instances that the console's own
// development server answers from. Every page in both themes passes the accessibility check, logs no error, asks nobody but
// its server, and lives under the content security policy.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, type FakeServerOptions, startFakeServer } from '../packages/console/dev/fake-server.ts'
import { fakeToken } from '../packages/console/dev/handlers.ts'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { root } from './process.ts'
import { type WatchedPage, watchedPage } from './watched-page.ts'

const page = join(root, 'packages/console/dist')
const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`console in a browser: skipped, ${noBrowser}`)

describe.skipIf(chromiumPath === undefined && !required)('console in a browser', () => {
  let browser: Browser
  let large: FakeServer
  const opened: WatchedPage[] = []
  const servers: FakeServer[] = []

  beforeAll(async () => {
    if (!existsSync(join(page, 'index.html'))) throw new Error('The console is not built: npm run build')
    browser = await startBrowser()
    large = await startFakeServer({ hosts: 1000, instances: 10_000, speed: 60, page })
  })
  afterEach(async () => {
    for (const { context } of opened.splice(0)) await context.close()
    for (const server of servers.splice(0)) await server.close()
  })
  afterAll(async () => {
    await browser?.close()
    await large?.close()
  })

  async function small(options: FakeServerOptions = {}): Promise<FakeServer> {
    const server = await startFakeServer({ hosts: 24, instances: 300, speed: 60, page, ...options })
    servers.push(server)
    return server
  }
  async function open(server: FakeServer, options: Parameters<typeof watchedPage>[2] = {}): Promise<WatchedPage> {
    const watched = await watchedPage(browser, server.url, options)
    opened.push(watched)
    return watched
  }
  const heading = (tab: Page, name: string) => tab.getByRole('heading', { level: 1, name, exact: true })
  /** For the documentation, where a directory is named. */
  const picture = async (part: Page | Locator, name: string) => {
    const directory = process.env['GLEANER_PICTURES']
    if (directory === undefined) return
    mkdirSync(directory, { recursive: true })
    await part.screenshot({ path: join(directory, `${name}.png`) })
  }

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    it.each([
      ['/', 'Overview', 'Where the capacity is'],
      ['/hosts', 'Hosts', '1,000 hosts'],
      ['/hosts/node-0005', 'node-0005', 'Its ledger'],
      ['/instances', 'Instances', '10,000 instances'],
      ['/instances/:proposed', ':name', 'What the rules say'],
      ['/estimates', 'Estimates', 'hosts that used more than expected'],
      ['/energy', 'Energy', 'As a table for billing'],
      ['/desktops', 'Desktops', 'can be lent now'],
      ['/desktops?desktop=dsk_node-1000', 'Desktops', 'foretold rightly'],
      ['/plan', 'Plan', 'Idleness'],
      ['/leases', 'Leases', 'Calendar file'],
      ['/preemption', 'Preemption', 'Lent of what is sold'],
      ['/rules', 'Rules', 'Ready-made rules'],
      ['/rules/rule_1', 'night-suspend', 'different ones over the past day'],
      ['/rules/new', 'New rule', 'What matches appears here while you type'],
      ['/history', 'History', 'Cause'],
      ['/problems', 'Problems', 'What to do:'],
      ['/notifications', 'Notifications', 'shop-owners@example.org'],
      ['/settings', 'Settings', 'What is configured'],
      ['/users', 'Users', 'waits for you'],
      ['/tokens', 'Tokens', 'API tokens'],
      ['/audit', 'Audit', 'Search'],
      ['/connect', 'Connect your cloud', 'kind: libvirt'],
      ['/nowhere', '', 'There is no such page'],
    ])('shows %s without a fault and accessibly', async (path, title, content) => {
      const { page: tab, faults } = await open(large, { theme })
      const proposal = large.state.plan().proposals[0]
      await tab.goto(path.replace(':proposed', encodeURIComponent(proposal?.instanceId ?? '')))
      if (title !== '') await heading(tab, title.replace(':name', proposal?.instance ?? '')).waitFor()
      await tab.getByText(content).first().waitFor()
      await expect.poll(() => tab.locator('.g-skeleton').count(), { timeout: 10_000 }).toBe(0)
      expect(await accessibilityViolations(tab)).toEqual([])
      expect(faults).toEqual([])
    })
  })

  it('shows an eviction from its approval on, by keyboard alone, and a rehearsal', async () => {
    const { page: tab, faults } = await open(await small())
    await tab.goto('/')
    await heading(tab, 'Overview').waitFor()
    await tab.keyboard.press('g')
    await tab.keyboard.press('v')
    await heading(tab, 'Preemption').waitFor()
    const decision = tab.getByRole('button', { name: 'open: the decision for big-1' }).first()
    await decision.focus()
    await tab.keyboard.press('Enter')
    const dialog = tab.getByRole('dialog', { name: 'Room for big-1' })
    await dialog.getByText('dearer 12').waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await dialog.getByRole('button', { name: 'Approve that they leave' }).focus()
    await tab.keyboard.press('Enter')
    await dialog.getByText('owners told').waitFor()
    await tab.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(new URL(tab.url()).searchParams.get('decision')).toBeNull()
    await tab.getByRole('region', { name: 'Evicted instances' }).getByText('No host has room for').waitFor()
    const rehearse = tab.getByRole('button', { name: /^Test eviction of / }).and(tab.locator(':enabled'))
    const name = ((await rehearse.first().getAttribute('aria-label')) ?? '').replace('Test eviction of ', '')
    await rehearse.first().focus()
    await tab.keyboard.press('Enter')
    await tab.getByText(`${name}: the owner is told`).waitFor()
    await tab.getByRole('region', { name: 'Decisions to evict' }).getByText('a test by ada').waitFor()
    expect(faults).toEqual([])
  })

  it('moves through thousands of leases by keyboard, and opens one from the calendar', async () => {
    const { page: tab, faults } = await open(large)
    await tab.goto('/leases')
    const calendar = tab.getByRole('region', { name: /^Calendar of 1,000 hosts, / })
    await calendar.focus()
    const bars = calendar.locator('.g-cal__bar')
    await bars.first().waitFor()
    // Only the rows in sight are in the document, whatever the number of hosts.
    expect(await calendar.locator('.g-cal__line').count()).toBeLessThan(60)
    await tab.keyboard.press('-')
    await expect.poll(() => new URL(tab.url()).searchParams.get('zoom')).toBe('month')
    await tab.keyboard.press('+')
    await expect.poll(() => new URL(tab.url()).searchParams.get('zoom')).toBe('week')
    const before = Number(new URL(tab.url()).searchParams.get('at'))
    await tab.keyboard.press('ArrowRight')
    await expect.poll(() => Number(new URL(tab.url()).searchParams.get('at')) - before).toBe((7 * 86_400_000) / 4)
    await tab.keyboard.press('t')
    await expect.poll(() => new URL(tab.url()).searchParams.get('at')).toBeNull()
    const bar = calendar.getByRole('button').first()
    const words = (await bar.getAttribute('aria-label')) ?? ''
    expect(words).toMatch(/^[a-z-]+-\d+ of [a-z-]+, (active|pending), .* to .*, on node-\d+$/)
    await bar.focus()
    await tab.keyboard.press('Enter')
    await tab
      .getByRole('dialog', { name: words.split(' ')[0] ?? '' })
      .getByText('What happens when')
      .waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    expect(faults).toEqual([])
  })

  it('tells what is left of the quota of the project that is written in the form', async () => {
    const { page: tab, faults } = await open(large)
    await tab.goto('/leases')
    await tab.getByRole('button', { name: 'Reserve hosts' }).click()
    const form = tab.getByRole('dialog', { name: 'Reserve hosts' })
    await form.getByLabel('Project').fill('websh')
    const left = form.getByRole('status', { name: 'What is left of the quota' })
    expect(await left.count()).toBe(0)
    await form.getByLabel('Project').fill('webshop')
    await left.getByText('50 of 200 host-hours are left in that week; 7d at most').waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    expect(faults).toEqual([])
  })

  it('explains each segment of the ledger to the keyboard, and leads to the hosts behind it', async () => {
    const { page: tab } = await open(large)
    await tab.goto('/')
    const idle = tab.getByRole('link', { name: /^Cores, idle: / })
    await idle.focus()
    await tab.getByText('This is what can be gleaned.').waitFor()
    await idle.press('Enter')
    await heading(tab, 'Hosts').waitFor()
    expect(new URL(tab.url()).search).toBe('?resource=cores&by=idle')
    const amounts = await tab.getByRole('table', { name: 'Hosts' }).locator('.g-meter .g-num').allTextContents()
    const values = amounts.map((text) => Number.parseFloat(text))
    expect(values.length).toBeGreaterThan(5)
    expect(values).toEqual(values.toSorted((a, b) => b - a))
  })

  it('searches 10,000 instances by address and keyboard, and draws only the rows in sight', async () => {
    const { page: tab, faults } = await open(large)
    await tab.goto('/')
    await heading(tab, 'Overview').waitFor()
    await tab.keyboard.press('/')
    const search = tab.getByRole('searchbox', { name: 'Search instances' })
    await expect.poll(() => search.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
    await tab.keyboard.type('webshop build')
    const expected = large.state.world.instances.filter((i) => i.project === 'webshop' && i.name.startsWith('build'))
    await tab.getByText(`${expected.length} instances`, { exact: true }).waitFor()
    expect(new URL(tab.url()).searchParams.get('search')).toBe('webshop build')
    await tab.reload()
    await tab.getByText(`${expected.length} instances`, { exact: true }).waitFor()
    expect(await search.inputValue()).toBe('webshop build')

    await search.fill('')
    const table = tab.getByRole('table', { name: 'Instances' })
    await tab.getByText('10,000 instances', { exact: true }).waitFor()
    expect(await table.getAttribute('aria-rowcount')).toBe('10001')
    const scroller = tab.getByRole('region', { name: 'Instances, scrollable' })
    await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    const names = large.state.world.instances.map((i) => i.name)
    const last = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) ?? ''
    await table.getByRole('link', { name: last, exact: true }).waitFor()
    expect(await table.getByRole('row').count()).toBeLessThan(60)
    expect(faults).toEqual([])
  })

  it('filters by chips and by what a row shows, and shows how to widen an empty search', async () => {
    const { page: tab } = await open(large)
    await tab.goto('/instances?state=suspended')
    const suspended = large.state.world.instances.filter((i) => i.state === 'suspended')
    await tab.getByText(`${suspended.length} instances`, { exact: true }).waitFor()
    await tab.getByRole('table').getByRole('button', { name: 'genomics' }).first().click()
    const both = suspended.filter((i) => i.project === 'genomics')
    await tab.getByText(`${both.length} instances`, { exact: true }).waitFor()
    await tab.getByRole('button', { name: 'Remove the filter project genomics' }).click()
    await tab.getByText(`${suspended.length} instances`, { exact: true }).waitFor()
    await tab.goto('/instances?search=no-such-thing')
    await tab.getByRole('button', { name: 'Show all' }).click()
    await tab.getByText('10,000 instances', { exact: true }).waitFor()
  })

  it('goes everywhere by keyboard and lists the keys', async () => {
    const { page: tab } = await open(large)
    await tab.goto('/')
    await heading(tab, 'Overview').waitFor()
    for (const [key, name] of [
      ['h', 'Hosts'],
      ['i', 'Instances'],
      ['e', 'Estimates'],
      ['p', 'Plan'],
      ['r', 'Rules'],
      ['y', 'History'],
      ['b', 'Problems'],
      ['s', 'Settings'],
      ['u', 'Users'],
      ['t', 'Tokens'],
      ['a', 'Audit'],
      ['c', 'Connect your cloud'],
      ['o', 'Overview'],
    ] as const) {
      await tab.keyboard.press('g')
      await tab.keyboard.press(key)
      await heading(tab, name).waitFor()
    }
    await tab.keyboard.press('?')
    const help = tab.getByRole('dialog', { name: 'Keys and words' })
    await help.waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await tab.keyboard.press('Tab')
    await tab.keyboard.press('Tab')
    const outline = await tab.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    expect(outline).not.toBe('none')
  })

  it('approves a proposal and shows it happen, live, down to the log strip', async () => {
    const server = await small({ stepMs: 200 })
    const { page: tab, faults } = await open(server)
    await tab.goto('/plan?show=awaiting-approval')
    const proposal = server.state.proposals.find((p) => p.state === 'awaiting-approval')
    const name = proposal?.instance ?? ''
    const choose = tab.getByRole('checkbox', { name: `Choose: Suspend ${name}` })
    await choose.focus()
    await tab.keyboard.press('Space')
    const bar = tab.getByRole('region', { name: 'Decide on the chosen proposals' })
    expect(await accessibilityViolations(tab)).toEqual([])
    await bar.getByRole('button', { name: 'Approve 1' }).click()
    await tab.getByText('1 proposal approved.').waitFor()
    await choose.waitFor({ state: 'detached' })
    await tab.getByRole('region', { name: 'Latest actions' }).getByText(`night-suspend: suspend ${name}`).waitFor()
    await tab.goto(`/instances/${encodeURIComponent(proposal?.instanceId ?? '')}`)
    await tab.getByRole('button', { name: 'Resume' }).click()
    await tab.getByText('running', { exact: false }).first().waitFor()
    await tab.getByRole('button', { name: 'Keep it …' }).click()
    await tab.getByLabel('For', { exact: true }).selectOption('7d')
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.getByRole('button', { name: 'Keep it', exact: true }).click()
    await tab.getByText(/^Kept by ada, ends/).waitFor()
    await tab.getByRole('button', { name: 'End it now' }).click()
    await tab.getByText(/^Kept by ada/).waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('refuses proposals for a stated time', async () => {
    const server = await small()
    const { page: tab } = await open(server)
    await tab.goto('/plan?show=held')
    await tab.getByRole('checkbox', { name: /^all / }).check()
    await tab.getByRole('button', { name: /^Refuse \d+ …$/ }).click()
    await tab.getByLabel('Leave alone for').selectOption('7d')
    await tab.getByRole('button', { name: 'Refuse', exact: true }).click()
    await tab.getByText(/proposals? refused\./).waitFor()
    expect(server.state.proposals.filter((p) => p.state === 'held')).toEqual([])
  })

  it('completes names, puts a fault under its characters, and previews while one writes', async () => {
    const server = await small()
    const { page: tab, faults } = await open(server)
    await tab.goto('/rules/new')
    const field = tab.getByLabel('When (a CEL expression)')
    await field.click()
    await tab.keyboard.type('shareB')
    await tab.getByRole('option', { name: /^shareBelow/ }).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.keyboard.press('Enter')
    expect(await field.inputValue()).toBe('shareBelow(')
    await tab.keyboard.type('"cpu", 0.03, duration("24h")) >= 0.97 && cpuu > 0.0')
    await tab.getByText('column 53: field "cpuu" does not exist').waitFor()
    expect(await tab.locator('.g-editor__faults mark').textContent()).toBe('cpuu')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    const [mark, area] = await Promise.all([tab.locator('.g-editor__faults mark').boundingBox(), field.boundingBox()])
    expect(mark?.x ?? 0).toBeGreaterThan((area?.x ?? 0) + 300)
    await field.fill('shareBelow("cpu", 0.03, duration("24h")) >= 0.97')
    await tab.getByText('different ones over the past day').waitFor()
    await tab.getByRole('heading', { name: 'Nearly matched, because' }).waitFor()
    await tab.getByLabel('Name', { exact: true }).fill('quiet-nights')
    await tab.getByRole('button', { name: 'Save the rule' }).click()
    await heading(tab, 'quiet-nights').waitFor()
    const saved = [...server.state.rules.values()].find((rule) => rule.definition.name === 'quiet-nights')
    expect(saved?.definition).toMatchObject({ action: 'suspend', mode: 'observe', grace: '10m', covers: {} })
    await tab.getByLabel('After a notice of').fill('45m')
    await tab.getByRole('button', { name: 'Save', exact: true }).click()
    await tab.getByText('Revision 2').first().waitFor()
    await tab.getByRole('button', { name: 'Delete …' }).click()
    await tab.getByRole('button', { name: 'Delete quiet-nights for good' }).click()
    await heading(tab, 'Rules').waitFor()
    expect(faults).toEqual([])
  })

  it('starts from a ready-made rule and keeps rules of the file as they are', async () => {
    const server = await small()
    const { page: tab } = await open(server)
    await tab.goto('/rules')
    await tab.getByRole('link', { name: 'Begin with it: idle-after-google' }).click()
    await heading(tab, 'New rule').waitFor()
    await expect.poll(() => tab.getByLabel('Name', { exact: true }).inputValue()).toBe('idle-after-google')
    await tab.goto('/rules/rule_2')
    await tab.getByText('It stands in the configuration file').waitFor()
    expect(await tab.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    expect(await tab.getByRole('button', { name: 'Delete …' }).count()).toBe(0)
  })

  it('shows where notices go, and tries a channel', async () => {
    const { page: tab, faults } = await open(await small())
    await tab.goto('/notifications')
    await tab.getByText('Is told of announced, failed.').waitFor()
    await tab.getByRole('button', { name: 'Send a test message to webhook:room' }).click()
    await tab.getByText('It was taken.').waitFor()
    await tab.getByRole('button', { name: 'Send a test message to mail:shop' }).click()
    await tab.getByText('It was not taken: ECONNREFUSED.').waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await picture(tab, 'notifications')
    expect(faults).toEqual([])
  })

  it('opts a project out for a time with a reason, ends that, and limits the rules in another', async () => {
    const { page: tab, faults } = await open(await small())
    await tab.goto('/rules')
    const panel = tab.getByRole('table', { name: 'What holds for the rules in each project' })
    await panel.getByText('exams – ada').waitFor()
    const [first = '', second = ''] = await panel.locator('strong').allTextContents()
    await panel.getByRole('button', { name: `End it: the opt-out of ${first}` }).click()
    await panel.getByText('exams – ada').waitFor({ state: 'detached' })
    await panel.getByRole('button', { name: `Opt out ${second}` }).click()
    await panel.getByLabel(`How long ${second} is opted out`).selectOption('90 days')
    await panel.getByLabel(`Why ${second} is opted out`).fill('the thesis of Grace')
    expect(await accessibilityViolations(tab)).toEqual([])
    await panel.getByRole('button', { name: 'Opt out', exact: true }).click()
    await panel.getByText(/the thesis of Grace – /).waitFor()
    await panel.getByLabel(`Severest action in ${second}`).selectOption('pause')
    await panel.getByLabel(`Least grace in ${first}`).fill('3d')
    await panel.getByRole('button', { name: 'Save' }).click()
    await panel.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    await tab.reload()
    expect(await panel.getByLabel(`Severest action in ${second}`).inputValue()).toBe('pause')
    expect(await panel.getByLabel(`Least grace in ${first}`).inputValue()).toBe('3d')
    await picture(panel, 'projects')
    expect(faults).toEqual([])
  })

  it('pauses everything with a reason, shows it on every page, and goes on', async () => {
    const server = await small()
    const { page: tab } = await open(server)
    await tab.goto('/hosts')
    await tab.getByRole('button', { name: 'Pause everything' }).click()
    await tab.getByLabel('Why (everybody sees it)').fill('storage upgrade')
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.getByRole('dialog').getByRole('button', { name: 'Pause everything' }).click()
    await tab.getByText('Everything is paused: storage upgrade.').waitFor()
    await tab.getByText('Paused by ada').waitFor()
    expect(server.state.paused?.reason).toBe('storage upgrade')
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.getByRole('button', { name: 'Go on' }).click()
    await tab.getByRole('button', { name: 'Pause everything' }).waitFor()
  })

  it('moves idleness from observe to advise with one click', async () => {
    const server = await small()
    const { page: tab } = await open(server)
    await tab.goto('/')
    await tab.getByRole('button', { name: 'Let idleness propose, for you to approve' }).click()
    await tab.getByText('Everything is in observe', { exact: false }).waitFor({ state: 'detached' })
    expect(server.state.modes.get('idleness')).toBe('advise')
  })

  it('counts in the clock of the server, not in that of the viewer', async () => {
    const server = await small({ speed: 3600 })
    const { page: tab } = await open(server)
    await tab.goto('/history')
    await tab.getByText('simulated ×3,600').waitFor()
    const first = tab.getByRole('table', { name: 'History' }).getByRole('row').nth(1).locator('time')
    const minutes = async () => {
      const match = /(\d+)\s(min|h|d)/.exec((await first.textContent()) ?? '')
      return Number(match?.[1]) * ({ min: 1, h: 60, d: 1440 }[match?.[2] ?? ''] ?? Number.NaN)
    }
    const before = await minutes()
    await expect.poll(minutes, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + 120)
  })

  it('asks for a token when nobody is known, says what is wrong with a bad one, and lets a good one in', async () => {
    const server = await small({ anonymous: false })
    const { page: tab, faults } = await open(server, { expectStatus: [401] })
    await tab.goto('/instances')
    await heading(tab, 'Log in').waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.getByLabel('Access token').fill('wrong')
    await tab.getByRole('button', { name: 'Log in' }).click()
    await tab.getByText('gleaner tokens create makes one', { exact: false }).waitFor()
    await tab.getByLabel('Access token').fill(fakeToken)
    await tab.getByRole('button', { name: 'Log in' }).click()
    await heading(tab, 'Instances').waitFor()
    await tab.getByText('live', { exact: true }).waitFor()
    await tab.getByRole('button', { name: 'Log out' }).click()
    await heading(tab, 'Log in').waitFor()
    expect(faults).toEqual([])
  })

  it('says when the server is away, keeps what it knew, and is live again by itself', async () => {
    const server = await small()
    const port = Number(new URL(server.url).port)
    const { page: tab } = await open(server)
    await tab.goto('/')
    await tab.getByText('live', { exact: true }).waitFor()
    // The connection may be there before the page has what it is to keep.
    await heading(tab, 'Overview').waitFor()
    await server.close()
    servers.splice(0)
    await tab.getByText('reconnecting', { exact: true }).waitFor()
    await heading(tab, 'Overview').waitFor()
    await small({ port })
    await tab.getByText('live', { exact: true }).waitFor({ timeout: 40_000 })
  })

  it('follows the system until a theme is chosen, then keeps the choice', async () => {
    const { page: tab } = await open(large, { theme: 'dark' })
    const isDark = () => tab.evaluate(`document.documentElement.classList.contains('pf-v6-theme-dark')`)
    await tab.goto('/')
    expect(await isDark()).toBe(true)
    await tab.getByRole('button', { name: 'Light' }).click()
    expect(await isDark()).toBe(false)
    await tab.reload()
    await heading(tab, 'Overview').waitFor()
    expect(await isDark()).toBe(false)
    await tab.getByRole('button', { name: 'As the system' }).click()
    expect(await isDark()).toBe(true)
  })

  it('gives every chart its table twin', async () => {
    const { page: tab } = await open(large)
    await tab.goto('/hosts/node-0005')
    await tab.getByRole('img', { name: /^CPU of node-0005/ }).waitFor()
    const twins: readonly (readonly [panel: string, table: string, rows: number])[] = [
      ['Usage', 'CPU of node-0005', 200],
      ['What it will use', 'Cores of node-0005: capacity, sold, used and expected', 160],
    ]
    for (const [panel, table, rows] of twins) {
      await tab.getByRole('region', { name: panel }).getByRole('button', { name: 'As table' }).click()
      expect(await tab.getByRole('table', { name: table }).getByRole('row').count()).toBeGreaterThan(rows)
    }
    expect(await accessibilityViolations(tab)).toEqual([])
  })

  it('stays usable on a narrow screen', async () => {
    const { page: tab } = await open(large, { width: 420 })
    await tab.goto('/')
    await heading(tab, 'Overview').waitFor()
    await tab.getByText('Where the capacity is').waitFor()
    expect(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
    await tab.getByRole('button', { name: 'Pause everything' }).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
  })
})
