// The report of the lab in a real browser: what it draws when a host is opened is what the dumps say, from one file alone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labEstimate, labGenerate, labReport } from '@gleaner/lab'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { watchedPage } from './watched-page.ts'

const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`the lab’s report in a browser: skipped, ${noBrowser}`)
const quiet = { print: () => undefined, progress: () => undefined, isTerminal: false }

describe.skipIf(chromiumPath === undefined && !required)('the lab’s report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-report-'))
  let browser: Browser
  let page: Page
  let faults: string[]

  beforeAll(async () => {
    const out = join(folder, 'out')
    const trace = labGenerate(
      { out: join(folder, 'day.csv'), format: 'table', scopes: 12, stepS: 300, instancesPerHost: 8, hosts: 2 },
      quiet,
    )
    await labEstimate({ traces: [trace], strategies: ['gleaner', 'nsigma', 'borg'], out, console: quiet })
    labReport(out, quiet)
    browser = await startBrowser()
    ;({ page, faults } = await watchedPage(browser, 'file://'))
    await page.goto(`file://${join(out, 'report.html')}`)
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const sections = () => page.locator('details.host')
  const drawn = (nth: number) => sections().nth(nth).locator('svg .line').count()

  it('draws the host that is open, and any other when it is opened', async () => {
    expect(await sections().count()).toBeGreaterThan(1)
    expect([await drawn(0), await drawn(1)]).toEqual([5 * 3 + 3, 0])
    await sections().nth(1).locator('summary').first().click()
    await expect.poll(() => drawn(1)).toBe(5 * 3 + 3)
    const paths = await sections()
      .nth(1)
      .locator('svg .line')
      .evaluateAll((all) => all.map((one) => one.getAttribute('d')))
    expect(paths.filter((path) => !/^M[\d.]+ [\d.]+[HL]/.test(path ?? ''))).toEqual([])
  })

  it('hides and shows a strategy in all of them', async () => {
    const lines = page.locator('.line[data-strategy="nsigma"]')
    const seen = () => lines.evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).length)
    expect(await seen()).toBe(10)
    await page.getByLabel('nsigma').uncheck()
    expect(await seen()).toBe(0)
    await sections().nth(2).locator('summary').first().click()
    await expect.poll(() => drawn(2)).toBe(5 * 3 + 3)
    expect(await seen()).toBe(0)
    await page.getByLabel('nsigma').check()
    expect(await seen()).toBe(15)
  })

  it('has axes for what is shown', async () => {
    const figure = sections().first().locator('figure').nth(2)
    const ticks = () => figure.locator('.axis text').allTextContents()
    const highest = async () => Number((await ticks()).at(-1))
    /** From above: a picture that fits its lines has one in its upper half. */
    const topOf = () =>
      figure.locator('.line:not(.hidden)').evaluateAll((all) => {
        const heights = all.flatMap((one) =>
          [...(one.getAttribute('d') ?? '').matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y)),
        )
        return Math.min(...heights)
      })
    const all = await highest()
    const names = ['gleaner', 'nsigma', 'borg']
    const alone = new Map<string, number>()
    for (const name of names) {
      for (const other of names) await page.getByLabel(other).setChecked(other === name)
      alone.set(name, await highest())
      expect(await topOf(), name).toBeLessThan(150)
    }
    expect(Math.max(...alone.values())).toBe(all)
    for (const name of names) await page.getByLabel(name).uncheck()
    expect(await highest()).toBeLessThan(all)
    for (const name of names) await page.getByLabel(name).check()
    expect(await highest()).toBe(all)
  })

  it('has under each figure the table of its values, the sums among them', async () => {
    const tables = sections().first().locator('details.values')
    const rowsOf = async (nth: number) => {
      await tables.nth(nth).locator('summary').click()
      const rows = tables.nth(nth).locator('tr')
      await expect.poll(() => rows.count()).toBeGreaterThan(1)
      return rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')))
    }
    const each = await rowsOf(1)
    const sums = await rowsOf(2)
    const at = each[0]?.indexOf('gleaner') ?? -1
    expect(each[0]).toEqual(['slice', ...(each[0]?.slice(1).toSorted() ?? [])])
    expect(each[1]?.[at]).toBe('–')
    let sum = 0
    for (const [nth, row] of each.slice(2).entries()) {
      sum += Number(row[at])
      expect(Number(sums[nth + 2]?.[at])).toBeCloseTo(sum, 2)
    }
    expect(sum).toBeGreaterThan(0)
  })

  it('tells the values under the pointer', async () => {
    const figure = sections().first().locator('figure').first()
    await figure.locator('svg').hover()
    await expect
      .poll(() => figure.locator('.readout').textContent())
      .toMatch(/ · usage P99 [\d.]+ · capacity [\d.]+ · .*gleaner [\d.]+/)
  })

  it('is one file that asks for nothing, and people can read', async () => {
    expect(await accessibilityViolations(page)).toEqual([])
    expect(faults).toEqual([])
    expect(readFileSync(join(folder, 'out', 'report.html'), 'utf8')).not.toMatch(/(src|href)=/)
  })
})
