// One index over the last readings of all clouds: what lists and look-ups of the API need. It is built at the first
// request after a reading and kept until the next one, so that a request costs nothing per instance that it does not
// return. Names of projects and hosts are those of the readings; what they do not name is shown by its id.
import {
  type CloudId,
  type CloudSnapshot,
  GleanerError,
  isError,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  type ProjectId,
  nativeOf,
} from '@gleaner/model'
import type { LiveState } from '../../state/live-state.ts'

export class WorldIndex {
  readonly snapshots: readonly CloudSnapshot[]
  readonly instances: readonly Instance[]
  readonly hosts: readonly Host[]
  readonly instanceById: ReadonlyMap<InstanceId, Instance>
  readonly hostById: ReadonlyMap<HostId, Host>
  readonly projectNames: ReadonlyMap<ProjectId, string>
  /** Per host: how many instances are on it, and how many of them run. */
  readonly loadOfHost: ReadonlyMap<HostId, { readonly all: number; readonly running: number }>
  #searchTexts: readonly string[] | undefined
  #nameOrder: Uint32Array | undefined
  #byName: ReadonlyMap<string, readonly Instance[]> | undefined

  constructor(snapshots: readonly CloudSnapshot[]) {
    this.snapshots = snapshots
    this.instances = snapshots.flatMap((snapshot) => snapshot.instances)
    this.hosts = snapshots.flatMap((snapshot) => snapshot.hosts)
    this.instanceById = new Map(this.instances.map((instance) => [instance.id, instance]))
    this.hostById = new Map(this.hosts.map((host) => [host.id, host]))
    this.projectNames = new Map(
      snapshots.flatMap((snapshot) => snapshot.projects.map((project) => [project.id, project.name] as const)),
    )
    const load = new Map<HostId, { all: number; running: number }>()
    for (const instance of this.instances) {
      if (instance.hostId === undefined) continue
      let count = load.get(instance.hostId)
      if (count === undefined) load.set(instance.hostId, (count = { all: 0, running: 0 }))
      count.all++
      if (instance.state === 'running') count.running++
    }
    this.loadOfHost = load
  }

  projectName(id: ProjectId): string {
    return this.projectNames.get(id) ?? nativeOf(id)
  }

  hostName(id: HostId | undefined): string | undefined {
    return id === undefined ? undefined : (this.hostById.get(id)?.name ?? nativeOf(id))
  }

  /** By id, or by a name that only one of those that are seen has; rejects with `not-found` or `ambiguous`. */
  instance(idOrName: string, sees: (projectId: ProjectId) => boolean): Instance {
    const exact = this.instanceById.get(idOrName as InstanceId)
    if (exact !== undefined && sees(exact.projectId)) return exact
    this.#byName ??= groupByName(this.instances)
    const named = (this.#byName.get(idOrName) ?? []).filter((instance) => sees(instance.projectId))
    return theOnly(named, `The instance "${shorten(idOrName)}"`)
  }

  /** The id of that instance; a text that none has is taken for the id of one that may be gone. */
  instanceIdOr(idOrName: string, sees: (projectId: ProjectId) => boolean): string {
    try {
      return this.instance(idOrName, sees).id
    } catch (error) {
      if (isError(error, 'not-found')) return idOrName
      throw error
    }
  }

  host(idOrName: string): Host {
    const exact = this.hostById.get(idOrName as HostId)
    if (exact !== undefined) return exact
    const named = this.hosts.filter((host) => host.name === idOrName)
    return theOnly(named, `The host "${shorten(idOrName)}"`)
  }

  /** Per instance, in small letters, everything a search looks at. */
  get searchTexts(): readonly string[] {
    this.#searchTexts ??= this.instances.map((instance) =>
      `${instance.name}\n${instance.id}\n${this.projectName(instance.projectId)}\n${this.hostName(instance.hostId) ?? ''}\n${instance.flavor ?? ''}\n${instance.tags.join('\n')}`.toLowerCase(),
    )
    return this.#searchTexts
  }

  /** Indices of the instances by name, numbers within names by value: web-2 before web-10. */
  get nameOrder(): Uint32Array {
    if (this.#nameOrder === undefined) {
      const keys = this.instances.map((instance) => naturalKey(instance.name))
      const order = Uint32Array.from(this.instances.keys())
      order.sort((a, b) => compareText(keys[a] ?? '', keys[b] ?? '') || a - b)
      this.#nameOrder = order
    }
    return this.#nameOrder
  }
}

/** Text that sorts as people expect when compared character by character. */
export function naturalKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'))
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function groupByName(instances: readonly Instance[]): ReadonlyMap<string, readonly Instance[]> {
  const groups = new Map<string, Instance[]>()
  for (const instance of instances) {
    const group = groups.get(instance.name)
    if (group === undefined) groups.set(instance.name, [instance])
    else group.push(instance)
  }
  return groups
}

function theOnly<T extends { readonly id: string }>(found: readonly T[], object: string): T {
  const [first] = found
  if (first === undefined) throw new GleanerError('not-found', { object })
  if (found.length === 1) return first
  const ids = found.slice(0, 5).map((one) => one.id)
  const more = found.length > ids.length ? ` and ${found.length - ids.length} more` : ''
  throw new GleanerError('ambiguous', { object, detail: `${ids.join(', ')}${more} have that name` })
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** Keeps the index of the newest readings. */
export class WorldCache {
  readonly #state: Pick<LiveState, 'clouds'>
  #index = new WorldIndex([])
  #basis: ReadonlyMap<CloudId, CloudSnapshot> = new Map()

  constructor(state: Pick<LiveState, 'clouds'>) {
    this.#state = state
  }

  current(): WorldIndex {
    let same = true
    let count = 0
    for (const { cloudId, snapshot } of this.#state.clouds.values()) {
      if (snapshot === undefined) continue
      count++
      if (this.#basis.get(cloudId) !== snapshot) same = false
    }
    if (same && count === this.#basis.size) return this.#index
    const snapshots = [...this.#state.clouds.values()].flatMap(({ snapshot }) => snapshot ?? [])
    this.#basis = new Map(snapshots.map((snapshot) => [snapshot.cloudId, snapshot]))
    this.#index = new WorldIndex(snapshots)
    return this.#index
  }
}
