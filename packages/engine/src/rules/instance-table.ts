// What the rules look at, side by side: each instance with its host, project and telemetry slot. Built once per snapshot
// and used by every rule, every evaluation and every explanation of it. Nothing is copied but references.
import type { CloudSnapshot, Host, HostId, Instance, InstanceId, Project, ProjectId } from '@gleaner/model'
import type { Cursor } from './cursor.ts'
import type { TelemetryAccess } from './telemetry-access.ts'

export interface InstanceTable {
  readonly instances: readonly Instance[]
  readonly hosts: readonly (Host | undefined)[]
  readonly projects: readonly (Project | undefined)[]
  readonly slots: Int32Array
  readonly instancesOnHost: Int32Array
  indexOf(id: InstanceId): number | undefined
}

export function buildInstanceTable(
  snapshots: readonly Pick<CloudSnapshot, 'hosts' | 'instances' | 'projects'>[],
  telemetry: TelemetryAccess,
): InstanceTable {
  const hostById = new Map<HostId, Host>()
  const projectById = new Map<ProjectId, Project>()
  const counts = new Map<HostId, number>()
  const instances: Instance[] = []
  for (const snapshot of snapshots) {
    for (const host of snapshot.hosts) hostById.set(host.id, host)
    for (const project of snapshot.projects) projectById.set(project.id, project)
    for (const instance of snapshot.instances) {
      instances.push(instance)
      if (instance.hostId !== undefined) counts.set(instance.hostId, (counts.get(instance.hostId) ?? 0) + 1)
    }
  }
  const slots = new Int32Array(instances.length)
  const instancesOnHost = new Int32Array(instances.length)
  const hosts: (Host | undefined)[] = []
  const projects: (Project | undefined)[] = []
  for (const [index, { id, hostId, projectId }] of instances.entries()) {
    hosts.push(hostId === undefined ? undefined : hostById.get(hostId))
    projects.push(projectById.get(projectId))
    slots[index] = telemetry.slotOf(id)
    instancesOnHost[index] = hostId === undefined ? 0 : (counts.get(hostId) ?? 0)
  }
  let indexById: Map<InstanceId, number> | undefined
  return {
    instances,
    hosts,
    projects,
    slots,
    instancesOnHost,
    indexOf(id) {
      indexById ??= new Map(instances.map((instance, index) => [instance.id, index]))
      return indexById.get(id)
    },
  }
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
