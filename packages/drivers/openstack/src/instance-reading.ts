// From a server of nova to an instance: whose it is, how firmly it was promised its room, who protects it.
import { type CloudId, type Firmness, hostId, type HostId, type Instance, instanceId, projectId } from '@gleaner/model'
import type { NovaServer } from '@gleaner/wire-openstack'
import { instanceState } from './instance-state.ts'

/** As a tag, and as the name of a metadata entry that says true. */
export const preemptibleMark = 'preemptible'
/** In a flavor it must have a namespace: nova's scheduler takes one without for a capability no host has. */
export const preemptibleFlavorSpec = 'gleaner:preemptible'
export const protectedTag = 'gleaner-protected'
export const protectedMetadata = 'gleaner_protected'

const mibPerGib = 1024

/** Undefined when the server is not there (any more). */
export function toInstance(cloudId: CloudId, server: NovaServer, nowMs: number): Instance | undefined {
  const state = instanceState(server)
  if (state === undefined) return undefined
  const { flavor, createdAtMs } = server
  const root = server.isBootedFromVolume ? 0 : flavor.rootGiB
  return {
    id: instanceId(cloudId, server.id),
    cloudId,
    name: server.name === '' ? server.id : server.name,
    projectId: projectId(cloudId, server.projectId),
    hostId: state === 'shelved' ? undefined : placeOf(cloudId, server),
    flavor: flavor.name === '' ? undefined : flavor.name,
    state,
    stateSinceMs: undefined,
    vcpus: flavor.vcpus,
    memoryMiB: flavor.memoryMiB,
    diskGiB: root + flavor.ephemeralGiB + flavor.swapMiB / mibPerGib,
    // The cloud's clock may be ahead of ours: nothing was made in the future.
    createdAtMs: createdAtMs === undefined ? undefined : Math.min(createdAtMs, nowMs),
    firmness: firmnessOf(server),
    tags: server.tags,
    protectedBy: protectionOf(server),
  }
}

/** A host is a hypervisor: a service can have several. */
export function placeOf(cloudId: CloudId, { node, host }: Pick<NovaServer, 'node' | 'host'>): HostId | undefined {
  const native = node ?? host
  return native === undefined ? undefined : hostId(cloudId, native)
}

export function firmnessOf({ tags, metadata, flavor }: Pick<NovaServer, 'tags' | 'metadata' | 'flavor'>): Firmness {
  const isPreemptible =
    tags.includes(preemptibleMark) ||
    isYes(metadata[preemptibleMark]) ||
    isYes(flavor.extraSpecs[preemptibleFlavorSpec])
  return isPreemptible ? 'preemptible' : 'firm'
}

/** Anything but a plain no protects. */
function protectionOf({ isLocked, lockedReason, tags, metadata }: NovaServer): string | undefined {
  if (isLocked) return lockedReason === undefined ? 'a lock in nova' : `a lock in nova: ${lockedReason}`
  if (tags.includes(protectedTag)) return `the tag ${protectedTag}`
  const written = metadata[protectedMetadata]?.trim()
  if (written === undefined || written === '' || /^(no|false|0)$/i.test(written)) return undefined
  return isYes(written) ? `the metadata ${protectedMetadata}` : written
}

function isYes(text: string | undefined): boolean {
  return text !== undefined && /^(yes|true|1)$/i.test(text.trim())
}
