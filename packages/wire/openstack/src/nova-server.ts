// A server as nova shows it, from microversion 2.47 on (the flavor's sizes stand in the server itself).
import type { Json, JsonReader } from './json.ts'

export interface NovaServer {
  readonly id: string
  readonly name: string
  readonly projectId: string
  readonly userId: string
  readonly status: string
  readonly vmState: string | undefined
  readonly taskState: string | undefined
  readonly powerState: number | undefined
  /** The service it is on and the hypervisor of that service; undefined on none, or where the token may not see it. */
  readonly host: string | undefined
  readonly node: string | undefined
  /** Whether the answer tells the host at all. */
  readonly showsHost: boolean
  readonly flavor: NovaServerFlavor
  readonly isBootedFromVolume: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  readonly isLocked: boolean
  readonly lockedReason: string | undefined
  readonly createdAtMs: number | undefined
  readonly launchedAtMs: number | undefined
  readonly updatedAtMs: number | undefined
  readonly fault: { readonly code: number; readonly message: string } | undefined
  /** The whole answer, for what has no name here. */
  readonly raw: Readonly<Record<string, Json>>
}

export interface NovaServerFlavor {
  readonly name: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly rootGiB: number
  readonly ephemeralGiB: number
  readonly swapMiB: number
  readonly extraSpecs: Readonly<Record<string, string>>
}

export function readServer(server: JsonReader): NovaServer {
  const flavor = server.object('flavor')
  const fault = server.optionalObject('fault')
  return {
    id: server.text('id'),
    name: server.optionalText('name') ?? '',
    projectId: server.text('tenant_id'),
    userId: server.optionalText('user_id') ?? '',
    status: server.text('status'),
    vmState: server.optionalText('OS-EXT-STS:vm_state'),
    taskState: server.optionalText('OS-EXT-STS:task_state'),
    powerState: server.optionalNumber('OS-EXT-STS:power_state'),
    host: server.optionalText('OS-EXT-SRV-ATTR:host'),
    node: server.optionalText('OS-EXT-SRV-ATTR:hypervisor_hostname'),
    showsHost: 'OS-EXT-SRV-ATTR:host' in server.value,
    flavor: {
      name: flavor.optionalText('original_name') ?? '',
      vcpus: flavor.amount('vcpus'),
      memoryMiB: flavor.amount('ram'),
      rootGiB: flavor.amount('disk'),
      ephemeralGiB: flavor.optionalAmount('ephemeral') ?? 0,
      swapMiB: flavor.optionalAmount('swap') ?? 0,
      extraSpecs: flavor.dictionary('extra_specs'),
    },
    isBootedFromVolume: server.value['image'] === '',
    metadata: server.dictionary('metadata'),
    tags: server.value['tags'] === undefined ? [] : server.texts('tags'),
    isLocked: server.flag('locked'),
    lockedReason: server.optionalText('locked_reason'),
    createdAtMs: server.optionalTime('created'),
    launchedAtMs: server.optionalTime('OS-SRV-USG:launched_at'),
    updatedAtMs: server.optionalTime('updated'),
    fault: fault && { code: fault.optionalNumber('code') ?? 0, message: fault.optionalText('message') ?? '' },
    raw: server.value,
  }
}
