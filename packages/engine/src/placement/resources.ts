// The three resources that are counted when something is placed, in the order of every array of this folder and of
// preemption/: vcpus, memory, disk. Where sizes are compared, a millionth of a unit is nothing: ratios such as 1.1 have no
// exact binary form, and a sum must not fail by its last bit.
import type { PlacementHost, PlacementRequest } from '@gleaner/model'

export const slack = 1e-6

type Sizes = Pick<PlacementRequest, 'vcpus' | 'ramMiB' | 'diskGiB'>

export function sizesOf({ vcpus, ramMiB, diskGiB }: Sizes): readonly [number, number, number] {
  return [vcpus, ramMiB, diskGiB]
}

/** What a host can hold of each resource: total x ratio - reserved, never below 0. */
export function capacityOf(host: PlacementHost): readonly [number, number, number] {
  return [
    Math.max(0, host.vcpus * (host.cpuRatio ?? 1) - (host.reservedVcpus ?? 0)),
    Math.max(0, host.ramMiB * (host.ramRatio ?? 1) - (host.reservedRamMiB ?? 0)),
    Math.max(0, host.diskGiB * (host.diskRatio ?? 1) - (host.reservedDiskGiB ?? 0)),
  ]
}
