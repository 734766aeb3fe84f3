// Takes one instance from an inventory. Refused (undefined, with a gap): no id of this cloud, no project, a size that is
// negative or not a number, a state that does not exist, a time that is not a number. What is well formed but cannot be
// true beside the rest of the reading (unknown host, running on no host, running on a host that sleeps) is kept with a
// gap: the instance exists, only not all that is said of it can be right.
import {
  type CloudId,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  type InstanceState,
  movingStates,
  settledStates,
} from '@gleaner/model'
import type { GapList } from './gap-list.ts'
import { asRow, isOptionalSize, isOptionalText, isSize, isText, type Row, shown } from './read-value.ts'

export interface InstanceContext {
  readonly cloudId: CloudId
  readonly hostById: ReadonlyMap<HostId, Host>
  readonly gaps: GapList
  /** What is as in the reading before is in a place where it can be. */
  readonly placesStand: boolean
}

const states: ReadonlySet<unknown> = new Set<InstanceState>([...settledStates, ...movingStates, 'unknown'])
const noTags: readonly string[] = Object.freeze([])
const onHost: ReadonlySet<InstanceState> = new Set<InstanceState>(['running', 'paused'])

/**
 * `before` tells what the reading before had under this id: what has not changed since is neither checked nor copied again.
 */
export function checkInstance(
  value: unknown,
  context: InstanceContext,
  before: (id: InstanceId) => Instance | undefined,
): Instance | undefined {
  const row = asRow(value)
  const id = row?.['id']
  const known = isText(id) ? before(id as InstanceId) : undefined
  if (known !== undefined && row !== undefined && known.cloudId === context.cloudId && isSameInstance(known, row)) {
    if (!context.placesStand) tellDoubt(known, context)
    return known
  }
  const fresh = takeAnew(value, context)
  if (fresh !== undefined) tellDoubt(fresh, context)
  return fresh
}

function takeAnew(value: unknown, { cloudId, gaps }: InstanceContext): Instance | undefined {
  const row = asRow(value)
  if (row === undefined || !isText(row['id']) || !row['id'].startsWith(cloudId) || row['id'][cloudId.length] !== ':') {
    gaps.add('instance', `${shown(row?.['id'])} is no instance id of cloud ${cloudId}`)
    return undefined
  }
  const fault = instanceFault(row, cloudId)
  if (fault !== undefined) {
    gaps.add(`instance ${row['id']}`, fault)
    return undefined
  }
  return copyOf(value as Instance, cloudId)
}

function copyOf(given: Instance, cloudId: CloudId): Instance {
  return Object.freeze({
    id: given.id,
    cloudId,
    name: isText(given.name) ? given.name : given.id.slice(cloudId.length + 1),
    projectId: given.projectId,
    hostId: given.hostId,
    flavor: given.flavor,
    state: given.state,
    stateSinceMs: given.stateSinceMs,
    vcpus: given.vcpus,
    memoryMiB: given.memoryMiB,
    diskGiB: given.diskGiB,
    createdAtMs: given.createdAtMs,
    firmness: given.firmness,
    tags: given.tags.length === 0 ? noTags : Object.freeze(given.tags.slice()),
    protectedBy: given.protectedBy,
  })
}

/** `known` was checked once: what is the same in every field needs no other check. */
function isSameInstance(known: Instance, row: Row): boolean {
  return (
    known.state === row['state'] &&
    known.hostId === row['hostId'] &&
    known.stateSinceMs === row['stateSinceMs'] &&
    known.id === row['id'] &&
    known.cloudId === row['cloudId'] &&
    known.name === row['name'] &&
    known.projectId === row['projectId'] &&
    known.flavor === row['flavor'] &&
    known.vcpus === row['vcpus'] &&
    known.memoryMiB === row['memoryMiB'] &&
    known.diskGiB === row['diskGiB'] &&
    known.createdAtMs === row['createdAtMs'] &&
    known.firmness === row['firmness'] &&
    known.protectedBy === row['protectedBy'] &&
    areSameTags(known.tags, row['tags'])
  )
}

function areSameTags(known: readonly string[], tags: unknown): boolean {
  if (!Array.isArray(tags) || tags.length !== known.length) return false
  for (let nth = 0; nth < known.length; nth++) if (tags[nth] !== known[nth]) return false
  return true
}

function instanceFault(row: Row, cloudId: CloudId): string | undefined {
  if (row['cloudId'] !== cloudId) return `belongs to cloud ${shown(row['cloudId'])}`
  if (!isText(row['projectId'])) return `project is ${shown(row['projectId'])}`
  if (!states.has(row['state'])) return `state ${shown(row['state'])} does not exist`
  if (!isSize(row['vcpus'])) return `vcpus is ${shown(row['vcpus'])}`
  if (!isSize(row['memoryMiB'])) return `memoryMiB is ${shown(row['memoryMiB'])}`
  if (!isSize(row['diskGiB'])) return `diskGiB is ${shown(row['diskGiB'])}`
  if (!isOptionalSize(row['stateSinceMs'])) return `stateSinceMs is ${shown(row['stateSinceMs'])}`
  if (!isOptionalSize(row['createdAtMs'])) return `createdAtMs is ${shown(row['createdAtMs'])}`
  if (row['firmness'] !== 'firm' && row['firmness'] !== 'preemptible')
    return `firmness ${shown(row['firmness'])} does not exist`
  if (!isOptionalText(row['hostId'])) return `host is ${shown(row['hostId'])}`
  if (!isOptionalText(row['flavor'])) return `flavor is ${shown(row['flavor'])}`
  if (!isOptionalText(row['protectedBy'])) return `protectedBy is ${shown(row['protectedBy'])}`
  return areTags(row['tags']) ? undefined : 'tags are no list of texts'
}

function areTags(value: unknown): value is readonly string[] {
  if (!Array.isArray(value)) return false
  for (const tag of value) if (typeof tag !== 'string') return false
  return true
}

function tellDoubt(instance: Instance, context: InstanceContext): void {
  const doubt = placeDoubt(instance, context)
  if (doubt !== undefined) context.gaps.add(`instance ${instance.id}`, doubt)
}

function placeDoubt(instance: Instance, context: InstanceContext): string | undefined {
  if (instance.hostId === undefined) {
    // A cloud that shows its users no hosts at all is a different thing from one that forgot to say where this one is.
    return onHost.has(instance.state) && context.hostById.size > 0 ? `is ${instance.state} on no host` : undefined
  }
  const host = context.hostById.get(instance.hostId)
  if (host === undefined) return `is on host ${instance.hostId}, which is not in the reading`
  return host.state === 'asleep' && onHost.has(instance.state)
    ? `is ${instance.state} on a host that sleeps`
    : undefined
}
