// Room for instances that somebody wants to create now: what is asked, and what is answered. Used by the API, by the
// Nova-compatible front and by the watcher of failed requests; all of them go through `Commands.makeRoom`.
//
// The course of a request that needs evictions:
//   makeRoom ─► making ─► (awaitRoom) held ─► takeRoom: held no longer, create NOW on the hosts that are named ─► roomTaken
// `giveUpRoom` ends it at any point before: what was not evicted yet stays, what was held is released.
// A request is known by its id. Asked again it gets the decision it got before, as that stands now: a caller that lost its
// connection, or died, asks again and evicts nobody twice.
import type { CloudId, Firmness, HostId, InstanceId, ProjectId, ReasonCode, Verdict } from '@gleaner/model'
import type { RoomSize } from '@gleaner/ports'

/** Room for `count` instances of one size: for all of them or for none. */
export interface RoomRequest extends RoomSize {
  /** Chosen by the caller, 1 to 200 characters; unique per wish, the same for a repetition. */
  readonly requestId: string
  readonly cloudId: CloudId
  readonly projectId: ProjectId
  /** 1 to 1000. */
  readonly count: number
  readonly flavor: string | undefined
  /** Only a firm request makes others leave; a preemptible one is told whether there is free room. */
  readonly firmness: Firmness
  /** What it is for, as the victims and the operators read it: the name of the instance to be. */
  readonly name: string
  readonly hints: RoomHints
}

/** Where it may be placed; everything left out means "anywhere". */
export interface RoomHints {
  /** Only on one of these hosts. */
  readonly onHosts?: readonly HostId[]
  readonly notOnHosts?: readonly HostId[]
  /** Properties the host must have (traits, metadata of aggregates), as in `Host.properties`. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /** Each instance of the request on a host of its own. */
  readonly apart?: boolean
}

/** The instance of the request with this number (from 0) goes to this host. */
export interface RoomPlacement {
  readonly index: number
  readonly hostId: HostId
}

export interface RoomVictim {
  readonly instanceId: InstanceId
  readonly name: string
  readonly hostId: HostId
}

export type RoomDecision =
  /** There is room without anybody leaving. Nothing is held: create at once. */
  | { readonly state: 'free'; readonly placements: readonly RoomPlacement[] }
  /** Others are being asked to leave, or a person has yet to approve it: wait with `awaitRoom`. */
  | {
      readonly state: 'making'
      readonly decisionId: string
      readonly placements: readonly RoomPlacement[]
      readonly victims: readonly RoomVictim[]
      /** Not before; undefined while nobody can say (approval is waited for). */
      readonly readyAtMs: number | undefined
      /** What is waited for at the moment. */
      readonly verdict: Verdict
    }
  /** The room is empty and held for this request until `untilMs`: call `takeRoom`, then create. */
  | {
      readonly state: 'held'
      readonly decisionId: string
      readonly placements: readonly RoomPlacement[]
      readonly untilMs: number
    }
  /** The caller has taken the room. */
  | { readonly state: 'taken'; readonly decisionId: string; readonly placements: readonly RoomPlacement[] }
  /** There is no room and none will be made. */
  | {
      readonly state: 'refused'
      /** Undefined when nothing was begun and nothing recorded. */
      readonly decisionId: string | undefined
      readonly verdict: Verdict
      /** How many hosts were rejected for each reason. */
      readonly reasons: Readonly<Partial<Record<ReasonCode, number>>>
      /** What would change the answer, one sentence each; empty when nobody knows. */
      readonly unblock: readonly string[]
    }
