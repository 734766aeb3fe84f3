// What placement shows: resource providers, their inventories, and who holds what of them.
import type { Json, JsonObject, JsonReader } from './json.ts'

export interface ResourceProvider {
  readonly id: string
  readonly name: string
  readonly rootId: string
  /** Changes whenever anything about the provider changes, an allocation included. */
  readonly generation: number
}

/** Capacity is (total - reserved) x allocationRatio. */
export interface InventoryItem {
  readonly total: number
  readonly reserved: number
  readonly allocationRatio: number
  readonly raw: JsonObject
}

export interface Inventories {
  readonly generation: number
  readonly items: ReadonlyMap<string, InventoryItem>
}

/** Amounts by resource class. */
export type Resources = Readonly<Record<string, number>>

/** What a consumer (a server, or a claim) holds, by provider. */
export interface Consumer {
  readonly allocations: Readonly<Record<string, Resources>>
  readonly projectId: string | undefined
  readonly userId: string | undefined
  /** Undefined for a consumer that holds nothing: placement does not know it. */
  readonly generation: number | undefined
}

export function readProvider(provider: JsonReader): ResourceProvider {
  const id = provider.text('uuid')
  return {
    id,
    name: provider.text('name'),
    rootId: provider.optionalText('root_provider_uuid') ?? id,
    generation: provider.amount('generation'),
  }
}

export function readInventories(answer: JsonReader): Inventories {
  const inventories = answer.object('inventories')
  const items = Object.keys(inventories.value).map((resourceClass) => {
    const item = inventories.object(resourceClass)
    const total = item.amount('total')
    const reserved = item.amount('reserved')
    const allocationRatio = item.amount('allocation_ratio')
    return [resourceClass, { total, reserved, allocationRatio, raw: item.value }] as const
  })
  return { generation: answer.amount('resource_provider_generation'), items: new Map(items) }
}

export function readConsumer(answer: JsonReader): Consumer {
  const allocations = answer.object('allocations')
  return {
    allocations: Object.fromEntries(
      Object.keys(allocations.value).map((provider) => [provider, readResources(allocations.object(provider))]),
    ),
    projectId: answer.optionalText('project_id'),
    userId: answer.optionalText('user_id'),
    generation: answer.optionalAmount('consumer_generation'),
  }
}

export function readResources(holder: JsonReader): Resources {
  const resources = holder.object('resources')
  return Object.fromEntries(Object.keys(resources.value).map((name) => [name, resources.amount(name)]))
}

/** As POST /allocations takes it. */
export function consumerBody(consumer: Consumer): Json {
  const allocations = Object.entries(consumer.allocations).map(([provider, resources]) => [provider, { resources }])
  return {
    allocations: Object.fromEntries(allocations) as Json,
    project_id: consumer.projectId ?? '',
    user_id: consumer.userId ?? '',
    consumer_generation: consumer.generation ?? null,
  }
}
