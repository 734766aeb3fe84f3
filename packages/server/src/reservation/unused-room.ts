// What a running lease on room for instances still holds on its hosts: what was promised, less what instances have that its project
// began there since the lease did. Whether they came with the hint of the lease nobody can see from outside.
import type { LeasedRoom } from '@gleaner/engine'
import type { HostId, Instance, Lease } from '@gleaner/model'

export function unusedRoom(
  { id, projectId, span, reservations }: Lease,
  instancesOfHost: ReadonlyMap<HostId, readonly Instance[]>,
): readonly LeasedRoom[] {
  const promised = new Map<HostId, [number, number, number]>()
  for (const { wish, shares } of reservations) {
    if (wish.kind !== 'instances') continue
    for (const { hostId, units } of shares) {
      // Instances that stay together are one unit.
      const count = wish.affinity === 'together' ? wish.amount : units
      const [vcpus, memoryMiB, diskGiB] = promised.get(hostId) ?? [0, 0, 0]
      const [eachVcpus, eachMemoryMiB, eachDiskGiB] = wish.size
      promised.set(hostId, [
        vcpus + count * eachVcpus,
        memoryMiB + count * eachMemoryMiB,
        diskGiB + count * eachDiskGiB,
      ])
    }
  }
  return [...promised].map(([hostId, [vcpus, memoryMiB, diskGiB]]) => {
    const own = (instancesOfHost.get(hostId) ?? []).filter(
      (instance) => instance.projectId === projectId && (instance.createdAtMs ?? 0) >= span.startMs,
    )
    const left = (had: number, of: (instance: Instance) => number) =>
      Math.max(
        0,
        own.reduce((rest, instance) => rest - of(instance), had),
      )
    return {
      leaseId: id,
      hostId,
      vcpus: left(vcpus, (instance) => instance.vcpus),
      memoryMiB: left(memoryMiB, (instance) => instance.memoryMiB),
      diskGiB: left(diskGiB, (instance) => instance.diskGiB),
    }
  })
}
