// The watermark: room that is kept free of preemptible instances, so that a firm request finds it before it asks. Counted
// over the hosts of a cloud that take instances: free >= watermark x what can be sold, of cores and of memory.
// Who leaves for it is found exactly, by the same search as for a request: all hosts taken together as one, and a request
// as large as the whole headroom.
import type { PlacementHost } from '@gleaner/model'

export interface Headroom {
  readonly vcpus: number
  readonly ramMiB: number
}

interface Sums {
  readonly capacity: Headroom
  readonly used: Headroom
}

/** How much more should be free; undefined when enough is. */
export function headroomMissing(hosts: readonly PlacementHost[], watermark: number): Headroom | undefined {
  if (!(watermark > 0)) return undefined
  const { capacity, used } = sums(hosts)
  const missing = {
    vcpus: Math.max(0, capacity.vcpus * watermark - (capacity.vcpus - used.vcpus)),
    ramMiB: Math.max(0, capacity.ramMiB * watermark - (capacity.ramMiB - used.ramMiB)),
  }
  return missing.vcpus > slack || missing.ramMiB > slack ? missing : undefined
}

const slack = 1e-6

/** All hosts that take instances as one, with the headroom that it shall have. */
export function asOneHost(
  hosts: readonly PlacementHost[],
  watermark: number,
): { readonly host: PlacementHost; readonly wanted: Headroom } {
  const open = hosts.filter(takesInstances)
  const { capacity } = sums(hosts)
  const diskGiB = open.reduce((sum, host) => sum + host.diskGiB * (host.diskRatio ?? 1), 0)
  return {
    host: {
      name: 'all hosts',
      vcpus: capacity.vcpus,
      ramMiB: capacity.ramMiB,
      diskGiB,
      instances: open.flatMap(({ instances }) => instances),
    },
    wanted: { vcpus: capacity.vcpus * watermark, ramMiB: capacity.ramMiB * watermark },
  }
}

function sums(hosts: readonly PlacementHost[]): Sums {
  const capacity = { vcpus: 0, ramMiB: 0 }
  const used = { vcpus: 0, ramMiB: 0 }
  for (const host of hosts) {
    if (!takesInstances(host)) continue
    capacity.vcpus += host.vcpus * (host.cpuRatio ?? 1) - (host.reservedVcpus ?? 0)
    capacity.ramMiB += host.ramMiB * (host.ramRatio ?? 1) - (host.reservedRamMiB ?? 0)
    for (const instance of host.instances) {
      used.vcpus += instance.vcpus
      used.ramMiB += instance.ramMiB
    }
  }
  return { capacity, used }
}

/** A desktop is its person's; what is lent there is no headroom for anybody. */
function takesInstances({ state = 'up', kind = 'hypervisor' }: PlacementHost): boolean {
  return state === 'up' && kind === 'hypervisor'
}
