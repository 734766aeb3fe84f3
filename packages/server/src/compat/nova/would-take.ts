// Whether nova would take a create but for the room: asked before anybody is told to leave, with the caller's own token.
// Nova has no dry run, so this asks for what it checks first: keys of the body, quota, image, key pair, zone. Where
// something speaks against it no room is made, and nova says itself what is wrong. A create that passes here can still be
// refused (networks, volumes, policies): then the room is given up, and those who left come back.
import { type JsonObject, isObject } from './create-document.ts'
import type { CallerCalls } from './caller-calls.ts'
import type { Flavor } from './flavors.ts'
import { baseMinor } from './microversion.ts'

export interface Candidate {
  readonly server: JsonObject
  readonly flavor: Flavor
  readonly count: number
  readonly image: JsonObject | undefined
}

/** Undefined when nothing speaks against it; else what does. */
export async function objection(
  candidate: Candidate,
  calls: CallerCalls,
  signal: AbortSignal,
): Promise<string | undefined> {
  const own = keyObjection(candidate.server) ?? imageObjection(candidate)
  if (own !== undefined) return own
  const found = await Promise.all([
    quotaObjection(candidate, calls, signal),
    keyPairObjection(candidate, calls, signal),
    zoneObjection(candidate, calls, signal),
  ])
  return found.find((each) => each !== undefined)
}

/** The image a server boots from; undefined when it boots from none, or nova does not show it. */
export async function imageOf(
  server: JsonObject,
  calls: CallerCalls,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const id = imageId(server)
  if (id === undefined) return undefined
  return calls.read({ path: `/v2.1/images/${encodeURIComponent(id)}`, minor: baseMinor, name: 'image' }, signal)
}

/** Of all versions together (nova/api/openstack/compute/schemas/servers.py). */
const knownKeys: ReadonlySet<string> = new Set(
  [
    'name imageRef flavorRef adminPass metadata networks OS-DCF:diskConfig accessIPv4 accessIPv6 personality description',
    'availability_zone block_device_mapping block_device_mapping_v2 config_drive key_name min_count max_count hostname',
    'return_reservation_id security_groups user_data tags trusted_image_certificates host hypervisor_hostname preemptible',
  ].flatMap((line) => line.split(' ')),
)

function keyObjection(server: JsonObject): string | undefined {
  const unknown = Object.keys(server).find((key) => !knownKeys.has(key))
  if (unknown !== undefined) return `nova knows no "${unknown}"`
  const { name } = server
  if (typeof name !== 'string' || name.trim() === '' || name.length > 255) return 'the name is none'
  return undefined
}

function imageObjection({ server, flavor, image }: Candidate): string | undefined {
  if (imageId(server) === undefined) return undefined
  if (image === undefined) return 'the image is not there'
  if (image['status'] !== 'ACTIVE') return 'the image is not active'
  if (Number(image['minRam'] ?? 0) > flavor.memoryMiB) return 'the image needs more memory than the flavor has'
  if (flavor.rootGiB > 0 && Number(image['minDisk'] ?? 0) > flavor.rootGiB)
    return 'the image needs more disk than the flavor has'
  return undefined
}

async function quotaObjection(
  { flavor, count }: Candidate,
  calls: CallerCalls,
  signal: AbortSignal,
): Promise<string | undefined> {
  const limits = await calls.read({ path: '/v2.1/limits', minor: baseMinor, name: 'limits' }, signal)
  const absolute = limits?.['absolute']
  if (!isObject(absolute)) return 'the quota cannot be read'
  const exceeded = [
    ['maxTotalInstances', 'totalInstancesUsed', 1],
    ['maxTotalCores', 'totalCoresUsed', flavor.vcpus],
    ['maxTotalRAMSize', 'totalRAMUsed', flavor.memoryMiB],
  ] as const
  const over = exceeded.find(([most, used, each]) => {
    const [limit, inUse] = [Number(absolute[most] ?? -1), Number(absolute[used] ?? 0)]
    return limit >= 0 && inUse + count * each > limit
  })
  return over === undefined ? undefined : `the quota is used up (${over[0]})`
}

async function keyPairObjection(
  { server }: Candidate,
  calls: CallerCalls,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = server['key_name']
  if (name === undefined) return undefined
  if (typeof name !== 'string') return 'the name of the key pair is none'
  const path = `/v2.1/os-keypairs/${encodeURIComponent(name)}`
  const pair = await calls.read({ path, minor: baseMinor, name: 'keypair' }, signal)
  return pair === undefined ? 'the key pair is not there' : undefined
}

async function zoneObjection(
  { server }: Candidate,
  calls: CallerCalls,
  signal: AbortSignal,
): Promise<string | undefined> {
  const wanted = server['availability_zone']
  if (typeof wanted !== 'string') return undefined
  const { body } = await calls.ask({ path: '/v2.1/os-availability-zone', minor: baseMinor }, signal)
  const zones = body?.['availabilityZoneInfo']
  if (!Array.isArray(zones)) return 'the availability zones cannot be read'
  const zone = wanted.split(':')[0]
  const isThere = zones.some(
    (each) =>
      isObject(each) &&
      each['zoneName'] === zone &&
      isObject(each['zoneState']) &&
      each['zoneState']['available'] === true,
  )
  return isThere ? undefined : 'the availability zone is not there'
}

/** An id, or a link that ends with it; empty when the server boots from a volume. */
function imageId(server: JsonObject): string | undefined {
  const reference = server['imageRef']
  const id = typeof reference === 'string' ? reference.split('/').at(-1) : undefined
  return id === '' ? undefined : id
}
