// Room for instances that somebody wants to create now: what is asked, and what is answered. Used by the API, by the
// Nova-compatible front and by the watcher of failed requests; all of them go through `Commands.makeRoom`.
//
// The course of a request that needs evictions:
//   makeRoom ─► making ─► (awaitRoom) held ─► takeRoom: held no longer, create NOW on the hosts that are named ─► roomTaken
// `giveUpRoom` ends it at any point before: what was not evicted yet stays, what was held is released.
// A request is known by its id. Asked again it gets the decision it got before, as that stands now: a caller that lost its
// connection, or died, asks again and evicts nobody twice.
import type { CloudId, HostId, InstanceId, PlacementCode, RoomPlacement, RoomWish, Verdict } from '@gleaner/model'

/** Room for `count` instances of one size: for all of them or for none. */
export interface RoomRequest extends RoomWish {
  /** Chosen by the caller, 1 to 200 characters; unique per wish, the same for a repetition. */
  readonly requestId: string
  readonly cloudId: CloudId
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
      readonly reasons: Readonly<Partial<Record<PlacementCode, number>>>
      /** What would change the answer, one sentence each; empty when nobody knows. */
      readonly unblock: readonly string[]
    }
