// From a hypervisor of nova, its resource provider in placement and the aggregates it is in, to a host.
//
// Sizes, reserved room and ratios are placement's, for it is what the scheduler goes by; where placement cannot be read,
// sizes are nova's own and the ratios unknown. A host that Gleaner or nova itself closed is disabled; one that a person
// closed is in maintenance.
import { type CloudId, type Host, hostId, type HostState } from '@gleaner/model'
import type { Inventories, InventoryItem, NovaAggregate, NovaHypervisor } from '@gleaner/wire-openstack'
import { traitPrefix } from './facets/lease-names.ts'

/** Begins the reason of every service that Gleaner disabled. */
export const closedByGleaner = 'Gleaner: '
/** Begins the reason where nova did so itself, after servers failed to start. */
const closedByNova = 'AUTO: '

export interface ProviderReading {
  readonly inventories: Inventories
  readonly traits: readonly string[]
}

export interface HostParts {
  readonly hypervisor: NovaHypervisor
  /** Undefined where placement may not be read. */
  readonly provider: ProviderReading | undefined
  readonly aggregates: readonly NovaAggregate[]
}

export function toHost(cloudId: CloudId, parts: HostParts): Host {
  const { hypervisor, provider } = parts
  const item = (name: string) => provider?.inventories.items.get(name)
  const cores = item('VCPU')
  const pinned = item('PCPU')
  const memory = item('MEMORY_MB')
  const disk = item('DISK_GB')
  const sharedCores = cores?.total ?? (pinned === undefined ? (hypervisor.vcpus ?? 0) : 0)
  const memoryMiB = memory?.total ?? hypervisor.memoryMiB ?? 0
  return {
    id: hostId(cloudId, hypervisor.name),
    cloudId,
    name: hypervisor.name,
    kind: 'hypervisor',
    state: hostState(hypervisor),
    cores: sharedCores + (pinned?.total ?? 0),
    memoryMiB,
    diskGiB: disk?.total ?? hypervisor.diskGiB ?? 0,
    reservedCores: (cores?.reserved ?? 0) + (pinned?.reserved ?? 0),
    reservedMemoryMiB: Math.min(memory?.reserved ?? 0, memoryMiB),
    coreRatio: coreRatio(cores, pinned),
    memoryRatio: memory?.allocationRatio,
    ...(disk !== undefined && { diskRatio: disk.allocationRatio }),
    properties: properties(parts),
    idlePowerW: undefined,
    fullPowerW: undefined,
  }
}

/** Cores that are pinned are sold once: the ratio of both kinds together is what all of them are sold as. */
function coreRatio(shared: InventoryItem | undefined, pinned: InventoryItem | undefined): number | undefined {
  const total = (shared?.total ?? 0) + (pinned?.total ?? 0)
  if (pinned === undefined || total === 0) return shared?.allocationRatio
  const sold = [shared, pinned].reduce(
    (sum, item) => sum + (item === undefined ? 0 : item.total * item.allocationRatio),
    0,
  )
  return sold / total
}

function hostState({ isUp, isEnabled, disabledReason }: NovaHypervisor): HostState {
  if (!isUp) return 'down'
  if (isEnabled) return 'up'
  const byMachine = [closedByGleaner, closedByNova].some((mark) => disabledReason?.startsWith(mark))
  return byMachine ? 'disabled' : 'maintenance'
}

/** Traits by their name, the metadata of aggregates by theirs, `aggregate:NAME`, `zone`, `hypervisor`. */
function properties({ hypervisor, provider, aggregates }: HostParts): Readonly<Record<string, string | boolean>> {
  const own: Record<string, string | boolean> = { hypervisor: hypervisor.type }
  // Those of leases come and go, and say nothing about the host.
  for (const trait of provider?.traits ?? []) if (!trait.startsWith(traitPrefix)) own[trait] = true
  for (const aggregate of aggregates) {
    if (!aggregate.hosts.includes(hypervisor.serviceHost)) continue
    own[`aggregate:${aggregate.name}`] = true
    for (const [key, value] of Object.entries(aggregate.metadata)) own[key] = value
    if (aggregate.zone !== undefined) own['zone'] = aggregate.zone
  }
  return own
}
