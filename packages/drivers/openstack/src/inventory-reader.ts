// One reading of the whole cloud. Guarantees:
//
// - what could not be read is a gap; when neither servers nor hypervisors could, there is no inventory but an error;
// - servers that came, changed or went while their pages were read are in it as they were at the end of the reading: what
//   changed since its beginning is asked for once more;
// - what the token may not see for good (placement, aggregates, names of projects) is no gap, for it would be one for
//   ever: the host or project is shown with what is known, and `check` tells which right is missing.
import {
  type CloudId,
  describeError,
  type Host,
  type Instance,
  type Inventory,
  type InventoryGap,
  type Project,
  projectId,
} from '@gleaner/model'
import {
  isMarkerGone,
  isStatus,
  type NovaServer,
  OpenStackError,
  type OpenStackConnection,
  type ServerFault,
} from '@gleaner/wire-openstack'
import { toCloudError } from './cloud-error.ts'
import { toHost } from './host-reading.ts'
import { toInstance } from './instance-reading.ts'
import { ProviderCache } from './provider-cache.ts'

interface ReaderOptions {
  readonly cloudId: CloudId
  readonly nowMs: () => number
}

interface ServersReading {
  readonly servers: readonly NovaServer[]
  readonly faults: readonly ServerFault[]
}

/** How often a list is begun anew because the server its page starts at was deleted meanwhile. */
const listAttempts = 5
/** Nova's times have no fractions of a second. */
const sinceToleranceMs = 2_000

export class InventoryReader {
  readonly #options: ReaderOptions
  readonly #providers = new ProviderCache()

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  async observe(connection: OpenStackConnection, signal: AbortSignal): Promise<Inventory> {
    const gaps: InventoryGap[] = []
    const faults: unknown[] = []
    const part = async <T>(scope: string, read: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await read()
      } catch (error) {
        signal.throwIfAborted()
        const fault = toCloudError(error, { where: this.#options.cloudId, object: scope })
        faults.push(fault)
        gaps.push({ scope, reason: describeError(fault) })
        return undefined
      }
    }
    const [servers, hosts, names] = await Promise.all([
      part('instances', () => readServers(connection, signal)),
      part('hosts', () => this.#hosts(connection, { part, signal })),
      part('projects', () => unlessForbidden(() => connection.keystone.projects(signal))),
    ])
    if (servers === undefined && hosts === undefined) throw faults[0]
    const instances = this.#instances(servers, gaps)
    return { hosts: unique(hosts ?? [], gaps), instances, projects: this.#projects(instances, names ?? []), gaps }
  }

  async #hosts(connection: OpenStackConnection, reading: Reading): Promise<readonly Host[]> {
    const { nova, placement } = connection
    const { part, signal } = reading
    const hypervisors = await nova.hypervisors(signal)
    const ids = new Set(hypervisors.map(({ id }) => id))
    const [providers, aggregates] = await Promise.all([
      part('room and ratios of the hosts', () =>
        unlessForbidden(() => this.#providers.read(placement, ({ id }) => ids.has(id), signal)),
      ),
      part('aggregates', () => unlessForbidden(() => nova.aggregates(signal))),
    ])
    const { cloudId } = this.#options
    return hypervisors.map((hypervisor) =>
      toHost(cloudId, { hypervisor, provider: providers?.get(hypervisor.id), aggregates: aggregates ?? [] }),
    )
  }

  #instances(reading: ServersReading | undefined, gaps: InventoryGap[]): readonly Instance[] {
    if (reading === undefined) return []
    const nowMs = this.#options.nowMs()
    for (const { id, error } of reading.faults) {
      gaps.push({ scope: `instance ${id ?? 'without an id'}`, reason: describeError(error) })
    }
    const hidden = reading.servers.filter((server) => !server.showsHost).length
    if (hidden > 0) {
      const reason = `the token may not see on which host they are (os_compute_api:os-extended-server-attributes)`
      gaps.push({ scope: `hosts of ${hidden} instances`, reason })
    }
    return reading.servers.flatMap((server) => toInstance(this.#options.cloudId, server, nowMs) ?? [])
  }

  /** Those keystone names, and those that only have instances: a project may be deleted before its servers. */
  #projects(instances: readonly Instance[], named: readonly { id: string; name: string }[]): readonly Project[] {
    const { cloudId } = this.#options
    const found = new Map<string, Project>()
    for (const { id, name } of named) {
      const own = projectId(cloudId, id)
      found.set(own, { id: own, cloudId, name })
    }
    for (const { projectId: id } of instances) {
      if (!found.has(id)) found.set(id, { id, cloudId, name: id.slice(cloudId.length + 1) })
    }
    return [...found.values()]
  }
}

interface Reading {
  readonly part: <T>(scope: string, read: () => Promise<T>) => Promise<T | undefined>
  readonly signal: AbortSignal
}

async function readServers(connection: OpenStackConnection, signal: AbortSignal): Promise<ServersReading> {
  for (let left = listAttempts; ; left--) {
    try {
      return await listServers(connection, signal)
    } catch (error) {
      if (left <= 1 || !isMarkerGone(error)) throw error
    }
  }
}

async function listServers({ nova }: OpenStackConnection, signal: AbortSignal): Promise<ServersReading> {
  const servers = new Map<string, NovaServer>()
  const faults = new Map<string | undefined, ServerFault>()
  let beganMs: number | undefined
  let count = 0
  for await (const page of nova.servers({}, signal)) {
    beganMs ??= page.sentAtMs
    count++
    for (const server of page.servers) servers.set(server.id, server)
    for (const fault of page.faults) faults.set(fault.id, fault)
  }
  if (count > 1 && beganMs !== undefined) {
    for await (const page of nova.servers({ changedSinceMs: beganMs - sinceToleranceMs }, signal)) {
      for (const server of page.servers) {
        if (server.status === 'DELETED') servers.delete(server.id)
        else servers.set(server.id, server)
        faults.delete(server.id)
      }
      for (const fault of page.faults) faults.set(fault.id, fault)
    }
  }
  return { servers: [...servers.values()], faults: [...faults.values()] }
}

/** Undefined for what the token may not do, or the catalogue does not have. */
async function unlessForbidden<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isStatus(error, 403)) return undefined
    if (error instanceof OpenStackError && error.fault === 'missing') return undefined
    throw error
  }
}

/** A host is known by its name, here and to nova. */
function unique(hosts: readonly Host[], gaps: InventoryGap[]): readonly Host[] {
  const byId = new Map(hosts.map((host) => [host.id, host]))
  if (byId.size < hosts.length) {
    gaps.push({ scope: 'hosts', reason: 'several hypervisors have the same name; only one of each is shown' })
  }
  return [...byId.values()]
}
