// Makes a snapshot of what a driver returned. Guarantees: never throws, whatever it is given; shares no mutable object
// with the driver; every id occurs once; every size is finite and not negative; `gaps` is empty when and only when the
// driver reported none and nothing had to be refused. A duplicate is refused, the first one stays (both halves of a
// migration are the usual case), and the gap keeps everybody from acting on the reading.
import type { CloudId, Host, HostId, Instance, InstanceId, Inventory, Project, ProjectId } from '@gleaner/model'
import { checkHost } from './check-host.ts'
import { checkInstance, type InstanceContext } from './check-instance.ts'
import { beginChanges, type Changes } from './follow-changes.ts'
import { createGapList, type GapList } from './gap-list.ts'
import { changedIndex } from './layered-index.ts'
import { asRow, isText, shown } from './read-value.ts'
import type { ReadingStamp, Snapshot } from './snapshot.ts'

/** With the reading before at hand, what has not changed keeps its identity, which is cheaper and can be compared. */
export function freezeSnapshot(inventory: Inventory, stamp: ReadingStamp, previous?: Snapshot): Snapshot {
  const gaps = createGapList()
  const { cloudId } = stamp
  if (!Number.isSafeInteger(stamp.version) || stamp.version < 1)
    gaps.add('reading', `version is ${shown(stamp.version)}`)
  if (!Number.isFinite(stamp.takenAtMs)) gaps.add('reading', `takenAtMs is ${shown(stamp.takenAtMs)}`)
  reportedGaps(inventory, gaps)

  const hostById = new Map<HostId, Host>()
  eachRow(inventory, { list: 'hosts', gaps }, (row) =>
    keep(sameHost(checkHost(row, cloudId, gaps), previous), hostById, gaps),
  )
  const projectById = new Map<ProjectId, Project>()
  eachRow(inventory, { list: 'projects', gaps }, (row) => keep(checkProject(row, cloudId, gaps), projectById, gaps))
  const context = { cloudId, hostById, gaps, placesStand: placesStand(hostById, previous) }
  const { instances, instanceById, touched } = takeInstances(inventory, context, previous)
  return Object.freeze({
    cloudId,
    version: stamp.version,
    takenAtMs: stamp.takenAtMs,
    hosts: Object.freeze([...hostById.values()]),
    instances,
    projects: Object.freeze([...projectById.values()]),
    gaps: gaps.take(),
    hostById,
    instanceById,
    projectById,
    instancesOfHost: groupBy(instances, {
      keyOf: (instance) => instance.hostId,
      previous: previous?.instancesOfHost,
      touched: touched?.hosts,
    }),
    instancesOfProject: groupBy(instances, {
      keyOf: (instance) => instance.projectId,
      previous: previous?.instancesOfProject,
      touched: touched?.projects,
    }),
  })
}

/** No instance was in a place where it cannot be, and the hosts are those of then, as far as that matters. */
function placesStand(hostById: ReadonlyMap<HostId, Host>, previous: Snapshot | undefined): boolean {
  if (previous === undefined || previous.gaps.length > 0 || previous.hostById.size !== hostById.size) return false
  for (const [id, { state }] of hostById) if (previous.hostById.get(id)?.state !== state) return false
  return true
}

interface TakenInstances {
  readonly instances: readonly Instance[]
  readonly instanceById: ReadonlyMap<InstanceId, Instance>
  readonly touched: Touched | undefined
}

/**
 * Clouds list their instances in the same order every time, some gone and some new in between. As long as the others stand
 * in the order of the reading before, they need neither be looked up nor checked for duplicates, and the index is the old
 * one with the changes: looking up a hundred thousand texts that were just made is most of what a reading would cost
 * otherwise.
 */
function takeInstances(inventory: Inventory, context: InstanceContext, previous: Snapshot | undefined): TakenInstances {
  const taken: Instance[] = []
  const changes = previous === undefined ? undefined : beginChanges(previous)
  const before = (id: InstanceId) => changes?.find(id) ?? previous?.instanceById.get(id)
  eachRow(inventory, { list: 'instances', gaps: context.gaps }, (row) => {
    const instance = checkInstance(row, context, before)
    if (instance === undefined) return
    changes?.take(instance)
    taken.push(instance)
  })
  if (previous !== undefined && changes?.finish() === true) return patched(previous, taken, changes)
  const instanceById = new Map<InstanceId, Instance>()
  for (const instance of taken) keep(instance, instanceById, context.gaps)
  const instances = Object.freeze([...instanceById.values()])
  return { instances, instanceById, touched: touchedSince(previous, instanceById) }
}

function patched(
  previous: Snapshot,
  taken: readonly Instance[],
  { fresh, gone }: Pick<Changes, 'fresh' | 'gone'>,
): TakenInstances {
  const touched: Touched = { hosts: new Set(), projects: new Set() }
  if (fresh.length === 0 && gone.length === 0)
    return { instances: previous.instances, instanceById: previous.instanceById, touched }
  for (const instance of gone) touch(touched, instance)
  for (const instance of fresh) {
    const known = previous.instanceById.get(instance.id)
    if (known !== undefined) touch(touched, known)
    touch(touched, instance)
  }
  const instanceById = changedIndex(previous.instanceById, {
    gone: gone.map(({ id }) => id),
    set: fresh.map((instance) => [instance.id, instance] as const),
  })
  return { instances: Object.freeze(taken), instanceById, touched }
}

function reportedGaps(inventory: Inventory, gaps: GapList): void {
  const reported: unknown = asRow(inventory)?.['gaps']
  if (!Array.isArray(reported)) {
    gaps.add('reading', 'the driver did not say whether it is complete')
    return
  }
  for (const value of reported) {
    const gap = asRow(value)
    gaps.add(isText(gap?.['scope']) ? gap['scope'] : 'reading', isText(gap?.['reason']) ? gap['reason'] : 'not told')
  }
}

function eachRow(
  inventory: Inventory,
  from: { readonly list: 'hosts' | 'instances' | 'projects'; readonly gaps: GapList },
  take: (row: unknown) => void,
): void {
  const rows: unknown = asRow(inventory)?.[from.list]
  if (!Array.isArray(rows)) {
    from.gaps.add(from.list, 'the driver gave no list')
    return
  }
  for (const row of rows) {
    try {
      take(row)
    } catch {
      from.gaps.add(from.list, 'a row cannot be read')
    }
  }
}

function keep<Id extends string, T extends { readonly id: Id }>(
  item: T | undefined,
  into: Map<Id, T>,
  gaps: GapList,
): void {
  if (item === undefined) return
  if (into.has(item.id)) gaps.add(item.id, 'occurs more than once; the first one counts')
  else into.set(item.id, item)
}

function checkProject(value: unknown, cloudId: CloudId, gaps: GapList): Project | undefined {
  const row = asRow(value)
  const id = row?.['id']
  if (!isText(id) || !id.startsWith(`${cloudId}:`) || row?.['cloudId'] !== cloudId) {
    gaps.add('project', `${shown(id)} is no project of cloud ${cloudId}`)
    return undefined
  }
  const name = isText(row['name']) ? row['name'] : id.slice(cloudId.length + 1)
  return Object.freeze({ id: id as ProjectId, cloudId, name })
}

function sameHost(host: Host | undefined, previous: Snapshot | undefined): Host | undefined {
  const known = host === undefined ? undefined : previous?.hostById.get(host.id)
  if (host === undefined || known === undefined) return host
  for (const field in host) {
    if (field === 'properties') continue
    if (host[field as keyof Host] !== known[field as keyof Host]) return host
  }
  return sameProperties(host.properties, known.properties) ? known : host
}

function sameProperties(a: Host['properties'], b: Host['properties']): boolean {
  if (a === undefined || b === undefined) return a === b
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

interface Grouping<Id> {
  readonly keyOf: (instance: Instance) => Id | undefined
  /** The groups of the reading before, and the keys of those that are not what they were. */
  readonly previous: ReadonlyMap<Id, readonly Instance[]> | undefined
  readonly touched: ReadonlySet<Id> | undefined
}

/** Only the groups in which something changed are put together anew. */
function groupBy<Id extends string>(
  instances: readonly Instance[],
  { keyOf, previous, touched }: Grouping<Id>,
): ReadonlyMap<Id, readonly Instance[]> {
  if (previous !== undefined && touched?.size === 0) return previous
  const fresh = new Map<Id, Instance[]>()
  for (const instance of instances) {
    const key = keyOf(instance)
    if (key === undefined || touched?.has(key) === false) continue
    const group = fresh.get(key)
    if (group === undefined) fresh.set(key, [instance])
    else group.push(instance)
  }
  if (previous === undefined || touched === undefined) return fresh
  const groups = new Map(previous)
  for (const key of touched) {
    const group = fresh.get(key)
    if (group === undefined) groups.delete(key)
    else groups.set(key, group)
  }
  return groups
}

interface Touched {
  readonly hosts: Set<HostId>
  readonly projects: Set<ProjectId>
}

/** Hosts and projects that have other instances than in the reading before; undefined without one. */
function touchedSince(
  previous: Snapshot | undefined,
  instanceById: ReadonlyMap<InstanceId, Instance>,
): Touched | undefined {
  if (previous === undefined) return undefined
  const touched: Touched = { hosts: new Set(), projects: new Set() }
  let stayed = 0
  for (const [id, instance] of instanceById) {
    const known = previous.instanceById.get(id)
    if (known !== undefined) stayed++
    if (known === instance) continue
    touch(touched, instance)
    if (known !== undefined) touch(touched, known)
  }
  if (stayed < previous.instanceById.size)
    for (const [id, known] of previous.instanceById) if (!instanceById.has(id)) touch(touched, known)
  return touched
}

function touch(touched: Touched, { hostId, projectId }: Instance): void {
  if (hostId !== undefined) touched.hosts.add(hostId)
  touched.projects.add(projectId)
}
