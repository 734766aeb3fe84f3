// A host in Blazar's words. Its client takes for the id of a host only digits and looks up anything else by name, so hosts
// are numbered by their place among the hosts that can be reserved, by name.
import { type HostProperties, propertyNames, type ReservableHost } from '@gleaner/engine'
import type { Lease } from '@gleaner/model'
import { blazarId } from './blazar-ids.ts'
import { blazarTime } from './blazar-times.ts'

export function blazarHost(
  { name, properties, closed }: ReservableHost,
  nth: number,
  hidden: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  return {
    id: String(nth + 1),
    hypervisor_hostname: name,
    hypervisor_type: '',
    hypervisor_version: 0,
    vcpus: properties.get('vcpus'),
    cpu_info: '',
    memory_mb: properties.get('memory_mb'),
    local_gb: properties.get('local_gb'),
    service_name: name,
    availability_zone: '',
    reservable: closed === undefined,
    status: null,
    trust_id: null,
    ...extrasOf(properties, hidden),
  }
}

const ownNames = new Set([
  'id',
  'name',
  'hypervisor_hostname',
  'kind',
  'cores',
  'memoryMiB',
  'diskGiB',
  'vcpus',
  'memory_mb',
  'local_gb',
])

function extrasOf(properties: HostProperties, hidden: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...properties].filter(([name]) => !ownNames.has(name) && !isHidden(name, hidden)))
}

/** Of a private property its parts are private as well. */
function isHidden(name: string, hidden: ReadonlySet<string>): boolean {
  return hidden.has(name) || [...hidden].some((each) => name.startsWith(`${each}.`))
}

export interface PropertyListing {
  readonly isDetailed: boolean
  readonly privates: ReadonlySet<string>
  readonly showsPrivates: boolean
}

export function blazarProperties(
  hosts: readonly ReservableHost[],
  { isDetailed, privates, showsPrivates }: PropertyListing,
) {
  const names = [...propertyNames(hosts.map(({ properties }) => properties))]
    .filter((name) => showsPrivates || !isHidden(name, privates))
    .sort()
  return names.map((property) => {
    if (!isDetailed) return { property }
    const values = new Set(
      hosts.flatMap(({ properties }) => {
        const value = properties.get(property)
        return value === undefined || typeof value === 'object' ? [] : [String(value)]
      }),
    )
    return { property, private: isHidden(property, privates), values: [...values].sort().slice(0, 100) }
  })
}

export function blazarAllocation({ id }: ReservableHost, nth: number, leases: readonly Lease[]) {
  return {
    resource_id: String(nth + 1),
    reservations: leases.flatMap((lease) =>
      lease.reservations
        .filter(({ shares }) => shares.some(({ hostId }) => hostId === id))
        .map((reservation) => ({
          id: blazarId(reservation.id),
          lease_id: blazarId(lease.id),
          start_date: blazarTime(lease.span.startMs),
          end_date: blazarTime(lease.span.endMs),
        })),
    ),
  }
}
