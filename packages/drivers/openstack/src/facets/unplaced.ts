// Servers that nova took and then found no host for: in error, never on a host, with "no valid host" as their fault. Holds
// what is needed to ask again: nova does not rebuild such a server, it has to be deleted and made anew.
//
// What nova does not show is missing: the networks that were asked for, scheduler hints but for the server group and, without
// the bus, the availability zone. Whoever needs a certain network names it in the metadata (marks.ts).
import type { CloudId } from '@gleaner/model'
import type { UnplacedInstance } from '@gleaner/ports'
import type { Json, NovaServer, OpenStackConnection } from '@gleaner/wire-openstack'
import { toInstance } from '../instance-reading.ts'
import { creationTag, networkMetadata, ownerKey } from './marks.ts'

interface ReaderOptions {
  readonly cloudId: CloudId
  readonly nowMs: () => number
  /** The zone that a server's request named, where the bus told it. */
  readonly zoneOf: (serverId: string) => string | undefined
}

const noHost = /no valid host/i

export class UnplacedReader {
  readonly #options: ReaderOptions
  /** Whether it is one, by server and the moment of its last change: the fault of each must be read on its own. */
  #known = new Map<string, UnplacedInstance | undefined>()

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  async read({ nova }: OpenStackConnection, signal: AbortSignal): Promise<readonly UnplacedInstance[]> {
    const seen = new Map<string, UnplacedInstance | undefined>()
    let flavors: ReadonlyMap<string, string> | undefined
    for await (const { servers } of nova.servers({ status: 'ERROR' }, signal)) {
      for (const listed of servers) {
        if (!isNeverPlaced(listed)) continue
        const key = `${listed.id} ${listed.updatedAtMs}`
        if (!this.#known.has(key)) {
          flavors ??= new Map((await nova.flavors(signal)).map(({ id, name }) => [name, id]))
          const server = await nova.server(listed.id, signal)
          this.#known.set(key, server && this.#toUnplaced(server, flavors))
        }
        seen.set(key, this.#known.get(key))
      }
    }
    this.#known = seen
    return [...seen.values()].filter((found) => found !== undefined)
  }

  #toUnplaced(server: NovaServer, flavors: ReadonlyMap<string, string>): UnplacedInstance | undefined {
    const { cloudId, nowMs, zoneOf } = this.#options
    const instance = toInstance(cloudId, server, nowMs())
    const { fault } = server
    if (instance === undefined || fault === undefined || !isNeverPlaced(server)) return undefined
    if (!noHost.test(fault.message)) return undefined
    const { id, name, projectId, firmness, flavor, vcpus, memoryMiB, diskGiB, tags } = instance
    return {
      instanceId: id,
      name,
      projectId,
      firmness,
      flavor,
      vcpus,
      memoryMiB,
      diskGiB,
      tags: tags.filter((tag) => !tag.startsWith(creationTag)),
      failedAtMs: server.updatedAtMs ?? nowMs(),
      reason: fault.message.trim(),
      native: requestOf(server, { flavorId: flavors.get(server.flavor.name), zone: zoneOf(server.id) }),
    }
  }
}

function isNeverPlaced({ vmState, host, launchedAtMs }: NovaServer): boolean {
  return vmState === 'error' && host === undefined && launchedAtMs === undefined
}

interface Known {
  readonly flavorId: string | undefined
  readonly zone: string | undefined
}

/** The `server` object of POST /servers, as far as nova shows what it was made of. */
function requestOf(server: NovaServer, { flavorId, zone }: Known): Readonly<Record<string, Json>> {
  const { raw, metadata } = server
  const network = metadata[networkMetadata]
  return given({
    imageRef: imageOf(raw['image']),
    flavorRef: flavorId,
    metadata,
    key_name: raw['key_name'],
    [ownerKey]: raw['key_name'] === null ? undefined : server.userId,
    user_data: raw['OS-EXT-SRV-ATTR:user_data'],
    hostname: raw['OS-EXT-SRV-ATTR:hostname'],
    description: raw['description'],
    config_drive: raw['config_drive'] === 'True' ? true : undefined,
    security_groups: raw['security_groups'],
    trusted_image_certificates: raw['trusted_image_certificates'],
    availability_zone: zone,
    'os:scheduler_hints': groupOf(raw['server_groups']),
    networks: network === undefined ? undefined : [{ uuid: network }],
  })
}

function imageOf(image: Json | undefined): string | undefined {
  const id = typeof image === 'object' && image !== null && 'id' in image ? image['id'] : undefined
  return typeof id === 'string' ? id : undefined
}

function groupOf(groups: Json | undefined): Readonly<Record<string, Json>> | undefined {
  const [group] = Array.isArray(groups) ? (groups as readonly Json[]) : []
  return group === undefined ? undefined : { group }
}

function given(entries: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) =>
      value === undefined || value === null || value === '' ? [] : [[key, value]],
    ),
  )
}
