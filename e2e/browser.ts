// The distribution's Chromium for tests and benches of the console: found by path, started without touching the network.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const candidates = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].filter((path) => path !== undefined)

export const chromiumPath: string | undefined = candidates.find((path) => existsSync(path))

export const noBrowser =
  'no Chromium was found: install it (Debian: apt-get install chromium), or name it with CHROMIUM=/path'

export async function startBrowser(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(noBrowser)
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
