// Pictures for the documentation: taken where GLEANER_PICTURES names a directory, and nowhere else.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'

export async function picture(part: Page | Locator, name: string): Promise<void> {
  const directory = process.env['GLEANER_PICTURES']
  if (directory === undefined) return
  mkdirSync(directory, { recursive: true })
  await part.screenshot({ path: join(directory, `${name}.png`) })
}
