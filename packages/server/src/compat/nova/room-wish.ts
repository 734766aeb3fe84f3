// What a firm create asks of the cloud: how much, how often, and where it may be placed. Only what Gleaner's placement
// understands in full is asked for: of a create with any other demand on the host (NUMA, huge pages, devices, server
// groups, …) nobody could say whether an eviction would help it, so nobody is evicted for it.
import { type Host, type HostId, preemptibleMark, type RoomHints } from '@gleaner/model'
import type { RoomSize } from '@gleaner/ports'
import { type CreateDocument, isObject, type JsonObject } from './create-document.ts'
import type { Flavor } from './flavors.ts'

export interface RoomWish extends RoomSize {
  readonly count: number
  readonly hints: RoomHints
}

export interface KnownCloud {
  readonly hosts: readonly Host[]
  /** Where an instance of nova is, by nova's id of it. */
  hostOf(serverId: string): HostId | undefined
}

/** Undefined when there is a demand that cannot be expressed. */
export function roomWish(
  { server, hints }: CreateDocument,
  flavor: Flavor,
  { image, cloud }: { readonly image: JsonObject | undefined; readonly cloud: KnownCloud },
): RoomWish | undefined {
  const specs = specDemands(flavor.extraSpecs)
  const imageSpecs = imageDemands(image)
  const count = countOf(server)
  const allowed = [zoneHosts(server, cloud), hintedHosts(hints, cloud)]
  if (specs === undefined || imageSpecs === undefined || count === undefined) return undefined
  if (allowed.some((each) => each === 'unknown')) return undefined
  const onHosts = intersection(allowed.filter((each) => Array.isArray(each)))
  const notOnHosts = avoidedHosts(hints, cloud)
  const properties = { ...specs, ...imageSpecs }
  return {
    vcpus: flavor.vcpus,
    memoryMiB: flavor.memoryMiB,
    diskGiB: diskOf(server, flavor),
    count,
    hints: {
      ...(onHosts === undefined ? {} : { onHosts }),
      ...(notOnHosts.length === 0 ? {} : { notOnHosts }),
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
    },
  }
}

/** Nova asks placement for whole GiB, rounded up, and for no root disk when the server boots from a volume. */
export function diskOf(server: JsonObject, { rootGiB, ephemeralGiB, swapMiB }: Flavor): number {
  return Math.ceil((bootsFromVolume(server) ? 0 : rootGiB) + ephemeralGiB + swapMiB / 1024)
}

export function bootsFromVolume(server: JsonObject): boolean {
  if (Array.isArray(server['block_device_mapping']) && server['block_device_mapping'].length > 0) return true
  const devices = server['block_device_mapping_v2']
  if (!Array.isArray(devices)) return false
  return devices.some((each) => {
    if (!isObject(each) || String(each['boot_index']) !== '0') return false
    const destination = each['destination_type'] ?? (each['source_type'] === 'image' ? 'local' : 'volume')
    return destination === 'volume'
  })
}

/** Nova makes as many as it may, up to the larger number, and places all or none. */
export function countOf({ min_count: least = 1, max_count: most = least }: JsonObject): number | undefined {
  if (![least, most].every((each) => /^\d+$/.test(String(each)))) return undefined
  const count = Number(most)
  return Number(least) >= 1 && count >= Number(least) && count <= 1000 ? count : undefined
}

type Allowed = readonly HostId[] | 'anywhere' | 'unknown'

/** `host` and `hypervisor_hostname` (2.74), and `ZONE`, `ZONE:HOST`, `ZONE:HOST:NODE`. */
function zoneHosts(server: JsonObject, { hosts }: KnownCloud): Allowed {
  const [zone = '', host, node] = textOf(server['availability_zone']).split(':')
  const names = [server['host'], server['hypervisor_hostname'], host, node].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  )
  if (names.length > 0) {
    const named = hosts.filter(({ name }) => names.every((each) => each === name))
    return named.length === 0 ? 'unknown' : named.map(({ id }) => id)
  }
  if (zone === '') return 'anywhere'
  // Hosts that are in no zone of their own are in the default one, whatever its name is.
  const zones = new Set(hosts.map(({ properties }) => properties?.['zone']))
  const isDefault = !zones.has(zone)
  const inside = hosts.filter(({ properties }) =>
    isDefault ? properties?.['zone'] === undefined : properties?.['zone'] === zone,
  )
  return inside.length === 0 ? 'unknown' : inside.map(({ id }) => id)
}

const understoodHints: ReadonlySet<string> = new Set([preemptibleMark.hint, 'same_host', 'different_host'])

function hintedHosts(hints: JsonObject, cloud: KnownCloud): Allowed {
  if (Object.keys(hints).some((name) => !understoodHints.has(name))) return 'unknown'
  const beside = listOf(hints['same_host'])
  if (beside.length === 0) return 'anywhere'
  const places = beside.map((id) => cloud.hostOf(id)).filter((id) => id !== undefined)
  return places.length === 0 ? 'unknown' : places
}

function avoidedHosts(hints: JsonObject, cloud: KnownCloud): readonly HostId[] {
  return listOf(hints['different_host'])
    .map((id) => cloud.hostOf(id))
    .filter((id) => id !== undefined)
}

/** Extra specs that are no demand on the host. */
const harmless =
  /^(?:gleaner|quota|hw_rng|hw_video|os):|^hw:(?:watchdog_action|boot_menu|serial_port_count|hide_hypervisor_id)$/

function specDemands(specs: Readonly<Record<string, string>>): Record<string, string | boolean> | undefined {
  const demands: Record<string, string | boolean> = {}
  for (const [key, value] of Object.entries(specs)) {
    if (harmless.test(key)) continue
    const [scope, name = ''] = splitOnce(key)
    if (scope === 'trait' && (value === 'required' || value === 'forbidden')) demands[name] = value === 'required'
    else if (scope === 'aggregate_instance_extra_specs' && /^[\w.-]+$/.test(value)) demands[name] = value
    else return undefined
  }
  return demands
}

/** Properties of an image that tie it to some hosts; the others are the business of the hypervisor. */
const imageTies =
  /^(?:hw_numa|hw_mem_|hw_cpu_|hw_pci_|hw_architecture$|img_hv_|hypervisor_type$|hypervisor_version|vm_mode$|architecture$|resources)/

function imageDemands(image: JsonObject | undefined): Record<string, boolean> | undefined {
  const metadata = isObject(image?.['metadata']) ? image['metadata'] : {}
  const demands: Record<string, boolean> = {}
  for (const [key, value] of Object.entries(metadata)) {
    if (imageTies.test(key)) return undefined
    const [scope, name = ''] = splitOnce(key)
    if (scope !== 'trait') continue
    if (value !== 'required') return undefined
    demands[name] = true
  }
  return demands
}

function intersection(lists: readonly (readonly HostId[])[]): readonly HostId[] | undefined {
  const [first, ...others] = lists
  return first?.filter((id) => others.every((list) => list.includes(id)))
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function splitOnce(key: string): readonly [string, string | undefined] {
  const cut = key.indexOf(':')
  return cut === -1 ? [key, undefined] : [key.slice(0, cut), key.slice(cut + 1)]
}
