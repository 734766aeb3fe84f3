// What a cloud consists of, as every driver reports it: hosts, instances, projects. An inventory is either complete or
// says what is missing; nothing is ever decided about a part of a cloud that an inventory does not cover.
import type { CloudId, HostId, InstanceId, ProjectId } from './ids.ts'

/**
 * - up: takes instances; disabled: runs what it has, takes nothing new; maintenance: as disabled, by an operator's wish;
 * - down: does not answer; asleep: switched off on purpose; unknown: the cloud does not say.
 */
export const hostStates = ['up', 'disabled', 'maintenance', 'down', 'asleep', 'unknown'] as const
export type HostState = (typeof hostStates)[number]

/** A hypervisor belongs to the cloud; a desktop belongs to the person in front of it. */
export type HostKind = 'hypervisor' | 'desktop'

export interface Host {
  readonly id: HostId
  readonly cloudId: CloudId
  readonly name: string
  readonly kind: HostKind
  readonly state: HostState
  /** Physical cores (hardware threads as the hypervisor sells them), memory and local disk (0: the cloud does not tell). */
  readonly cores: number
  readonly memoryMiB: number
  readonly diskGiB: number
  /** What the host keeps for itself. */
  readonly reservedCores: number
  readonly reservedMemoryMiB: number
  /** What the cloud's own scheduler sells per physical core and MiB; undefined where the cloud has no scheduler. */
  readonly coreRatio: number | undefined
  readonly memoryRatio: number | undefined
  /** The same for local disk; 1 where the cloud does not say. */
  readonly diskRatio?: number
  /** What requests may ask for by name: traits (value `true`), aggregates' metadata, CPU model, the rack, … */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /** Measured or rated power at rest and at full load, in watts, where known. */
  readonly idlePowerW: number | undefined
  readonly fullPowerW: number | undefined
}

/**
 * Settled states: running, paused (memory kept, no cores), suspended (memory written to disk), stopped, shelved
 * (off its host). Moving states: starting, pausing, suspending, stopping, shelving, resuming, migrating, deleting.
 * error: the cloud says so. unknown: the cloud does not say, or says something that has no counterpart here.
 */
export const instanceStates = [
  'running',
  'paused',
  'suspended',
  'stopped',
  'shelved',
  'error',
  'unknown',
  'starting',
  'pausing',
  'suspending',
  'stopping',
  'shelving',
  'resuming',
  'migrating',
  'deleting',
] as const
export type InstanceState = (typeof instanceStates)[number]

export const settledStates: readonly InstanceState[] = ['running', 'paused', 'suspended', 'stopped', 'shelved', 'error']

export const movingStates: readonly InstanceState[] = [
  'starting',
  'pausing',
  'suspending',
  'stopping',
  'shelving',
  'resuming',
  'migrating',
  'deleting',
]

/** A firm instance was promised its room; a preemptible one fills room that nobody else needs. */
export type Firmness = 'firm' | 'preemptible'

export interface Instance {
  readonly id: InstanceId
  readonly cloudId: CloudId
  readonly name: string
  readonly projectId: ProjectId
  /** Undefined while it is on no host (shelved, or not yet placed). */
  readonly hostId: HostId | undefined
  readonly flavor: string | undefined
  readonly state: InstanceState
  /** When the cloud says the state began; undefined when it does not say. */
  readonly stateSinceMs: number | undefined
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  readonly createdAtMs: number | undefined
  readonly firmness: Firmness
  readonly tags: readonly string[]
  /** Somebody with the right to do so has marked it as not to be touched (tag, metadata, lock); says who or how. */
  readonly protectedBy: string | undefined
}

export interface Project {
  readonly id: ProjectId
  readonly cloudId: CloudId
  readonly name: string
}

/** A part of the cloud that could not be read: what, and why. */
export interface InventoryGap {
  readonly scope: string
  readonly reason: string
}

/** One reading of one cloud, as the driver gives it. */
export interface Inventory {
  readonly hosts: readonly Host[]
  readonly instances: readonly Instance[]
  readonly projects: readonly Project[]
  /** Empty when and only when everything could be read. */
  readonly gaps: readonly InventoryGap[]
}

/** An inventory with the moment its reading BEGAN and a number that grows with every reading of that cloud. */
export interface CloudSnapshot extends Inventory {
  readonly cloudId: CloudId
  readonly version: number
  readonly takenAtMs: number
}
