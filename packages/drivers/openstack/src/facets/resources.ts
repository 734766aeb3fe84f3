// Sizes in placement's words: what a claim takes, and what a server of a flavor holds.
import type { RoomSize } from '@gleaner/ports'
import type { Inventories, NovaServer, Resources } from '@gleaner/wire-openstack'

const mibPerGib = 1024

/** Of the classes this provider has: cores that are all pinned are PCPU; disk may be somebody else's (shared storage). */
export function roomOf({ vcpus, memoryMiB, diskGiB }: RoomSize, { items }: Inventories): Resources {
  const cores = items.has('VCPU') || !items.has('PCPU') ? 'VCPU' : 'PCPU'
  const all: Resources = { [cores]: vcpus, MEMORY_MB: memoryMiB, DISK_GB: items.has('DISK_GB') ? diskGiB : 0 }
  return whole(all)
}

/** As nova's scheduler asks placement for a server (nova/scheduler/utils.py: the flavor, and its `resources:` over it). */
export function heldBy({ flavor, isBootedFromVolume }: NovaServer): Resources {
  const { vcpus, memoryMiB, rootGiB, ephemeralGiB, swapMiB, extraSpecs } = flavor
  const isPinned = extraSpecs['hw:cpu_policy'] === 'dedicated'
  const disk = (isBootedFromVolume ? 0 : rootGiB) + ephemeralGiB + Math.ceil(swapMiB / mibPerGib)
  const held: Record<string, number> = { [isPinned ? 'PCPU' : 'VCPU']: vcpus, MEMORY_MB: memoryMiB, DISK_GB: disk }
  for (const [key, value] of Object.entries(extraSpecs)) {
    const amount = Number(value)
    if (key.startsWith('resources:') && Number.isInteger(amount)) held[key.slice('resources:'.length)] = amount
  }
  return whole(held)
}

/** Placement counts in whole units, and takes no class of which nothing is wanted. */
function whole(resources: Resources): Resources {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([name, amount]) => (amount > 0 ? [[name, Math.ceil(amount)]] : [])),
  )
}
