// The fake's placement: providers with inventories, consumers with allocations, generations on both. Refuses what the real
// one refuses: a stale generation, more than there is room for, half of a change.
import type { FakeAnswer, FakeRequest } from './fake-http.ts'
import { recorded } from './recorded.ts'

export interface FakeInventory {
  readonly total: number
  readonly reserved: number
  readonly allocation_ratio: number
  readonly max_unit?: number
}

type Resources = Readonly<Record<string, number>>

/** As POST /allocations takes it, for one consumer. */
interface ConsumerBody {
  readonly allocations: Readonly<Record<string, { readonly resources: Resources }>>
  readonly project_id: string
  readonly user_id: string
  readonly consumer_generation: number | null
}

export interface FakeProvider {
  readonly uuid: string
  readonly name: string
  generation: number
  inventories: Record<string, FakeInventory>
  traits: string[]
}

export interface FakeConsumer {
  allocations: Record<string, Resources>
  project: string
  user: string
  generation: number
}

interface TraitsChange {
  readonly traits: readonly string[]
  readonly resource_provider_generation: number
}

type InventoryChange = FakeInventory & { readonly resource_provider_generation: number }

export class FakePlacement {
  readonly providers = new Map<string, FakeProvider>()
  readonly consumers = new Map<string, FakeConsumer>()
  /** Those somebody made; the others are placement's own. */
  readonly customTraits = new Set<string>()

  add(uuid: string, name: string): FakeProvider {
    const { inventories } = recorded<Pick<FakeProvider, 'inventories'>>('inventories').body
    const { traits } = recorded<Pick<FakeProvider, 'traits'>>('traits').body
    const provider = { uuid, name, generation: 1, inventories, traits: [...traits] }
    this.providers.set(uuid, provider)
    return provider
  }

  capacity(provider: FakeProvider, name: string): number {
    const item = provider.inventories[name]
    return item === undefined ? 0 : Math.floor((item.total - item.reserved) * item.allocation_ratio)
  }

  used(uuid: string, name: string, except: ReadonlySet<string> = new Set()): number {
    let sum = 0
    for (const [id, { allocations }] of this.consumers) if (!except.has(id)) sum += allocations[uuid]?.[name] ?? 0
    return sum
  }

  fits(uuid: string, resources: Resources, except?: ReadonlySet<string>): boolean {
    const provider = this.providers.get(uuid)
    return (
      provider !== undefined &&
      Object.entries(resources).every(
        ([name, amount]) => this.used(uuid, name, except) + amount <= this.capacity(provider, name),
      )
    )
  }

  /** As nova's own claim and release do. */
  hold(id: string, held: { uuid: string; resources: Resources; project: string; user: string }): void {
    this.#touch([held.uuid])
    const generation = (this.consumers.get(id)?.generation ?? 0) + 1
    const { project, user } = held
    this.consumers.set(id, { allocations: { [held.uuid]: held.resources }, project, user, generation })
  }

  release(id: string): void {
    const consumer = this.consumers.get(id)
    if (consumer === undefined) return
    this.#touch(Object.keys(consumer.allocations))
    this.consumers.delete(id)
  }

  answer({ method, path, query, body }: FakeRequest): FakeAnswer {
    if (path === '/') return recorded('placement-versions')
    const [, kind, id = '', part, resourceClass] = path.split('/')
    if (kind === 'usages') return this.#usages(query.get('project_id') ?? '')
    if (kind === 'allocations')
      return method === 'GET' ? this.#consumer(id) : this.#exchange(body as Readonly<Record<string, ConsumerBody>>)
    if (kind === 'allocation_candidates') return this.#candidates(query)
    if (kind === 'traits') return this.#traits(method, id, query)
    if (kind !== 'resource_providers') return { status: 404, body: {} }
    if (id === '') return this.#list(query.get('required'))
    const provider = this.providers.get(id)
    if (provider === undefined) return error(404, `No resource provider with uuid ${id} found`)
    const generation = provider.generation
    if (part === 'inventories' && method === 'PUT')
      return this.#setInventory(provider, resourceClass ?? '', body as InventoryChange)
    if (part === 'inventories')
      return ok({ inventories: provider.inventories, resource_provider_generation: generation })
    if (part === 'traits' && method === 'PUT') return this.#setTraits(provider, body as TraitsChange)
    if (part === 'traits') return ok({ traits: provider.traits, resource_provider_generation: generation })
    if (part === 'allocations') return this.#holders(provider)
    return { status: 404, body: {} }
  }

  #traits(method: string, name: string, query: URLSearchParams): FakeAnswer {
    if (method === 'PUT') {
      this.customTraits.add(name)
      return { status: 201, body: null }
    }
    if (method === 'DELETE') {
      if (!this.customTraits.has(name)) return error(404, `No such trait ${name}.`)
      if ([...this.providers.values()].some(({ traits }) => traits.includes(name)))
        return error(409, `The trait ${name} is in use by a resource provider.`)
      this.customTraits.delete(name)
      return { status: 204, body: null }
    }
    const prefix = (query.get('name') ?? '').replace(/^startswith:/, '')
    return ok({ traits: [...this.customTraits].filter((trait) => trait.startsWith(prefix)) })
  }

  #setTraits(provider: FakeProvider, { traits, resource_provider_generation: generation }: TraitsChange): FakeAnswer {
    const unknown = traits.filter((trait) => trait.startsWith('CUSTOM_') && !this.customTraits.has(trait))
    if (unknown.length > 0) return error(400, `No such trait ${unknown.join(', ')}`)
    if (generation !== provider.generation) return recorded('placement-stale')
    provider.traits = [...traits]
    provider.generation++
    return ok({ traits, resource_provider_generation: provider.generation })
  }

  #list(required: string | null): FakeAnswer {
    const { resource_providers: templates } = recorded<{ resource_providers: object[] }>('resource-providers').body
    if (required?.startsWith('CUSTOM_') === true && !this.customTraits.has(required))
      return error(400, `No such trait(s): ${required}.`)
    const found = [...this.providers.values()].filter(({ traits }) => required === null || traits.includes(required))
    const resource_providers = found.map(({ uuid, name, generation }) => ({
      ...templates[0],
      uuid,
      name,
      generation,
      root_provider_uuid: uuid,
      parent_provider_uuid: null,
    }))
    return ok({ resource_providers })
  }

  #candidates(query: URLSearchParams): FakeAnswer {
    const uuid = query.get('in_tree') ?? ''
    const asked = (query.get('resources') ?? '').split(',').map((part) => part.split(':'))
    const resources = Object.fromEntries(asked.map(([name, amount]) => [name ?? '', Number(amount)]))
    const isDisabled = this.providers.get(uuid)?.traits.includes('COMPUTE_STATUS_DISABLED') === true
    const found = !isDisabled && this.fits(uuid, resources)
    return ok({
      allocation_requests: found ? [{ allocations: { [uuid]: { resources } } }] : [],
      provider_summaries: {},
    })
  }

  #holders(provider: FakeProvider): FakeAnswer {
    const allocations: Record<string, unknown> = {}
    for (const [id, consumer] of this.consumers) {
      const resources = consumer.allocations[provider.uuid]
      if (resources !== undefined) allocations[id] = { resources, consumer_generation: consumer.generation }
    }
    return ok({ allocations, resource_provider_generation: provider.generation })
  }

  #consumer(id: string): FakeAnswer {
    const consumer = this.consumers.get(id)
    if (consumer === undefined) return recorded('consumer-absent')
    const allocations = Object.fromEntries(
      Object.entries(consumer.allocations).map(([uuid, resources]) => [
        uuid,
        { resources, generation: this.providers.get(uuid)?.generation },
      ]),
    )
    const { project, user, generation } = consumer
    return ok({ allocations, project_id: project, user_id: user, consumer_generation: generation })
  }

  #usages(project: string): FakeAnswer {
    const usages: Record<string, number> = {}
    for (const consumer of this.consumers.values()) {
      if (consumer.project !== project) continue
      for (const resources of Object.values(consumer.allocations))
        for (const [name, amount] of Object.entries(resources)) usages[name] = (usages[name] ?? 0) + amount
    }
    return ok({ usages })
  }

  #setInventory(provider: FakeProvider, name: string, body: InventoryChange): FakeAnswer {
    const { resource_provider_generation: generation, ...item } = body
    if (generation !== provider.generation) return recorded('placement-stale')
    provider.inventories = { ...provider.inventories, [name]: { ...provider.inventories[name], ...item } }
    provider.generation++
    return ok({ ...item, resource_provider_generation: provider.generation })
  }

  #exchange(body: Readonly<Record<string, ConsumerBody>>): FakeAnswer {
    const wanted = Object.entries(body)
    for (const [id, { consumer_generation }] of wanted) {
      if (consumer_generation !== (this.consumers.get(id)?.generation ?? null)) return recorded('placement-stale')
    }
    const changed = new Set(wanted.map(([id]) => id))
    const asked = new Map<string, Record<string, number>>()
    for (const [, { allocations }] of wanted) {
      for (const [uuid, { resources }] of Object.entries(allocations)) {
        const sum = asked.get(uuid) ?? {}
        for (const [name, amount] of Object.entries(resources)) {
          sum[name] = (sum[name] ?? 0) + amount
        }
        asked.set(uuid, sum)
      }
    }
    for (const [, { allocations }] of wanted)
      for (const [uuid, { resources }] of Object.entries(allocations))
        if (Object.entries(resources).some(([name, amount]) => amount > this.#atOnce(uuid, name)))
          return recorded('placement-no-room')
    for (const [uuid, resources] of asked) {
      if (!this.fits(uuid, resources, changed)) return recorded('placement-no-room')
    }
    for (const [id, { allocations, project_id: project, user_id: user }] of wanted) {
      const before = this.consumers.get(id)
      const held = Object.entries(allocations).map(([uuid, { resources }]) => [uuid, resources] as const)
      this.#touch([...Object.keys(before?.allocations ?? {}), ...held.map(([uuid]) => uuid)])
      if (held.length === 0) this.consumers.delete(id)
      else {
        const generation = (before?.generation ?? 0) + 1
        this.consumers.set(id, { allocations: Object.fromEntries(held), project, user, generation })
      }
    }
    return { status: 204, body: null }
  }

  /** Nobody gets more of it at once. */
  #atOnce(uuid: string, name: string): number {
    return this.providers.get(uuid)?.inventories[name]?.max_unit ?? Number.POSITIVE_INFINITY
  }

  #touch(uuids: readonly string[]): void {
    for (const uuid of new Set(uuids)) {
      const provider = this.providers.get(uuid)
      if (provider !== undefined) provider.generation++
    }
  }
}

function ok(body: unknown): FakeAnswer {
  return { status: 200, body }
}

function error(status: number, detail: string): FakeAnswer {
  return { status, body: { errors: [{ status, detail, code: 'placement.undefined_code' }] } }
}
