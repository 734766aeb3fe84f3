// The calls of nova that Gleaner needs, one method each. Needs microversion 2.53 (Pike); calls that need more say so.
//
// A server that cannot be read in a list does not hide the others: it comes back as a fault with what is known of it.
import { isStatus, OpenStackError } from './openstack-error.ts'
import type { Json, JsonReader } from './json.ts'
import { isAtLeast, type MicroversionRange, type MicroversionWish } from './microversion.ts'
import {
  type NovaAggregate,
  type NovaDiagnostics,
  type NovaFlavor,
  type NovaHypervisor,
  type NovaService,
  readAggregate,
  readDiagnostics,
  readFlavor,
  readHypervisor,
  readService,
} from './nova-records.ts'
import { type NovaServer, readServer } from './nova-server.ts'
import { pages } from './pages.ts'
import type { ServiceClient } from './service-client.ts'

export interface ServerFault {
  readonly id: string | undefined
  readonly error: unknown
}

export interface ServerPage {
  readonly servers: readonly NovaServer[]
  readonly faults: readonly ServerFault[]
  readonly index: number
  readonly sentAtMs: number | undefined
}

/** Filters of the list of servers, over all projects. */
export interface ServerFilter {
  readonly status?: string
  readonly host?: string
  readonly tags?: string
  /** Those changed since then, the deleted ones included; epoch milliseconds. */
  readonly changedSinceMs?: number
}

export interface ServerPlace {
  readonly host: string
  readonly node: string
}

export interface ServerAction {
  readonly body: Json
  readonly microversion?: MicroversionWish
}

const base: MicroversionWish = { atLeast: '2.53', atMost: '2.90' }
const pageSize = 500

export class NovaClient {
  readonly #client: ServiceClient

  constructor(client: ServiceClient) {
    this.#client = client
  }

  /** The same nova with a token for another project. */
  forProject(projectId: string): NovaClient {
    return new NovaClient(this.#client.forProject(projectId))
  }

  microversions(signal: AbortSignal): Promise<MicroversionRange> {
    return this.#client.microversions(signal)
  }

  async offers(microversion: string, signal: AbortSignal): Promise<boolean> {
    return isAtLeast((await this.microversions(signal)).highest, microversion)
  }

  async *servers(filter: ServerFilter, signal: AbortSignal): AsyncGenerator<ServerPage> {
    const { changedSinceMs, ...same } = filter
    const since = changedSinceMs === undefined ? undefined : new Date(changedSinceMs).toISOString()
    const query = { all_tenants: '1', limit: pageSize, ...same, 'changes-since': since }
    const call = { method: 'GET', path: '/servers/detail', query, microversion: base, key: 'servers' } as const
    for await (const { items, index, sentAtMs } of pages(this.#client, call, signal)) {
      const servers: NovaServer[] = []
      const faults: ServerFault[] = []
      for (const item of items) {
        try {
          servers.push(readServer(item))
        } catch (error) {
          const id = item.value['id']
          faults.push({ id: typeof id === 'string' ? id : undefined, error })
        }
      }
      yield { servers, faults, index, sentAtMs }
    }
  }

  /** Undefined when there is no such server. */
  server(id: string, signal: AbortSignal): Promise<NovaServer | undefined> {
    return unlessGone(async () => {
      const call = { method: 'GET', path: `/servers/${encodeURIComponent(id)}`, microversion: base } as const
      return readServer((await this.#client.read(call, signal)).object('server'))
    })
  }

  /** `server` as POST /servers takes it. Not made again when it is not known whether it was carried out. */
  async create(server: Readonly<Record<string, Json>>, hints: Json | undefined, signal: AbortSignal): Promise<string> {
    const body = { server, ...(hints !== undefined && { 'OS-SCH-HNT:scheduler_hints': hints }) }
    const atLeast = 'host' in server ? '2.74' : '2.53'
    const microversion = { atLeast, atMost: '2.90' }
    const call = { method: 'POST', path: '/servers', body, microversion } as const
    return (await this.#client.read(call, signal)).object('server').text('id')
  }

  /** An action of a server, as `{"suspend": null}`. Resolves when nova has accepted it, with the id of the request. */
  async act(id: string, { body, microversion = base }: ServerAction, signal: AbortSignal): Promise<string | undefined> {
    const path = `/servers/${encodeURIComponent(id)}/action`
    const answer = await this.#client.call({ method: 'POST', path, body, microversion }, signal)
    return answer.headers['x-openstack-request-id']
  }

  /** What became of a request: nova's word on why it failed; undefined when it did not (yet), or is not known. */
  failureOf(id: string, requestId: string, signal: AbortSignal): Promise<string | undefined> {
    return unlessGone(async () => {
      const path = `/servers/${encodeURIComponent(id)}/os-instance-actions/${encodeURIComponent(requestId)}`
      const call = { method: 'GET', path, microversion: base } as const
      const action = (await this.#client.read(call, signal)).object('instanceAction')
      if (action.optionalText('message') === undefined) return undefined
      const events = action.value['events'] === undefined ? [] : action.objects('events')
      const failed = events.find((event) => event.optionalText('result') === 'Error')
      const trace = failed?.optionalText('details') ?? failed?.optionalText('traceback')
      return trace?.trim().split('\n').at(-1) ?? `${action.optionalText('action') ?? 'the action'} failed`
    })
  }

  async delete(id: string, signal: AbortSignal): Promise<void> {
    await this.#client.call(
      { method: 'DELETE', path: `/servers/${encodeURIComponent(id)}`, microversion: base },
      signal,
    )
  }

  async hypervisors(signal: AbortSignal): Promise<readonly NovaHypervisor[]> {
    // Newer answers leave out the sizes, which are needed where placement cannot be read.
    const microversion = { atLeast: '2.53', atMost: '2.87' }
    const query = { limit: pageSize }
    const call = { method: 'GET', path: '/os-hypervisors/detail', query, microversion, key: 'hypervisors' } as const
    const found: NovaHypervisor[] = []
    for await (const { items } of pages(this.#client, call, signal)) found.push(...items.map(readHypervisor))
    return found
  }

  /** Undefined when there is no hypervisor of exactly this name. */
  hypervisor(name: string, signal: AbortSignal): Promise<NovaHypervisor | undefined> {
    return unlessGone(async () => {
      const microversion = { atLeast: '2.53', atMost: '2.87' }
      const query = { hypervisor_hostname_pattern: name }
      const call = { method: 'GET', path: '/os-hypervisors/detail', query, microversion } as const
      const found = (await this.#client.read(call, signal)).objects('hypervisors').map(readHypervisor)
      return found.find((hypervisor) => hypervisor.name === name)
    })
  }

  async services(signal: AbortSignal): Promise<readonly NovaService[]> {
    const query = { binary: 'nova-compute' }
    const call = { method: 'GET', path: '/os-services', query, microversion: base } as const
    return (await this.#client.read(call, signal)).objects('services').map(readService)
  }

  async setService(id: string, change: Readonly<Record<string, Json>>, signal: AbortSignal): Promise<NovaService> {
    const path = `/os-services/${encodeURIComponent(id)}`
    const call = { method: 'PUT', path, body: change, microversion: base } as const
    return readService((await this.#client.read(call, signal)).object('service'))
  }

  async aggregates(signal: AbortSignal): Promise<readonly NovaAggregate[]> {
    const call = { method: 'GET', path: '/os-aggregates', microversion: base } as const
    return (await this.#client.read(call, signal)).objects('aggregates').map(readAggregate)
  }

  /** Private ones included, where the token may see them. */
  async flavors(signal: AbortSignal): Promise<readonly NovaFlavor[]> {
    const query = { is_public: 'None', limit: pageSize }
    const call = { method: 'GET', path: '/flavors', query, microversion: base, key: 'flavors' } as const
    const found: NovaFlavor[] = []
    for await (const { items } of pages(this.#client, call, signal)) found.push(...items.map(readFlavor))
    return found
  }

  /** Undefined when there is no such server, or it does not run. */
  diagnostics(id: string, signal: AbortSignal): Promise<NovaDiagnostics | undefined> {
    return unlessGone(async () => {
      const path = `/servers/${encodeURIComponent(id)}/diagnostics`
      try {
        return readDiagnostics(await this.#client.read({ method: 'GET', path, microversion: base }, signal))
      } catch (error) {
        if (isStatus(error, 409)) return undefined
        throw error
      }
    })
  }

  async setMetadata(id: string, metadata: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const path = `/servers/${encodeURIComponent(id)}/metadata`
    // Merged into what is there: doing it twice is doing it once.
    const call = { method: 'POST', path, body: { metadata }, microversion: base, isIdempotent: true } as const
    await this.#client.call(call, signal)
  }

  async removeMetadata(id: string, key: string, signal: AbortSignal): Promise<void> {
    await this.#removeOf(id, `metadata/${encodeURIComponent(key)}`, signal)
  }

  async addTag(id: string, tag: string, signal: AbortSignal): Promise<void> {
    const path = `/servers/${encodeURIComponent(id)}/tags/${encodeURIComponent(tag)}`
    await this.#client.call({ method: 'PUT', path, microversion: base }, signal)
  }

  async removeTag(id: string, tag: string, signal: AbortSignal): Promise<void> {
    await this.#removeOf(id, `tags/${encodeURIComponent(tag)}`, signal)
  }

  /** Of a user, for whom the token's own rights must suffice; undefined when there is none of that name. */
  keyPair(name: string, userId: string | undefined, signal: AbortSignal): Promise<JsonReader | undefined> {
    return unlessGone(async () => {
      const path = `/os-keypairs/${encodeURIComponent(name)}`
      const call = { method: 'GET', path, query: { user_id: userId }, microversion: base } as const
      return (await this.#client.read(call, signal)).object('keypair')
    })
  }

  async importKeyPair(keyPair: { readonly name: string; readonly publicKey: string }, signal: AbortSignal) {
    const body = { keypair: { name: keyPair.name, public_key: keyPair.publicKey, type: 'ssh' } }
    await this.#client.call({ method: 'POST', path: '/os-keypairs', body, microversion: base }, signal)
  }

  /** What is not there need not be removed; but a server that is gone is told. */
  async #removeOf(id: string, what: string, signal: AbortSignal): Promise<void> {
    const path = `/servers/${encodeURIComponent(id)}/${what}`
    try {
      await this.#client.call({ method: 'DELETE', path, microversion: base }, signal)
    } catch (error) {
      if (!isStatus(error, 404) || (await this.server(id, signal)) === undefined) throw error
    }
  }
}

async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
}

/** The marker of a page was deleted between two pages. */
export function isMarkerGone(error: unknown): boolean {
  return error instanceof OpenStackError && isStatus(error, 400) && /marker/i.test(error.message)
}
