// For `gleaner config check`: does nova answer where the front leads to, does it know itself by that address, does keystone
// answer. Without a token: the front has none.
import { describeError } from '@gleaner/model'
import type { CheckItem } from '@gleaner/ports'
import type { FrontSettings } from '../../config/front.ts'
import { isObject } from './create-document.ts'
import { movedLink } from './answer-edits.ts'
import { novaAddresses } from './nova-addresses.ts'
import { rawHeaders } from './raw-headers.ts'
import { Upstream } from './upstream.ts'

export async function checkFront(settings: FrontSettings, signal: AbortSignal): Promise<readonly CheckItem[]> {
  const { upstream, identity, ca, silenceMs } = settings
  const nova = new Upstream({ name: 'nova', url: upstream, ca, silenceMs })
  const keystone = new Upstream({ name: 'keystone', url: identity, ca, silenceMs })
  try {
    return [...(await checkNova(nova, settings, signal)), await checkKeystone(keystone, signal)]
  } finally {
    nova.close()
    keystone.close()
  }
}

async function checkNova(nova: Upstream, settings: FrontSettings, signal: AbortSignal): Promise<readonly CheckItem[]> {
  const what = 'nova behind the front'
  let version: unknown
  try {
    version = (await read(nova, '/v2.1/', signal))['version']
  } catch (error) {
    return [{ what, ok: false, detail: describeError(error), remedy: 'Correct front.upstream, or start nova-api.' }]
  }
  if (!isObject(version) || typeof version['version'] !== 'string')
    return [{ what, ok: false, detail: `${nova.address} is no nova`, remedy: 'Correct front.upstream.' }]
  const from = novaAddresses(nova.address, settings.alsoAddressed)
  return [
    { what, ok: true, detail: `${nova.address}, version ${version['version']}` },
    checkLinks(selfLink(version['links']), { from, to: 'front' }),
  ]
}

/** A link that the front does not know for nova's own leads clients past it. */
function checkLinks(
  self: string | undefined,
  links: { readonly from: readonly string[]; readonly to: string },
): CheckItem {
  const what = 'links of nova'
  if (self === undefined || movedLink(self, links) !== undefined)
    return { what, ok: true, detail: 'they lead to the front' }
  const address = self.replace(/\/v2\.1\/?$/, '')
  return {
    what,
    ok: false,
    detail: `nova calls itself ${address}; clients would follow that past the front`,
    remedy: `Add it: front.alsoAddressed: ["${address}"].`,
  }
}

async function checkKeystone(keystone: Upstream, signal: AbortSignal): Promise<CheckItem> {
  const what = 'keystone behind the front'
  try {
    const version = (await read(keystone, '/', signal))['version']
    if (isObject(version)) return { what, ok: true, detail: keystone.address }
    return { what, ok: false, detail: `${keystone.address} is no keystone`, remedy: 'Correct front.identity.' }
  } catch (error) {
    return { what, ok: false, detail: describeError(error), remedy: 'Correct front.identity, or start keystone.' }
  }
}

async function read(service: Upstream, path: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const headers = rawHeaders({ Host: service.authority, Accept: 'application/json' })
  const { body } = await service.call({ method: 'GET', path, headers }, undefined, signal)
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function selfLink(links: unknown): string | undefined {
  const self = Array.isArray(links) ? links.find((link) => isObject(link) && link['rel'] === 'self') : undefined
  return isObject(self) && typeof self['href'] === 'string' ? self['href'] : undefined
}
