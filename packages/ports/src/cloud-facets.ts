// What some clouds can be asked beyond the common part of the Cloud port. A cloud that lacks a facet leaves the property
// undefined, so that whoever needs it can say so before anything is begun. The contract of cloud.ts holds for every call:
// a signal ends it, faults are `cloud-…` errors, nothing is invented. Further:
//
// - Every call is idempotent: asked for what already is, it accepts.
// - A call that resolves was ACCEPTED or, where the text says so, is in force.
// - Gleaner undoes only what Gleaner did: a host that a person closed is not opened, a claim of somebody else not released.
import type {
  DesktopWord,
  Firmness,
  GuestMemory,
  HostId,
  InstanceId,
  LeaseId,
  NoticeKind,
  ProjectId,
} from '@gleaner/model'

/** Room as the cloud's scheduler counts it: nominal sizes. */
export interface RoomSize {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
}

export interface NewInstance extends RoomSize {
  readonly name: string
  readonly projectId: ProjectId
  /** The host it shall be placed on, whatever the cloud's scheduler would choose; undefined leaves it to the cloud. */
  readonly hostId: HostId | undefined
  readonly flavor: string | undefined
  readonly firmness: Firmness
  readonly tags: readonly string[]
  /** Two calls with one key create one instance. */
  readonly idempotencyKey: string
  /** The cloud's own request (OpenStack: the `server` object of POST /servers), kept but for what is stated above. */
  readonly native?: Readonly<Record<string, unknown>>
}

/** Instances can be made, on a host of one's choice. Ending one is the action `delete`. */
export interface InstanceCreation {
  /** Resolves with the id under which `look` finds it. `cloud-conflict` when there is no room on that host. */
  create(request: NewInstance, signal: AbortSignal): Promise<InstanceId>
  /** Brings a shelved instance back, on the host of one's choice where the cloud allows it. */
  place(instanceId: InstanceId, hostId: HostId | undefined, signal: AbortSignal): Promise<void>
  /** Instances that the cloud took and could then find no host for. */
  unplaced(signal: AbortSignal): Promise<readonly UnplacedInstance[]>
}

/** A request the cloud accepted and then failed with "no valid host". Holds all that is needed to ask again. */
export interface UnplacedInstance extends RoomSize {
  readonly instanceId: InstanceId
  readonly name: string
  readonly projectId: ProjectId
  readonly firmness: Firmness
  readonly flavor: string | undefined
  readonly tags: readonly string[]
  readonly failedAtMs: number
  readonly reason: string
  readonly native: Readonly<Record<string, unknown>>
}

/** Live migration: the instance keeps running. Watched by `look` until `hostId` is the target. */
export interface InstanceMigration {
  migrate(instanceId: InstanceId, hostId: HostId, signal: AbortSignal): Promise<void>
}

/** Hosts can be closed to the cloud's scheduler. What runs on them stays. In force when the call resolves. */
export interface HostControl {
  /** `reason` is shown to the cloud's operators. */
  close(hostId: HostId, reason: string, signal: AbortSignal): Promise<void>
  /** Rejects with `cloud-conflict` when somebody else closed it. */
  open(hostId: HostId, signal: AbortSignal): Promise<void>
}

/**
 * Hosts can be switched off and on. Accepted when the call resolves: `observe` tells what became of it, the state `asleep`
 * above all. A host that answers neither way is never reported as asleep.
 */
export interface PowerControl {
  /** Whether there is a way to switch this host; it is not asked for others. */
  has(hostId: HostId): boolean
  sleep(hostId: HostId, signal: AbortSignal): Promise<void>
  wake(hostId: HostId, signal: AbortSignal): Promise<void>
}

export interface Ratios {
  readonly coreRatio?: number
  readonly memoryRatio?: number
}

/** What the cloud's scheduler sells per physical unit can be set. In force when the call resolves. */
export interface RatioControl {
  setRatios(hostId: HostId, ratios: Ratios, signal: AbortSignal): Promise<void>
  /** Why what is set here would not last (a setting of the cloud that overrides it); undefined when it lasts. */
  overridden(hostId: HostId, signal: AbortSignal): Promise<string | undefined>
}

export interface RoomClaim extends RoomSize {
  /** A UUID given by the caller; the same id again is the same claim. */
  readonly claimId: string
  readonly hostId: HostId
}

/**
 * Room can be held in the scheduler's books for nobody's instance yet. `claim` moves what the given instances hold on
 * that host to the claim in one step, so that nobody else can take the room between their leaving and the arrival of
 * the one it is for; with no instances it claims free room. `cloud-conflict` when the room is not there.
 */
export interface RoomClaims {
  claim(claim: RoomClaim & { readonly from: readonly InstanceId[] }, signal: AbortSignal): Promise<void>
  /**
   * The undo of `claim`: in one step the claim ends and the given instances, as far as they are still on their host and
   * hold nothing, hold there again what their size is. `cloud-conflict`, and nothing changed, when there is no room for it.
   */
  giveBack(claimId: string, to: readonly InstanceId[], signal: AbortSignal): Promise<void>
  /** Ends the claim; the room is free. */
  release(claimId: string, signal: AbortSignal): Promise<void>
  /** Every claim of Gleaner that stands: after a crash, the strays are found here. */
  claims(signal: AbortSignal): Promise<readonly RoomClaim[]>
}

/** Room on a host that a lease keeps out of the hands of the cloud's own scheduler. */
export interface LeaseFence {
  /** A prefix and a UUID, as every lease of Gleaner has it. */
  readonly leaseId: LeaseId
  readonly hostId: HostId
  /** At most so much; undefined: all that nobody holds. */
  readonly room: RoomSize | undefined
  /** Left free of it, for instances of the lease that are on their way in. */
  readonly open: RoomSize | undefined
}

export interface FenceState {
  readonly leaseId: LeaseId
  readonly hostId: HostId
  readonly held: RoomSize
  /** What nobody holds on the host, this lease included. */
  readonly free: RoomSize
  /** Why it could not be kept as it should be; what was held before may still be. */
  readonly fault: string | undefined
}

/**
 * The cloud's own scheduler can be kept from hosts that are leased, whoever asks it. What runs there stays and keeps its room.
 * After a crash the strays are found in the cloud alone, and end with the next call.
 */
export interface LeaseFences {
  /**
   * These fences stand when the call resolves, grown by what has become free since, and no other one of Gleaner's does. A host
   * that fails keeps no other from it. Of two fences on one host the first has what there is.
   */
  keep(fences: readonly LeaseFence[], signal: AbortSignal): Promise<readonly FenceState[]>
  /**
   * A flavor like the given one (the cloud's own ids) that leads to the hosts of the lease and nowhere else, for one project.
   * It ends with the last fence of the lease. `cloud-not-found` when there is no such flavor.
   */
  flavorInto(
    lease: { readonly leaseId: LeaseId; readonly projectId: ProjectId; readonly flavor: string },
    signal: AbortSignal,
  ): Promise<string>
}

/** Texts and tags that the instance and its owner can read in the cloud itself. */
export interface InstanceLabels {
  /** Merged into what is there; undefined removes an entry. */
  setMetadata(
    instanceId: InstanceId,
    entries: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<void>
  setTags(
    instanceId: InstanceId,
    change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
    signal: AbortSignal,
  ): Promise<void>
}

/**
 * What running guests say about their memory: the condition for lending any. A guest that does not run, or has no balloon, is
 * not in the answer; what a guest does not say, or has not said since, is never made up.
 */
export interface GuestMemoryReading {
  read(instanceIds: readonly InstanceId[] | 'all', signal: AbortSignal): Promise<ReadonlyMap<InstanceId, GuestMemory>>
}

export interface GuestNotice {
  readonly id: string
  readonly kind: NoticeKind
  readonly sentence: string
  readonly dueAtMs: number | undefined
}

/** There is a way to those who are logged in to an instance. */
export interface GuestNotices {
  /** True when the guest has said that it has the notice; false when nobody there listens, or not until the signal. */
  tell(instanceId: InstanceId, notice: GuestNotice, signal: AbortSignal): Promise<boolean>
}

/** What the agent of a desktop would say, on the clock of the cloud. */
export interface DesktopSpeech {
  readonly hostName: string
  readonly pool: string
  readonly word: DesktopWord
  readonly phaseSinceMs: number
}

/** The cloud speaks for the agents of its desktops, which have no key of their own then. Real desktops speak for themselves. */
export interface DesktopAgents {
  hear(signal: AbortSignal): Promise<readonly DesktopSpeech[]>
}

export interface CloudFacets {
  readonly desktopAgents?: DesktopAgents
  readonly guestMemory?: GuestMemoryReading
  readonly creation?: InstanceCreation
  readonly migration?: InstanceMigration
  readonly hostControl?: HostControl
  readonly powerControl?: PowerControl
  readonly ratioControl?: RatioControl
  readonly claims?: RoomClaims
  readonly leaseFences?: LeaseFences
  readonly labels?: InstanceLabels
  readonly guestNotices?: GuestNotices
}
