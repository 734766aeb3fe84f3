// The calls of nova about flavors, their extra specs and who may use them. A flavor does not change once it is made.
import type { Json, JsonReader } from './json.ts'
import type { MicroversionWish } from './microversion.ts'
import { isStatus } from './openstack-error.ts'
import { pages } from './pages.ts'
import type { ServiceClient } from './service-client.ts'

export interface FlavorSizes {
  readonly name: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly rootGiB: number
  readonly ephemeralGiB: number
  readonly swapMiB: number
}

export interface WholeFlavor extends FlavorSizes {
  readonly id: string
  readonly extraSpecs: Readonly<Record<string, string>>
}

/** Extra specs are a call of their own in every version. */
const base: MicroversionWish = { atLeast: '2.53', atMost: '2.60' }
const pageSize = 500

export class FlavorClient {
  readonly #client: ServiceClient

  constructor(client: ServiceClient) {
    this.#client = client
  }

  /** Undefined when there is no such flavor. */
  async find(id: string, signal: AbortSignal): Promise<WholeFlavor | undefined> {
    const path = pathOf(id)
    try {
      const flavor = (await this.#read(path, signal)).object('flavor')
      const extraSpecs = (await this.#read(`${path}/os-extra_specs`, signal)).dictionary('extra_specs')
      return { id: flavor.text('id'), ...sizesOf(flavor), extraSpecs }
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  /** Ids of all, private ones included. */
  async ids(signal: AbortSignal): Promise<readonly string[]> {
    const query = { is_public: 'None', limit: pageSize }
    const call = { method: 'GET', path: '/flavors', query, microversion: base, key: 'flavors' } as const
    const found: string[] = []
    for await (const { items } of pages(this.#client, call, signal)) found.push(...items.map((each) => each.text('id')))
    return found
  }

  /** One that nobody may use yet; nothing when it is there. */
  async makePrivate(id: string, sizes: FlavorSizes, signal: AbortSignal): Promise<void> {
    const { name, vcpus, memoryMiB, rootGiB, ephemeralGiB, swapMiB } = sizes
    const flavor = {
      id,
      name,
      vcpus,
      ram: memoryMiB,
      disk: rootGiB,
      'OS-FLV-EXT-DATA:ephemeral': ephemeralGiB,
      swap: swapMiB,
      'os-flavor-access:is_public': false,
    }
    await this.#unlessThere('/flavors', { flavor }, signal)
  }

  async setExtraSpecs(id: string, extraSpecs: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const path = `${pathOf(id)}/os-extra_specs`
    const body = { extra_specs: extraSpecs }
    await this.#client.call({ method: 'POST', path, body, microversion: base, isIdempotent: true }, signal)
  }

  /** The project may use it from now on. */
  async letIn(id: string, projectId: string, signal: AbortSignal): Promise<void> {
    await this.#unlessThere(`${pathOf(id)}/action`, { addTenantAccess: { tenant: projectId } }, signal)
  }

  /** Servers made of it stay what they are. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.call({ method: 'DELETE', path: pathOf(id), microversion: base }, signal)
    } catch (error) {
      if (!isStatus(error, 404)) throw error
    }
  }

  async #unlessThere(path: string, body: Json, signal: AbortSignal): Promise<void> {
    try {
      // A second time is told from the first by the conflict.
      await this.#client.call({ method: 'POST', path, body, microversion: base, isIdempotent: true }, signal)
    } catch (error) {
      if (!isStatus(error, 409)) throw error
    }
  }

  #read(path: string, signal: AbortSignal): Promise<JsonReader> {
    return this.#client.read({ method: 'GET', path, microversion: base }, signal)
  }
}

function pathOf(id: string): string {
  return `/flavors/${encodeURIComponent(id)}`
}

function sizesOf(flavor: JsonReader): FlavorSizes {
  return {
    name: flavor.text('name'),
    vcpus: flavor.amount('vcpus'),
    memoryMiB: flavor.amount('ram'),
    rootGiB: flavor.amount('disk'),
    ephemeralGiB: flavor.optionalAmount('OS-FLV-EXT-DATA:ephemeral') ?? 0,
    swapMiB: flavor.optionalAmount('swap') ?? 0,
  }
}
