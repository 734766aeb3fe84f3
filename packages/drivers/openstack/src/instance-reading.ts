// From a server of nova to an instance: whose it is, how firmly it was promised its room, who protects it.
import {
  type CloudId,
  type Firmness,
  hostId,
  type HostId,
  type Instance,
  instanceId,
  keepMark,
  keepTag,
  preemptibleMark,
  projectId,
  readMark,
} from '@gleaner/model'
import type { NovaServer } from '@gleaner/wire-openstack'
import { instanceState } from './instance-state.ts'

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
    tags: tagsOf(server),
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
    tags.includes(preemptibleMark.tag) ||
    readMark(metadata[preemptibleMark.property]) ||
    readMark(flavor.extraSpecs[preemptibleMark.extraSpec])
  return isPreemptible ? 'preemptible' : 'firm'
}

/** Its tags, and metadata that stands for one. */
function tagsOf({ tags, metadata }: NovaServer): readonly string[] {
  const kept = metadata[keepMark.property]
  return kept === undefined || kept.trim() === '' ? tags : [...tags, keepTag(kept)]
}

/** Anything but a plain no protects. */
function protectionOf({ isLocked, lockedReason, tags, metadata }: NovaServer): string | undefined {
  if (isLocked) return lockedReason === undefined ? 'a lock in nova' : `a lock in nova: ${lockedReason}`
  if (tags.includes(protectedTag)) return `the tag ${protectedTag}`
  const written = metadata[protectedMetadata]?.trim()
  if (written === undefined || written === '') return undefined
  const isProtected = readMark(written) ?? written
  return isProtected === true ? `the metadata ${protectedMetadata}` : isProtected || undefined
}
