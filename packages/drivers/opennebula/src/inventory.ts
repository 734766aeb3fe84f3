// From rows as OpenNebula gives them to Gleaner's inventory. Where an instance is follows from its state: it has left its
// last host when it is stopped or undeployed, and has none before it was placed.
import {
  type CloudId,
  type Host,
  type Instance,
  instanceId,
  type InstanceState,
  type Project,
  projectId,
} from '@gleaner/model'
import { closedMark } from './host-control.ts'
import { hostIdOf } from './native-id.ts'
import { readMarks } from './marks.ts'
import type { ProjectBy } from './options.ts'
import type { HostRow } from './parse/host-document.ts'
import type { VmRow } from './parse/vm-document.ts'
import { hostState, instanceState, vmState } from './states.ts'

export interface InventoryContext {
  readonly cloudId: CloudId
  readonly projectBy: ProjectBy
  readonly nowMs: number
}

const onHost: ReadonlySet<number> = new Set([vmState.active, 5, 8])

export function toInstance(row: VmRow, { cloudId, projectBy, nowMs }: InventoryContext): Instance {
  const state = instanceState(row)
  const { protectedBy, firmness, tags } = readMarks(row)
  const createdAtMs = row.createdAtS > 0 ? Math.min(row.createdAtS * 1000, nowMs) : undefined
  return {
    id: instanceId(cloudId, String(row.id)),
    cloudId,
    name: row.name,
    projectId: projectOf(row, { cloudId, projectBy }).id,
    hostId: hostOf(row, cloudId),
    flavor: row.templateId,
    state,
    stateSinceMs: stateSinceMs(row, state, nowMs),
    vcpus: row.vcpus,
    memoryMiB: row.memoryMiB,
    diskGiB: row.diskMiB / 1024,
    createdAtMs,
    firmness,
    tags,
    protectedBy,
  }
}

export function toHost(row: HostRow, cloudId: CloudId): Host {
  const isSized = row.totalCpu > 0 && row.totalMemoryKiB > 0
  const told = hostState(row.state)
  // Offline by an operator's wish it is left alone; set so by Gleaner it is closed, and asleep when its switch says so.
  const state = told === 'maintenance' && (row.attributes[closedMark] ?? '') !== '' ? 'disabled' : told
  const { ARCH: arch, HYPERVISOR: hypervisor, MODELNAME: model } = row.attributes
  return {
    id: hostIdOf(cloudId, row.id),
    cloudId,
    name: row.name === '' ? `host-${row.id}` : row.name,
    kind: 'hypervisor',
    // One that was never measured has nothing to give yet.
    state: state === 'up' && !isSized ? 'unknown' : state,
    cores: row.totalCpu / 100,
    memoryMiB: row.totalMemoryKiB / 1024,
    diskGiB: row.diskMiB / 1024,
    reservedCores: Math.max(0, row.totalCpu - row.maxCpu) / 100,
    reservedMemoryMiB: Math.max(0, row.totalMemoryKiB - row.maxMemoryKiB) / 1024,
    coreRatio: ratio(row.maxCpu, row.totalCpu),
    memoryRatio: ratio(row.maxMemoryKiB, row.totalMemoryKiB),
    properties: Object.fromEntries(
      Object.entries({ cluster: row.cluster, arch, hypervisor, model }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
      ),
    ),
    idlePowerW: undefined,
    fullPowerW: undefined,
  }
}

export function projectsOf(
  rows: readonly VmRow[],
  context: Pick<InventoryContext, 'cloudId' | 'projectBy'>,
): readonly Project[] {
  const projects = new Map<string, Project>()
  for (const row of rows) {
    const project = projectOf(row, context)
    if (!projects.has(project.id)) projects.set(project.id, project)
  }
  return [...projects.values()]
}

function projectOf(
  row: Pick<VmRow, 'owner' | 'group'>,
  { cloudId, projectBy }: Pick<InventoryContext, 'cloudId' | 'projectBy'>,
): Project {
  const { id, name } = row[projectBy]
  return { id: projectId(cloudId, `${projectBy}-${id}`), cloudId, name: name === '' ? `${projectBy} ${id}` : name }
}

function hostOf({ state, history }: VmRow, cloudId: CloudId) {
  if (history === undefined || history.hostId < 0 || !onHost.has(state)) return undefined
  return hostIdOf(cloudId, history.hostId)
}

/** OpenNebula notes when running began and ended, and of no other state. */
function stateSinceMs({ history }: VmRow, state: InstanceState, nowMs: number): number | undefined {
  const atS =
    state === 'running'
      ? history?.runningSinceS
      : state === 'suspended' || state === 'stopped'
        ? history?.runningUntilS
        : undefined
  return atS !== undefined && atS > 0 ? Math.min(atS * 1000, nowMs) : undefined
}

/** More is sold than is there, or as much as is there but for what is reserved. */
function ratio(sold: number, total: number): number {
  return total > 0 && sold > total ? sold / total : 1
}
