// The Cloud port: everything a driver can be asked. Contract, checked by the shared suite of the testkit:
//
// - Every call takes an AbortSignal and ends soon after it fires. Faults are GleanerErrors of the `cloud-…` codes only.
// - `observe` never invents: what could not be read is a gap; an empty answer means the cloud is empty.
// - `act` returns when the cloud has ACCEPTED the call, which is not success: `look` tells what became of it. Asked for
//   a state the instance already has or is moving to, it accepts. An instance that is gone is `cloud-not-found`.
// - `act` with the same idempotency key twice has one effect.
// - A driver keeps no decision and no clock of its own beyond what it needs to compute rates.
import type {
  ActionKind,
  CloudId,
  GivesBack,
  GuestMemory,
  HostId,
  Instance,
  InstanceId,
  Inventory,
  SampleBatch,
} from '@gleaner/model'
import type { CloudFacets } from './cloud-facets.ts'

export interface ActionRequest {
  readonly action: ActionKind
  readonly instanceId: InstanceId
  readonly hostId: HostId | undefined
  readonly idempotencyKey: string
  /** Only for `balloon`: the memory the guest shall have from now on. `return-memory` gives it all it was promised. */
  readonly memoryMiB?: number
}

/** What an action looks like from outside while it is watched. */
export interface Look {
  /** Undefined when the instance is no longer there. */
  readonly instance: Instance | undefined
  /** The cloud's own word on the last failure, where it leaves one. */
  readonly fault: string | undefined
  /** Of a running guest, where the cloud has the facet `guestMemory`. */
  readonly memory?: GuestMemory
}

/** Something happened: the loops wake up and look for themselves; nobody decides on an event alone. */
export interface CloudEvent {
  readonly kind: 'instance-changed' | 'host-changed' | 'connection-changed'
  readonly instanceId?: InstanceId
  readonly hostId?: HostId
  readonly detail: string
}

export interface CheckItem {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
  /** What to do when it is not. */
  readonly remedy?: string
}

export interface ActionSupport {
  readonly action: ActionKind
  readonly givesBack: GivesBack
  /** The guest itself has to do it: one that is paused goes on for it, and until it is done. */
  readonly wakesPaused?: boolean
  /** One sentence: what it does on this cloud and what it leaves behind. */
  readonly meaning: string
}

export interface Cloud extends CloudFacets {
  readonly id: CloudId
  /** simulated, libvirt, … */
  readonly kind: string
  /** One line for people: where it is. Never holds a secret. */
  readonly address: string
  readonly actions: readonly ActionSupport[]

  /** Reachability, rights, versions; read-only; for `gleaner config check`. */
  check(signal: AbortSignal): Promise<readonly CheckItem[]>
  /** Hosts, instances, projects now. */
  observe(signal: AbortSignal): Promise<Inventory>
  /** Usage since the last call. Rates need two readings: the first call may have gaps. */
  sample(signal: AbortSignal): Promise<SampleBatch>
  act(request: ActionRequest, signal: AbortSignal): Promise<void>
  look(instanceId: InstanceId, signal: AbortSignal): Promise<Look>
  /** Calls the listener from now on; the returned function ends it. */
  subscribe(listener: (event: CloudEvent) => void): () => void
  close(): Promise<void>
}
