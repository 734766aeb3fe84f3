// The list of instances: filtered, sorted, cut to a page, and only then turned into views. Every filter given must fit:
//   search: each word occurs in name, id, project, host, flavor or a tag; cloud; project, host: id or name;
//   state: one of those separated by commas; tag; firmness; idleFor: idle at least so long, unknown is not idle; proposed.
// Sorting puts what is not known last in both directions, and equals by name.
import { type Instance, type InstanceView, type QueryOf, type endpoints, parseDurationMs } from '@gleaner/model'
import type { Application } from '../../application.ts'
import type { Visibility } from '../../auth/visibility.ts'
import { instanceView } from './instance-view.ts'
import { type WorldIndex, compareText, naturalKey } from './world-index.ts'

export type InstanceQuery = QueryOf<typeof endpoints.listInstances>
type Shown = Pick<Application, 'state' | 'usage' | 'clock'>
type Filter = (instance: Instance, index: number) => boolean

export function listInstances(
  query: InstanceQuery,
  sight: Visibility,
  from: { readonly world: WorldIndex; readonly app: Shown },
): { items: InstanceView[]; total: number } {
  const { world, app } = from
  const filters = filtersOf(query, sight, from)
  const found: number[] = []
  for (const index of world.nameOrder) {
    const instance = world.instances[index]
    if (instance !== undefined && filters.every((filter) => filter(instance, index))) found.push(index)
  }
  sortFound(found, query.sort ?? 'name', from)
  const offset = query.offset ?? 0
  const page = found.slice(offset, offset + (query.limit ?? 100))
  return {
    items: page.flatMap((index) => {
      const instance = world.instances[index]
      return instance === undefined ? [] : [instanceView(instance, world, app)]
    }),
    total: found.length,
  }
}

function filtersOf(
  query: InstanceQuery,
  sight: Visibility,
  { world, app }: { readonly world: WorldIndex; readonly app: Shown },
): Filter[] {
  const filters: Filter[] = []
  if (!sight.all) filters.push((instance) => sight.sees(instance.projectId))
  const { cloud, project, host, tag, firmness, state, idleFor } = query
  if (cloud !== undefined) filters.push((instance) => instance.cloudId === cloud)
  if (project !== undefined)
    filters.push((instance) => instance.projectId === project || world.projectName(instance.projectId) === project)
  if (host !== undefined)
    filters.push((instance) => instance.hostId === host || world.hostName(instance.hostId) === host)
  if (tag !== undefined) filters.push((instance) => instance.tags.includes(tag))
  if (firmness !== undefined) filters.push((instance) => instance.firmness === firmness)
  if (state !== undefined) {
    const states = new Set(state.split(',').map((name) => name.trim()))
    filters.push((instance) => states.has(instance.state))
  }
  if (query.proposed !== undefined) {
    const wanted = query.proposed
    filters.push((instance) => (app.state.proposals.get(instance.id)?.length ?? 0) > 0 === wanted)
  }
  const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length > 0) {
    const texts = world.searchTexts
    filters.push((_, index) => words.every((word) => texts[index]?.includes(word) === true))
  }
  if (idleFor !== undefined) {
    const leastMs = parseDurationMs(idleFor) ?? 0
    filters.push((instance) => app.usage.idleForMs(instance.id) >= leastMs)
  }
  return filters
}

/** `found` comes in the order of names, and sorting is stable. */
function sortFound(
  found: number[],
  sort: NonNullable<InstanceQuery['sort']>,
  from: { readonly world: WorldIndex; readonly app: Shown },
): void {
  const descending = sort.startsWith('-')
  const field = descending ? sort.slice(1) : sort
  if (field === 'name') {
    if (descending) found.reverse()
    return
  }
  const number = numberOf(field, from)
  if (number !== undefined) {
    const keys = new Float64Array(from.world.instances.length)
    for (const index of found) keys[index] = number(index)
    sortByNumber(found, keys, descending)
    return
  }
  const text = textOf(field, from.world)
  const keys = new Map<number, string>()
  for (const index of found) keys.set(index, text(index))
  found.sort((a, b) => {
    const [one, other] = [keys.get(a) ?? '', keys.get(b) ?? '']
    if (one === '' || other === '') return Number(one === '') - Number(other === '')
    return descending ? compareText(other, one) : compareText(one, other)
  })
}

export function sortByNumber(found: number[], keys: ArrayLike<number>, descending: boolean): void {
  found.sort((a, b) => {
    const one = keys[a] ?? Number.NaN
    const other = keys[b] ?? Number.NaN
    if (Number.isNaN(one) || Number.isNaN(other)) return Number(Number.isNaN(one)) - Number(Number.isNaN(other))
    return descending ? other - one : one - other
  })
}

function numberOf(
  field: string,
  { world, app }: { readonly world: WorldIndex; readonly app: Shown },
): ((index: number) => number) | undefined {
  const idAt = (index: number) => world.instances[index]?.id ?? ''
  if (field === 'cpu') return (index) => app.usage.latest(idAt(index), 'cpu')
  if (field === 'memory') return (index) => app.usage.latest(idAt(index), 'memory')
  if (field === 'idle') return (index) => app.usage.idleForMs(idAt(index))
  return undefined
}

function textOf(field: string, world: WorldIndex): (index: number) => string {
  const projects = new Map([...world.projectNames].map(([id, name]) => [id, naturalKey(name)]))
  const hosts = new Map(world.hosts.map((host) => [host.id, naturalKey(host.name)]))
  return (index) => {
    const instance = world.instances[index]
    if (instance === undefined) return ''
    if (field === 'state') return instance.state
    if (field === 'project') return projects.get(instance.projectId) ?? naturalKey(instance.projectId)
    return instance.hostId === undefined ? '' : (hosts.get(instance.hostId) ?? naturalKey(instance.hostId))
  }
}
