// What the facets share: the cloud they belong to, and how each of their calls is made.
import { type CloudId, GleanerError, type HostId, hostId, type InstanceId, instanceId, nativeOf } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import type { NovaHypervisor, NovaServer, OpenStackConnection } from '@gleaner/wire-openstack'

export interface Inside {
  readonly cloud: CloudId
  readonly clock: Clock
  /** Open, connected, faults translated; `object` is what the call is about, for messages. */
  call<T>(object: string, signal: AbortSignal, work: (connection: OpenStackConnection) => Promise<T>): Promise<T>
  /** A request that nova accepted: why it failed, if it does, is told when the instance is looked at. */
  accepted(id: InstanceId, action: 'start', requestId: string | undefined): void
}

export async function findServer(
  inside: Inside,
  { nova, id }: { readonly nova: OpenStackConnection['nova']; readonly id: InstanceId },
  signal: AbortSignal,
): Promise<NovaServer> {
  const native = nativeOf(id)
  const server = id === instanceId(inside.cloud, native) ? await nova.server(native, signal) : undefined
  if (server === undefined || server.vmState === 'deleted' || server.vmState === 'soft-delete') {
    throw new GleanerError('cloud-not-found', { cloud: inside.cloud, object: `instance ${native}` })
  }
  return server
}

export async function findHypervisor(
  inside: Inside,
  { nova, id }: { readonly nova: OpenStackConnection['nova']; readonly id: HostId },
  signal: AbortSignal,
): Promise<NovaHypervisor> {
  const native = nativeOf(id)
  const hypervisor = id === hostId(inside.cloud, native) ? await nova.hypervisor(native, signal) : undefined
  if (hypervisor !== undefined) return hypervisor
  throw new GleanerError('cloud-not-found', { cloud: inside.cloud, object: `host ${native}` })
}

export function conflict(inside: Inside, object: string, detail: string): GleanerError {
  return new GleanerError('cloud-conflict', { cloud: inside.cloud, object, detail })
}

/** Nova takes texts of this length. */
export const longestText = 255

export function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`
}
