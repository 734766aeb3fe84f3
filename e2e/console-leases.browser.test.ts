// Leases and messages on the console's development server, in a real browser: what a developer sees who has no cloud.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, startFakeServer } from '../packages/console/dev/fake-server.ts'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { root } from './process.ts'
import { type WatchedPage, watchedPage } from './watched-page.ts'

const page = join(root, 'packages/console/dist')
const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`leases on the development server: skipped, ${noBrowser}`)

describe.skipIf(chromiumPath === undefined && !required)('leases and messages on the development server', () => {
  let browser: Browser
  let server: FakeServer
  const opened: WatchedPage[] = []

  beforeAll(async () => {
    browser = await startBrowser()
    server = await startFakeServer({ hosts: 24, instances: 300, speed: 60, page })
  })
  afterEach(async () => {
    for (const { context } of opened.splice(0)) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  async function open(): Promise<WatchedPage> {
    const watched = await watchedPage(browser, server.url)
    opened.push(watched)
    return watched
  }
  const heading = (tab: Page, name: string) => tab.getByRole('heading', { level: 1, name, exact: true })

  it('shows older messages of a channel as one scrolls to them', async () => {
    const { page: tab, faults } = await open()
    await tab.goto('/notifications')
    await tab.getByRole('link', { name: /^All 242\smessages to webhook:room$/ }).click()
    await heading(tab, 'webhook:room').waitFor()
    const messages = tab.getByRole('table', { name: 'Messages to webhook:room' })
    await messages
      .getByRole('row', { name: /ci-runner-2 could not be stopped\. refused, tried once it answers 422/ })
      .waitFor()
    expect(await messages.getByText(/^job-1 will/).count()).toBe(0)
    await tab.getByRole('region', { name: 'Messages to webhook:room, scrollable' }).focus()
    await tab.keyboard.press('End')
    await messages.getByText(/^job-1 will be suspended not before/).waitFor()
    await tab.getByRole('link', { name: 'Notifications', exact: true }).first().click()
    await heading(tab, 'Notifications').waitFor()
    expect(faults).toEqual([])
  })

  it('plans leases that recur, makes and calls off those to come, and confirms one that is held', async () => {
    const { page: tab, faults } = await open()
    await tab.goto('/leases')
    const form = tab.getByRole('dialog', { name: 'Reserve hosts' })
    const begin = async (name: string) => {
      await tab.getByRole('button', { name: 'Reserve hosts' }).click()
      await form.getByLabel('Name', { exact: true }).fill(name)
      await form.getByLabel('Project').fill('webshop')
    }
    const openLease = async (name: string) => {
      await form.waitFor({ state: 'detached' })
      await tab.getByRole('table', { name: 'Leases' }).getByRole('button', { name }).first().click()
    }
    await begin('course')
    await form.getByLabel('Repeat', { exact: true }).selectOption('every day')
    await form.getByLabel('How many times').fill('3')
    await form.getByText('All 3 times can be had.').waitFor()
    await form.getByRole('button', { name: 'Reserve', exact: true }).click()
    await openLease('course 2')
    const series = tab.getByRole('region', { name: 'The series' })
    await series.getByRole('button', { name: 'Call off all of the series that have not begun' }).click()
    await series.getByRole('button', { name: 'Yes, call off all to come' }).click()
    await series.getByText(/^3\sleases called off\.$/).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await tab.keyboard.press('Escape')
    await begin('maybe')
    await form.getByRole('button', { name: 'Room for instances' }).click()
    await form.getByLabel('GiB of disk of each').fill('20')
    const [later] = new Date(server.state.nowMs() + 86_400_000).toISOString().split(':')
    await form.getByLabel('From', { exact: true }).fill(`${later}:00`)
    await form.getByLabel('Only hold it until it is confirmed').check()
    await form.getByRole('button', { name: 'Hold', exact: true }).click()
    await openLease('maybe')
    const lease = tab.getByRole('dialog', { name: 'maybe' })
    await lease.getByText(/^room for 1\sinstance of 2 vCPU, 4\sGiB and 20\sGiB of disk$/).waitFor()
    await lease.getByRole('button', { name: 'Confirm' }).click()
    await lease.getByText('pending', { exact: true }).waitFor()
    expect(faults).toEqual([])
  })
})
