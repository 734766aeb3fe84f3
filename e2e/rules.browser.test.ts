// A rule of several steps, built through the form of the real console against the real server: what it would do where a project
// has terms of its own, and what was saved.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityViolations } from './accessibility.ts'
import { chromiumPath, noBrowser, startBrowser } from './browser.ts'
import { picture } from './picture.ts'
import { type ConfiguredServer, startConfigured } from './start-configured.ts'
import { watchedPage } from './watched-page.ts'

const required = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
if (chromiumPath === undefined && !required) console.warn(`rules in a browser: skipped, ${noBrowser}`)

describe.skipIf(chromiumPath === undefined && !required)('rules in a browser', () => {
  let browser: Browser
  let server: ConfiguredServer

  beforeAll(async () => {
    browser = await startBrowser()
    server = await startConfigured(
      'clouds: [{ id: sim, kind: simulated, seed: 7, hosts: 6, instances: 24, projects: 2, desktops: 0 }]\nanonymous: administrator\nmodes: { idleness: advise }\n',
    )
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it('builds a chain step by step, and tells where projects hold it back', async () => {
    const { items } = await server.read<{ items: { id: string; name: string; instances: number }[] }>(
      '/api/v1/projects',
    )
    const held = items.toSorted((a, b) => b.instances - a.instances)[0]
    await server.send('PUT', `/api/v1/projects/${held?.id}/limits`, { grace: '7d', strongest: 'suspend' })
    const { page: tab, context, faults } = await watchedPage(browser, server.url)
    await tab.goto('/rules/new')
    await tab.getByLabel('Name', { exact: true }).fill('forgotten')
    await tab.getByLabel('Then', { exact: true }).first().selectOption('notify')
    await tab.getByLabel('After a notice of').first().fill('3d')
    await tab.getByLabel('Mode').selectOption('enforce')
    await tab.getByLabel('When (a CEL expression)').fill('instance.state == "running"')
    const steps = tab.getByRole('group', { name: 'Later steps' })
    const add = steps.getByRole('button', { name: 'Add a later step' })
    await add.click()
    await add.click()
    const after = steps.getByLabel('After', { exact: true })
    const then = steps.getByLabel('Then')
    const notice = steps.getByLabel('After a notice of')
    const chain = [
      { after: '2d', action: 'suspend', grace: '1d' },
      { after: '14d', action: 'delete', grace: '10d' },
    ] as const
    for (const [nth, step] of chain.entries()) {
      await after.nth(nth).fill(step.after)
      await then.nth(nth).selectOption(step.action)
      await notice.nth(nth).fill(step.grace)
    }
    const reach = tab.getByRole('region', { name: 'How far it would go' })
    await reach.getByText('Under advise, the mode of idleness, though it is written for enforce.').waitFor()
    const terms = `notify after a notice of 7d, not 3d; suspend after a notice of 7d, not 1d; no delete.`
    await reach.getByText(new RegExp(`^In ${held?.name} \\(\\d+\\smatch(es)?\\): ${terms}$`)).waitFor()
    expect(await accessibilityViolations(tab)).toEqual([])
    await steps.scrollIntoViewIfNeeded()
    await picture(tab, 'rules')
    await tab.getByRole('button', { name: 'Save the rule' }).click()
    await tab.getByRole('heading', { level: 1, name: 'forgotten' }).waitFor()
    const saved = await server.read<{ definition: { steps: unknown; grace: string; mode: string } }>(
      '/api/v1/rules/forgotten',
    )
    expect(saved.definition).toMatchObject({ action: 'notify', grace: '3d', mode: 'enforce', steps: chain })

    // One step less, and it is so afterwards.
    await steps.getByRole('button', { name: 'Remove step 3' }).click()
    await tab.getByRole('button', { name: /^Save/ }).click()
    await expect
      .poll(async () => (await server.read<typeof saved>('/api/v1/rules/forgotten')).definition.steps)
      .toEqual(chain.slice(0, 1))

    // In the list it is no rule that only tells.
    await tab.goto('/rules')
    const row = tab.getByRole('row').filter({ has: tab.getByRole('link', { name: 'forgotten', exact: true }) })
    await row.getByText('then suspend, 2d later').waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  it('says what is wrong with a step, and saves nothing', async () => {
    const { page: tab, context, faults } = await watchedPage(browser, server.url, { expectStatus: [400] })
    await tab.goto('/rules/new')
    await tab.getByLabel('Name', { exact: true }).fill('backwards')
    await tab.getByLabel('When (a CEL expression)').fill('instance.state == "running"')
    const steps = tab.getByRole('group', { name: 'Later steps' })
    await tab.getByLabel('Then', { exact: true }).first().selectOption('stop')
    await steps.getByRole('button', { name: 'Add a later step' }).click()
    await steps.getByLabel('Then').selectOption('suspend')
    await steps.locator('.g-fault').first().waitFor()
    expect((await steps.locator('.g-fault').first().textContent())?.length).toBeGreaterThan(10)
    expect(
      (await server.read<{ items: { definition: { name: string } }[] }>('/api/v1/rules')).items.map(
        ({ definition }) => definition.name,
      ),
    ).not.toContain('backwards')
    expect(faults).toEqual([])
    await context.close()
  })
})
