// The console in a real browser, against a generated cloud of 1,000 hosts and 10,000 instances that the console's own
// development server answers from. Every page in both themes passes the accessibility check, logs no error, asks nobody but
// its server, and lives under the content security policy.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fakeToken } from '../packages/console/dev/handlers/ada.ts'
import { accessibilityViolations } from './accessibility.ts'
import { beginLarge, closeOpened, end, heading, isSkipped, large, open, small, stop } from './console-scene.ts'

describe.skipIf(isSkipped)('console in a browser', () => {
  beforeAll(beginLarge)
  afterEach(closeOpened)
  afterAll(end)

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
      ['/notifications/webhook%3Aroom', 'webhook:room', '242 messages'],
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

  it('explains each segment of the ledger to the keyboard, and leads to the hosts behind it', async () => {
    const { page: tab } = await open(large)
    await tab.goto('/')
    const idle = tab.getByRole('link', { name: /^Cores, idle: / })
    await idle.focus()
    await tab.getByText('This is what can be gleaned.').waitFor()
    await idle.press('Enter')
    await heading(tab, 'Hosts').waitFor()
    expect(new URL(tab.url()).search).toBe('?resource=cores&by=idle')
    const amounts = tab.getByRole('table', { name: 'Hosts' }).locator('.g-meter .g-num')
    // The heading is there before the rows are.
    await expect.poll(() => amounts.count()).toBeGreaterThan(5)
    const values = (await amounts.allTextContents()).map((text) => Number.parseFloat(text))
    expect(values).toEqual(values.toSorted((a, b) => b - a))
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
    await stop(server)
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
