// A page of the console that keeps account of what must never happen: an error in the console, a request to anywhere but
// the server, anything the content security policy refuses.
import type { Browser, BrowserContext, Page } from 'playwright-core'

export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong so far. */
  readonly faults: string[]
}

interface WatchOptions {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  /** Of the viewer; else that of this machine. */
  readonly timeZone?: string
  /** Answers with these statuses are part of the test and leave a line in the console that is no fault. */
  readonly expectStatus?: readonly number[]
}

export async function watchedPage(browser: Browser, baseUrl: string, options: WatchOptions = {}): Promise<WatchedPage> {
  const { theme = 'light', width = 1440, timeZone, expectStatus = [] } = options
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    baseURL: baseUrl,
    ...(timeZone === undefined ? {} : { timezoneId: timeZone }),
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() !== 'error' && message.type() !== 'warning') return
    if (expectStatus.some((status) => text.includes(`status of ${status}`))) return
    faults.push(`${message.type()}: ${text}`)
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(baseUrl) && !url.startsWith('data:') && !url.startsWith('blob:')) faults.push(`outside: ${url}`)
  })
  return { page, context, faults }
}
