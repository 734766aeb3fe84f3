// Addresses of services that Gleaner posts to, and the certificates they are verified with: checked when the configuration is
// read. In the clear only to this machine, unless that is said to be meant.
import { readFileSync } from 'node:fs'
import { isLoopback } from './listen.ts'
import type { Secret } from './schema-parts.ts'

type Path = readonly (string | number)[]

interface HookReading {
  readonly fault: (path: Path, detail: string) => void
  readonly secret: (value: Secret | undefined, path: Path) => string | undefined
}

/** Never shows the address: what stands in it may be all that is needed to post there. */
export function readHookUrl(
  hook: { readonly url: Secret; readonly plaintext?: boolean },
  { secret, fault, carries }: HookReading & { readonly carries: string },
): URL | undefined {
  const text = secret(hook.url, ['url'])
  if (text === undefined) return undefined
  if (!URL.canParse(text)) {
    fault(['url'], 'the address cannot be read; one is such as https://hooks.example.org/gleaner')
    return undefined
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    fault(['url'], `an address begins with https, not with ${url.protocol}`)
  if (url.username !== '' || url.password !== '')
    fault(['url'], 'the address holds a user or a password; give the header in authorization')
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')) && hook.plaintext !== true)
    fault(['url'], `${carries} would cross the network in the clear; use https, or say plaintext: true`)
  return url
}

export function readCertificates(
  path: string,
  { resolvePath, fault }: Pick<HookReading, 'fault'> & { readonly resolvePath: (path: string) => string },
): string | undefined {
  const file = resolvePath(path)
  try {
    const found = readFileSync(file, 'utf8')
    if (!found.includes('-----BEGIN CERTIFICATE-----')) fault(['caFile'], `${file} holds no certificate in PEM`)
    return found
  } catch (error) {
    fault(['caFile'], `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`)
    return undefined
  }
}
