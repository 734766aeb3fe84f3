// What the console tells of connecting a cloud: lines that the server takes as they are.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '@gleaner/server'
import { begin, closeOpened, end, heading, isSkipped, open, small } from './console-scene.ts'

describe.skipIf(isSkipped)('connecting a cloud, in a browser', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gleaner-connect-'))
  // What the lines for OpenNebula name.
  writeFileSync(join(directory, 'one_auth'), 'gleaner:password')
  beforeAll(begin)
  afterEach(closeOpened)
  afterAll(async () => {
    await end()
    rmSync(directory, { recursive: true })
  })

  it.each(['libvirt', 'OpenStack', 'OpenNebula'])('shows lines for %s that are a configuration', async (name) => {
    const { page: tab, faults } = await open(await small())
    await tab.goto('/connect')
    await heading(tab, 'Connect your cloud').waitFor()
    await tab.getByRole('button', { name, exact: true }).click()
    const lines = await tab.getByRole('region', { name: `Lines for ${name}` }).textContent()
    const { clouds } = parseConfig(lines ?? '', join(directory, 'gleaner.yaml'), { environment: {}, directory })
    expect(clouds.map(({ kind }) => kind)).toEqual([name.toLowerCase()])
    await tab.reload()
    await tab.getByRole('region', { name: `Lines for ${name}` }).waitFor()
    expect(faults).toEqual([])
  })
})
