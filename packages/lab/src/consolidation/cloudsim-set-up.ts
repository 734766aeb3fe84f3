// The datacentre in which consolidation policies are compared in the literature: 800 hosts, every other one an HP ProLiant
// ML110 G4 (2 × 1860 MIPS) or G5 (2 × 2660 MIPS), 4 GB, 1 Gbit/s; instances in four equal parts of four sizes. Power is that
// of SPECpower_ssj2008. Source: Beloglazov and Buyya, CCPE 24(13), 2012, section 6, and the CloudSim package that comes with it.
//
// Instances are placed in their order by their nominal size (see nominal-room.ts). As in the published simulator the memory of
// a host limits only this first placement; `memoryBinds` makes it count always, as it does on real hosts.
import type { HostColumns, InstanceColumns, PowerCurve } from '@gleaner/engine/energy'

const g4: PowerCurve = [86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117]
const g5: PowerCurve = [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135]
const hostKinds = [
  { mips: 1860, cores: 2, memoryMiB: 4096, curve: g4 },
  { mips: 2660, cores: 2, memoryMiB: 4096, curve: g5 },
] as const
const instanceKinds = [
  { mips: 2500, memoryMiB: 870 },
  { mips: 2000, memoryMiB: 1740 },
  { mips: 1000, memoryMiB: 1740 },
  { mips: 500, memoryMiB: 613 },
] as const

/** Half of a gigabit per second carries migrations. */
export const migrationMiBPerS = 62.5
export const publishedHostCount = 800

export interface SetUp {
  readonly hosts: HostColumns
  readonly instances: InstanceColumns
  /** Where instances go when they come; by their nominal size unless told. */
  readonly firstHostOf?: Int32Array
}

export function cloudsimSetUp(instanceCount: number, hostCount = publishedHostCount): SetUp {
  const kindOf = (host: number) => hostKinds[(host % 2) as 0 | 1]
  const hosts: HostColumns = {
    count: hostCount,
    capacity: Float64Array.from({ length: hostCount }, (_, host) => kindOf(host).mips * kindOf(host).cores),
    coreCapacity: Float64Array.from({ length: hostCount }, (_, host) => kindOf(host).mips),
    memoryMiB: Float64Array.from({ length: hostCount }, (_, host) => kindOf(host).memoryMiB),
    curves: Array.from({ length: hostCount }, (_, host) => kindOf(host).curve),
  }
  const part = Math.ceil(instanceCount / instanceKinds.length)
  const sizeOf = (instance: number) => instanceKinds[Math.floor(instance / part) as 0 | 1 | 2 | 3]
  const instances: InstanceColumns = {
    count: instanceCount,
    size: Float64Array.from({ length: instanceCount }, (_, instance) => sizeOf(instance).mips),
    memoryMiB: Float64Array.from({ length: instanceCount }, (_, instance) => sizeOf(instance).memoryMiB),
  }
  return { hosts, instances }
}
