// Lists that come in pages: follows the `next` links of a collection to its end. Takes only the query of a link, since its
// host may be one that only the service itself can reach. A list that does not end is a broken answer.
import { type JsonObject, JsonReader } from './json.ts'
import { OpenStackError } from './openstack-error.ts'
import type { ServiceCall, ServiceClient } from './service-client.ts'

const mostPages = 10_000

export interface Page {
  readonly items: readonly JsonReader[]
  /** How many pages were read before this one. */
  readonly index: number
  /** When the service sent it, by its own clock, where it says. */
  readonly sentAtMs: number | undefined
}

export async function* pages(
  client: ServiceClient,
  { key, ...call }: ServiceCall & { readonly key: string },
  signal: AbortSignal,
): AsyncGenerator<Page> {
  let query = call.query
  const seen = new Set<string>()
  for (let index = 0; index < mostPages; index++) {
    const answer = await client.call({ ...call, ...(query !== undefined && { query }) }, signal)
    const document = new JsonReader(answer.body, answer.what)
    const sentAtMs = Date.parse(answer.headers['date'] ?? '')
    yield { items: document.objects(key), index, sentAtMs: Number.isNaN(sentAtMs) ? undefined : sentAtMs }
    const next = nextQuery(document.value, key)
    if (next === undefined) return
    if (seen.has(next)) throw new OpenStackError('broken', `${answer.what}: the pages go round in a circle`)
    seen.add(next)
    query = Object.fromEntries(new URLSearchParams(next))
  }
  throw new OpenStackError('broken', `${client.name} ${call.path}: the list does not end`)
}

/** Nova: `servers_links: [{rel: next, href}]`; keystone: `links: {next}`. */
function nextQuery(document: JsonObject, key: string): string | undefined {
  const links = document[`${key}_links`]
  const own = Array.isArray(links)
    ? (links as readonly JsonObject[]).find((link) => link?.['rel'] === 'next')
    : undefined
  const common = document['links'] as JsonObject | undefined
  const href = own?.['href'] ?? common?.['next']
  return typeof href === 'string' && href.includes('?') ? href.slice(href.indexOf('?') + 1) : undefined
}
