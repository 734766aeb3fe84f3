// The calls of placement that Gleaner needs. A change whose generation somebody else has moved on is read and made anew.
import type { JsonReader } from './json.ts'
import type { MicroversionRange, MicroversionWish } from './microversion.ts'
import { isStatus, OpenStackError } from './openstack-error.ts'
import {
  type Consumer,
  consumerBody,
  type Inventories,
  readConsumer,
  readInventories,
  readProvider,
  readResources,
  type ResourceProvider,
  type Resources,
} from './placement-records.ts'
import type { ServiceClient } from './service-client.ts'

/** Consumers have generations from 1.28 on; from 1.38 on their type is asked for, which nova's own do not have. */
const base: MicroversionWish = { atLeast: '1.28', atMost: '1.36' }
const conflictAttempts = 8

export class PlacementClient {
  readonly #client: ServiceClient

  constructor(client: ServiceClient) {
    this.#client = client
  }

  microversions(signal: AbortSignal): Promise<MicroversionRange> {
    return this.#client.microversions(signal)
  }

  async providers(signal: AbortSignal): Promise<readonly ResourceProvider[]> {
    const answer = await this.#read('/resource_providers', signal)
    return answer.objects('resource_providers').map(readProvider)
  }

  async inventories(providerId: string, signal: AbortSignal): Promise<Inventories> {
    return readInventories(await this.#read(`/resource_providers/${providerId}/inventories`, signal))
  }

  async traits(providerId: string, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#read(`/resource_providers/${providerId}/traits`, signal)).texts('traits')
  }

  /** Who holds what of a provider. */
  async holders(providerId: string, signal: AbortSignal): Promise<ReadonlyMap<string, Resources>> {
    const answer = await this.#read(`/resource_providers/${providerId}/allocations`, signal)
    const allocations = answer.object('allocations')
    const ids = Object.keys(allocations.value)
    return new Map(ids.map((id) => [id, readResources(allocations.object(id))]))
  }

  /** Every trait whose name begins so, on a provider or not. */
  async traitsNamed(prefix: string, signal: AbortSignal): Promise<readonly string[]> {
    const query = new URLSearchParams({ name: `startswith:${prefix}` })
    return (await this.#read(`/traits?${query}`, signal)).texts('traits')
  }

  /** The providers that have a trait; none when placement does not know it. */
  async providersWith(trait: string, signal: AbortSignal): Promise<readonly ResourceProvider[]> {
    try {
      const answer = await this.#read(`/resource_providers?${new URLSearchParams({ required: trait })}`, signal)
      return answer.objects('resource_providers').map(readProvider)
    } catch (error) {
      // A trait that nobody made is a fault of the question.
      if (isStatus(error, 400)) return []
      throw error
    }
  }

  /** A custom trait; nothing when it is there. */
  async makeTrait(name: string, signal: AbortSignal): Promise<void> {
    await this.#client.call({ method: 'PUT', path: `/traits/${name}`, microversion: base }, signal)
  }

  /** Rejects with 409 while a provider has it; one that is not there need not be removed. */
  async removeTrait(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.call({ method: 'DELETE', path: `/traits/${name}`, microversion: base }, signal)
    } catch (error) {
      if (!isStatus(error, 404)) throw error
    }
  }

  /** Changes which traits a provider has; `change` is asked again when somebody was faster, and may find nothing to do. */
  async setTraits(
    providerId: string,
    change: (present: readonly string[]) => readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await retryConflicts(async () => {
      const path = `/resource_providers/${providerId}/traits`
      const answer = await this.#read(path, signal)
      const traits = change(answer.texts('traits'))
      if (traits === undefined) return
      const body = { traits, resource_provider_generation: answer.amount('resource_provider_generation') }
      await this.#client.call({ method: 'PUT', path, body, microversion: base }, signal)
    })
  }

  /** Whether the scheduler could place so much on this provider now: there is room, and it is not disabled. */
  async hasRoom(providerId: string, resources: Resources, signal: AbortSignal): Promise<boolean> {
    const wanted = Object.entries(resources).filter(([, amount]) => amount > 0)
    const query = {
      resources: wanted.map(([name, amount]) => `${name}:${amount}`).join(','),
      in_tree: providerId,
      required: '!COMPUTE_STATUS_DISABLED',
      limit: 1,
    }
    const microversion = { atLeast: '1.31', atMost: '1.36' }
    const call = { method: 'GET', path: '/allocation_candidates', query, microversion } as const
    return (await this.#client.read(call, signal)).list('allocation_requests').length > 0
  }

  async consumer(id: string, signal: AbortSignal): Promise<Consumer> {
    return readConsumer(await this.#read(`/allocations/${id}`, signal))
  }

  /** What all consumers of a project hold. */
  async usageOf(projectId: string, signal: AbortSignal): Promise<Resources> {
    const answer = await this.#read(`/usages?${new URLSearchParams({ project_id: projectId })}`, signal)
    const usages = answer.object('usages')
    return Object.fromEntries(Object.keys(usages.value).map((name) => [name, usages.amount(name)]))
  }

  /** Changes the ratio of one class; everything else of its inventory stays. */
  async setRatio(
    providerId: string,
    change: { readonly resourceClass: string; readonly ratio: number },
    signal: AbortSignal,
  ): Promise<void> {
    await retryConflicts(async () => {
      const { generation, items } = await this.inventories(providerId, signal)
      const item = items.get(change.resourceClass)
      if (item === undefined) {
        throw new OpenStackError('missing', `the resource provider ${providerId} has no ${change.resourceClass}`)
      }
      if (item.allocationRatio === change.ratio) return
      const path = `/resource_providers/${providerId}/inventories/${change.resourceClass}`
      const body = { ...item.raw, allocation_ratio: change.ratio, resource_provider_generation: generation }
      await this.#client.call({ method: 'PUT', path, body, microversion: base }, signal)
    })
  }

  /**
   * Changes what several consumers hold in one step: all or nothing. `change` is given their present state and returns
   * the new one, or undefined when nothing is to be done; it is asked again when somebody was faster.
   */
  async exchange(
    ids: readonly string[],
    change: (present: ReadonlyMap<string, Consumer>) => ReadonlyMap<string, Consumer> | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await retryConflicts(async () => {
      const consumers = await Promise.all(ids.map(async (id) => [id, await this.consumer(id, signal)] as const))
      const wanted = change(new Map(consumers))
      if (wanted === undefined) return
      const body = Object.fromEntries([...wanted].map(([id, consumer]) => [id, consumerBody(consumer)]))
      // A second time would meet other generations, and be read anew.
      const call = { method: 'POST', path: '/allocations', body, microversion: base, isIdempotent: true } as const
      await this.#client.call(call, signal)
    })
  }

  #read(path: string, signal: AbortSignal): Promise<JsonReader> {
    return this.#client.read({ method: 'GET', path, microversion: base }, signal)
  }
}

async function retryConflicts(attempt: () => Promise<void>): Promise<void> {
  for (let left = conflictAttempts; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left <= 1 || !isGenerationConflict(error)) throw error
    }
  }
}

export function isGenerationConflict(error: unknown): boolean {
  return isStatus(error, 409) && error.code === 'placement.concurrent_update'
}
