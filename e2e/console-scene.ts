// The console in a real browser, on the development server of the console. What a test opens is closed after it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type FakeServer, type FakeServerOptions, startFakeServer } from '../packages/console/dev/fake-server.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { root } from './process.ts'
import { type WatchedPage, watchedPage } from './watched-page.ts'

const page = join(root, 'packages/console/dist')
const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
export const isSkipped = chromiumPath === undefined && !required
if (isSkipped) console.warn(`console in a browser: skipped, ${noBrowser}`)

let browser: Browser
/** 1,000 hosts and 10,000 instances, for all tests of a file; once it was begun with it. */
export let large: FakeServer
const opened: WatchedPage[] = []
const servers: FakeServer[] = []

export async function begin(): Promise<void> {
  if (!existsSync(join(page, 'index.html'))) throw new Error('The console is not built: npm run build')
  browser = await startBrowser()
}

export async function beginLarge(): Promise<void> {
  await begin()
  large = await startFakeServer({ hosts: 1000, instances: 10_000, speed: 60, page })
}

export async function closeOpened(): Promise<void> {
  for (const { context } of opened.splice(0)) await context.close()
  for (const server of servers.splice(0)) await server.close()
}

export async function end(): Promise<void> {
  await browser?.close()
  await large?.close()
}

export async function small(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer({ hosts: 24, instances: 300, speed: 60, page, ...options })
  servers.push(server)
  return server
}

/** Before the test is over. */
export async function stop(server: FakeServer): Promise<void> {
  servers.splice(servers.indexOf(server), 1)
  await server.close()
}

export async function open(server: FakeServer, options: Parameters<typeof watchedPage>[2] = {}): Promise<WatchedPage> {
  const watched = await watchedPage(browser, server.url, options)
  opened.push(watched)
  return watched
}

export const heading = (tab: Page, name: string) => tab.getByRole('heading', { level: 1, name, exact: true })
