// The hosts of a reading as they can be reserved: what a host holds of instances by its nominal sizes and ratios, whatever
// runs on it now, what operators told of it besides, and whether anything new may be promised on it. Desktops belong to those in front of them.
import type { Host, HostId, HostOffer } from '@gleaner/model'
import { hostProperties } from './host-properties.ts'
import type { ReservableHost } from './reservation-book.ts'

export function reservableHosts(
  hosts: readonly Host[],
  offers: ReadonlyMap<HostId, HostOffer> = new Map(),
): readonly ReservableHost[] {
  return hosts
    .filter(({ kind }) => kind === 'hypervisor')
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map((host) => ({
      id: host.id,
      name: host.name,
      capacity: [
        Math.max(0, (host.cores - host.reservedCores) * (host.coreRatio ?? 1)),
        Math.max(0, (host.memoryMiB - host.reservedMemoryMiB) * (host.memoryRatio ?? 1)),
        // A host that tells no disk refuses nobody for want of it.
        host.diskGiB > 0 ? host.diskGiB * (host.diskRatio ?? 1) : Number.POSITIVE_INFINITY,
      ],
      properties: hostProperties(host, offers.get(host.id)?.properties),
      closed: offers.get(host.id)?.withdrawn === true ? 'withdrawn' : closedBy(host),
    }))
}

/** A host that is switched off to save energy can be woken in time; one that is down may be so for ever. */
function closedBy({ state }: Host): string | undefined {
  return state === 'up' || state === 'asleep' ? undefined : state
}
