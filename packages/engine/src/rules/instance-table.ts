// What the rules look at, side by side: each instance with its host, project and telemetry slot. Built once per snapshot
// and used by every rule, every evaluation and every explanation of it. Nothing is copied but references.
import type { CloudSnapshot, Host, HostId, Instance, InstanceId, Project, ProjectId } from '@gleaner/model'
import type { Cursor } from './cursor.ts'
import { type Numbering, numbered } from './numbering.ts'
import type { TelemetryAccess } from './telemetry-access.ts'

export interface InstanceTable {
  readonly instances: readonly Instance[]
  readonly hosts: readonly (Host | undefined)[]
  readonly projects: readonly (Project | undefined)[]
  readonly slots: Int32Array
  readonly instancesOnHost: Int32Array
  indexOf(id: InstanceId): number | undefined
}

/** What a table leaves to the next one. */
interface Basis {
  readonly telemetry: TelemetryAccess
  readonly removals: number | undefined
  readonly hosts: Numbering<HostId, Host>
  readonly projects: Numbering<ProjectId, Project>
  /** By row: numbers of host (-1: on none) and project. */
  readonly hostNumbers: Int32Array
  readonly projectNumbers: Int32Array
}

const bases = new WeakMap<InstanceTable, Basis>()

/** With the table before at hand, what has not changed since is not looked up again: the same table as without it. */
export function buildInstanceTable(
  snapshots: readonly Pick<CloudSnapshot, 'hosts' | 'instances' | 'projects'>[],
  telemetry: TelemetryAccess,
  before?: InstanceTable,
): InstanceTable {
  const instances = snapshots.flatMap((snapshot) => snapshot.instances)
  const basis = before === undefined ? undefined : bases.get(before)
  const hosts = numbered(
    snapshots.flatMap((snapshot) => snapshot.hosts),
    basis?.hosts,
  )
  const projects = numbered(
    snapshots.flatMap((snapshot) => snapshot.projects),
    basis?.projects,
  )
  const { removals } = telemetry
  const fresh: Basis = {
    telemetry,
    removals,
    hosts,
    projects,
    hostNumbers: new Int32Array(instances.length),
    projectNumbers: new Int32Array(instances.length),
  }
  const slots = new Int32Array(instances.length)
  const find = rowFinder(before?.instances ?? [])
  const keepsSlots = removals !== undefined && basis?.removals === removals && basis.telemetry === telemetry
  for (let index = 0; index < instances.length; index++) {
    const { id, hostId, projectId } = instances[index] as Instance
    const row = basis === undefined ? -1 : find(instances[index] as Instance)
    const slot = row >= 0 && keepsSlots ? (before?.slots[row] as number) : -1
    slots[index] = slot >= 0 ? slot : telemetry.slotOf(id)
    const host = row >= 0 && hosts.goesOn ? basis?.hostNumbers[row] : undefined
    fresh.hostNumbers[index] = host ?? (hostId === undefined ? -1 : hosts.numberOf(hostId))
    const project = row >= 0 && projects.goesOn ? basis?.projectNumbers[row] : undefined
    fresh.projectNumbers[index] = project ?? projects.numberOf(projectId)
  }
  let indexById: Map<InstanceId, number> | undefined
  const table: InstanceTable = {
    instances,
    hosts: Array.from(fresh.hostNumbers, (number) => hosts.items[number]),
    projects: Array.from(fresh.projectNumbers, (number) => projects.items[number]),
    slots,
    instancesOnHost: countsOf(fresh.hostNumbers),
    indexOf(id) {
      indexById ??= new Map(instances.map((instance, index) => [instance.id, index]))
      return indexById.get(id)
    },
  }
  bases.set(table, fresh)
  return table
}

/** So many instances may be gone between two that stayed. */
const mostGone = 16

/** Finds the rows of the same instances one after the other; -1 for one that changed, is new, or is out of its order. */
function rowFinder(known: readonly Instance[]): (instance: Instance) => number {
  let next = 0
  return (instance) => {
    if (known[next] === instance) return next++
    if (known[next]?.id === instance.id) {
      next++
      return -1
    }
    for (let row = next + 1; row <= next + mostGone; row++)
      if (known[row] === instance) {
        next = row + 1
        return row
      }
    return -1
  }
}

/** By row, how many rows have its number. */
function countsOf(numbers: Int32Array): Int32Array {
  const counts = new Int32Array(1 + numbers.reduce((largest, number) => Math.max(largest, number), -1))
  for (const number of numbers) if (number >= 0) counts[number] = (counts[number] as number) + 1
  return numbers.map((number) => (number < 0 ? 0 : (counts[number] as number)))
}

/** Moves the cursor to a row; what the memo held for the last one no longer counts. */
export function moveTo(cursor: Cursor, table: InstanceTable, index: number): void {
  cursor.instance = table.instances[index] as Instance
  cursor.host = table.hosts[index]
  cursor.project = table.projects[index]
  cursor.slot = table.slots[index] as number
  cursor.hostInstances = table.instancesOnHost[index] as number
  cursor.stamp++
}
