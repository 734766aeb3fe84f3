// What a decision about room looks at: one reading of one cloud, and what Gleaner itself has promised on it since.
import type {
  Eviction,
  EvictionDecision,
  Hold,
  HostId,
  LeaseId,
  Policy,
  PreemptionPolicy,
  ProjectId,
  Room,
} from '@gleaner/model'
import type { StepSupports } from '../ledger/action-support.ts'
import type { Multipliers } from '../placement/weighers.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { KeptRoom } from './kept-room.ts'
import type { LendableRoom } from './lendable-room.ts'

export interface LeasedRoom extends Room {
  readonly leaseId: string
  readonly hostId: HostId
}

export interface HostLease {
  readonly leaseId: LeaseId
  readonly projectId: ProjectId
  readonly startMs: number
}

export interface RoomWorld {
  readonly nowMs: number
  readonly snapshot: Snapshot
  readonly support: StepSupports | undefined
  readonly policy: Policy
  readonly preemption: PreemptionPolicy
  readonly holds: readonly Hold[]
  /** Decisions on this cloud that are under way, and those whose outcome the reading cannot show yet. */
  readonly decisions: readonly EvictionDecision[]
  /** Evictions of this cloud within the longest window of a disruption budget. */
  readonly evictions: readonly Eviction[]
  /** Whether the cloud itself holds room for a decision until it is taken (claims); false if absent. */
  readonly holdsRoom?: boolean
  /** Room that leases have on hosts and do not use yet: taken for everybody else. */
  readonly leasedRoom?: readonly LeasedRoom[]
  /** Hosts that only a lease may use now, with its id. */
  readonly leasedTo?: ReadonlyMap<HostId, string>
  /** Whole hosts that a lease has now, or has next. */
  readonly promisedTo?: ReadonlyMap<HostId, HostLease>
  /** Of hosts that are fenced for it: how much preemptible instances may have in all, sold or not. */
  readonly lendable?: ReadonlyMap<HostId, LendableRoom>
  /** Of the weighers of a placement, by name; those left out keep their own. */
  readonly multipliers?: Multipliers
  /** Work per watt of the hosts that have a figure, in one unit. Never changed in place: another figure comes in another map. */
  readonly efficiency?: ReadonlyMap<HostId, number>
  /** Share of the next hours in which guests can run on each desktop of which that is known. Never changed in place, as above. */
  readonly availability?: ReadonlyMap<HostId, number>
  /** Desktops take what accepts no interruption as well; false if absent. */
  readonly firmOnDesktops?: boolean
  /** Of this cloud, from the questions before; made anew if absent, which changes no answer. */
  readonly kept?: KeptRoom
}

/** The same world as a request with the hint of a lease sees it: the room of that lease is free for it. */
export function forLease(world: RoomWorld, leaseId: string | undefined): RoomWorld {
  if (leaseId === undefined || world.leasedRoom === undefined) return world
  return { ...world, leasedRoom: world.leasedRoom.filter((room) => room.leaseId !== leaseId) }
}

/** Whether the cloud has a scheduler of its own, that counts nominal sizes. */
export function sellsRoom({ snapshot }: Pick<RoomWorld, 'snapshot'>): boolean {
  return snapshot.hosts.some(({ coreRatio }) => coreRatio !== undefined)
}
