// From the readings of all hosts to one inventory.
//
// - A host that could not be read is a gap. It is still listed, as down and with the size it had, when it was read
//   before; its instances are not, because where they are now nobody knows.
// - A domain that is defined on several hosts is one instance: on the host where it is active. Active on two of them, it
//   is a gap and no instance.
import {
  describeError,
  instanceId,
  projectId,
  type CloudId,
  type Host,
  type Instance,
  type Inventory,
  type InventoryGap,
  type Project,
} from '@gleaner/model'
import { domainStates } from '@gleaner/wire-libvirt'
import type { DomainReading } from './domain-reading.ts'
import type { HostReading } from './host-reading.ts'
import { instanceState } from './instance-state.ts'

/** For domains whose metadata names none. */
const defaultProject = 'default'

export interface UnreadHost {
  readonly name: string
  readonly error: unknown
  readonly lastKnown: Host | undefined
}

interface Placed {
  readonly reading: DomainReading
  readonly host: Host
}

export function buildInventory(
  cloudId: CloudId,
  read: readonly HostReading[],
  unread: readonly UnreadHost[],
): Inventory {
  const gaps: InventoryGap[] = unread.map(({ name, error }) => ({
    scope: `host ${name}`,
    reason: describeError(error),
  }))
  const placed = new Map<string, Placed>()
  const torn = new Set<string>()
  for (const { host, domains, faults } of read) {
    for (const { ref, error } of faults) {
      gaps.push({ scope: `instance ${ref.name} on host ${host.name}`, reason: describeError(error) })
    }
    for (const reading of domains) {
      const { uuid, name } = reading.ref
      const other = placed.get(uuid)
      if (other === undefined || (!isActive(other.reading) && isActive(reading))) placed.set(uuid, { reading, host })
      else if (isActive(other.reading) && isActive(reading)) {
        torn.add(uuid)
        gaps.push({ scope: `instance ${name}`, reason: `it runs on host ${other.host.name} and on host ${host.name}` })
      }
    }
  }
  for (const uuid of torn) placed.delete(uuid)
  const instances = [...placed.values()].map(({ reading, host }) => toInstance(cloudId, host, reading))
  const down = unread.flatMap(({ lastKnown }) =>
    lastKnown === undefined ? [] : [{ ...lastKnown, state: 'down' as const }],
  )
  return { hosts: [...read.map(({ host }) => host), ...down], instances, projects: projects(cloudId, instances), gaps }
}

export function toInstance(cloudId: CloudId, host: Pick<Host, 'id'>, reading: DomainReading): Instance {
  const { ref, raw, document, diskGiB } = reading
  const { protectedBy, project, firmness, tags } = document.metadata
  return {
    id: instanceId(cloudId, ref.uuid),
    cloudId,
    name: ref.name,
    projectId: projectId(cloudId, project ?? defaultProject),
    hostId: host.id,
    flavor: undefined,
    state: instanceState(raw),
    stateSinceMs: undefined,
    vcpus: document.vcpus,
    memoryMiB: document.memoryMiB,
    diskGiB,
    createdAtMs: undefined,
    firmness,
    tags,
    protectedBy,
  }
}

function isActive({ raw }: DomainReading): boolean {
  return raw.state !== domainStates.shutoff && raw.state !== domainStates.crashed
}

function projects(cloudId: CloudId, instances: readonly Instance[]): readonly Project[] {
  const ids = new Set([projectId(cloudId, defaultProject), ...instances.map((instance) => instance.projectId)])
  return [...ids].map((id) => ({ id, cloudId, name: id.slice(cloudId.length + 1) }))
}
