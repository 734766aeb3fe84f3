// One decision to make preemptible instances leave: for whom, who leaves, where the room is, and how far it has come. It is
// stored before anything is done and after each step, so that whoever takes it up, also after a crash, knows what to look
// at first. The order of the states is the order of the saga (engine/preemption/next-step.ts):
//
//   awaiting-approval ─► planned ─► reserved ─► evicting ─► freed ─► held ─► taken ─► done
//                           ▲           │           │         ├────► placing ─────► done
//                           └── planned anew ◄──────┴─────────┘
//   From every state before `taken` it may turn to `undoing`, which ends as failed or cancelled. `observed` and `refused`
//   are ends from the start: nothing was ever begun.
import type { Mode } from '../capability.ts'
import type { ActionKind } from '../action.ts'
import type { CloudId, HostId, InstanceId, ProjectId } from '../ids.ts'
import type { Firmness } from '../inventory.ts'
import type { Objective } from '../placement/placement-formats.ts'
import type { PlacementCode } from '../placement/placement-codes.ts'
import type { Verdict } from '../verdict.ts'

/**
 * room: a firm request fits nowhere; watermark: headroom is kept free before anybody asks; shrink: less can be lent than
 * is lent; expiry: the maximum run time is over; lease: the host is promised to a lease that begins soon; test: a person
 * wants to see what an eviction does.
 */
export const evictionKinds = ['room', 'watermark', 'shrink', 'expiry', 'lease', 'test'] as const
export type EvictionKind = (typeof evictionKinds)[number]

export const decisionStates = [
  'observed',
  'awaiting-approval',
  'planned',
  'reserved',
  'evicting',
  'freed',
  'held',
  'taken',
  'placing',
  'undoing',
  'done',
  'failed',
  'cancelled',
  'refused',
] as const
export type DecisionState = (typeof decisionStates)[number]

export const endedDecisionStates: readonly DecisionState[] = ['observed', 'done', 'failed', 'cancelled', 'refused']

export function isDecisionOpen({ state }: Pick<EvictionDecision, 'state'>): boolean {
  return !endedDecisionStates.includes(state)
}

/** Nominal sizes, as the cloud's scheduler counts them. */
export interface Room {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
}

export interface RoomHints {
  /** Only on one of these hosts. */
  readonly onHosts?: readonly HostId[]
  readonly notOnHosts?: readonly HostId[]
  /** Properties the host must have (traits, metadata of aggregates), as in `Host.properties`. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  /** Each instance of the request on a host of its own. */
  readonly apart?: boolean
  /** The lease that it belongs to: hosts leased to it are open. */
  readonly lease?: string
}

/** What the room is for. */
export interface RoomWish extends Room {
  readonly projectId: ProjectId
  readonly name: string
  readonly flavor: string | undefined
  readonly firmness: Firmness
  readonly count: number
  readonly hints: RoomHints
}

/** The instance of the request with this number (from 0) goes to this host. */
export interface RoomPlacement {
  readonly index: number
  readonly hostId: HostId
}

/**
 * planned: chosen; told: its owner can know; leaving: its eviction is under way; left: seen to be gone from its host;
 * stayed: it turned out not to leave (refused, failed); spared: it does not have to leave any more.
 */
export type VictimState = 'planned' | 'told' | 'leaving' | 'left' | 'stayed' | 'spared'

/** Still to go. */
export function isGoing({ state }: Pick<DecisionVictim, 'state'>): boolean {
  return state === 'planned' || state === 'told' || state === 'leaving'
}

export interface DecisionVictim extends Room {
  readonly instanceId: InstanceId
  readonly name: string
  readonly projectId: ProjectId
  readonly flavor: string | undefined
  readonly tags: readonly string[]
  readonly hostId: HostId
  readonly priority: number
  readonly action: ActionKind
  readonly noticeMs: number
  /** Since when it ran, as of the plan; absent in decisions of earlier versions. */
  readonly runningSinceMs?: number | undefined
  readonly state: VictimState
  /** It carries the notice in the cloud itself. */
  readonly labelled: boolean
  readonly toldAtMs: number | undefined
  readonly leftAtMs: number | undefined
  /** Why it stayed, or how it ended. */
  readonly outcome: string | undefined
}

/** Room of one host that is held for the decision; `from` held it before. The id is a UUID (claim-id.ts). */
export interface DecisionClaim extends Room {
  readonly claimId: string
  readonly hostId: HostId
  readonly from: readonly InstanceId[]
  /** wanted: perhaps claimed already; held: certainly; ending: to be released or given back; ended: it was. */
  readonly state: 'wanted' | 'held' | 'ending' | 'ended'
}

/** A request that the cloud took and could not place: it is made anew where the room is, and then deleted. */
export interface Recreation {
  readonly instanceId: InstanceId
  readonly tags: readonly string[]
  readonly native: Readonly<Record<string, unknown>>
  readonly newId: InstanceId | undefined
  /** When the cloud took it; absent in decisions of earlier versions. */
  readonly madeAtMs?: number | undefined
  /** The new one was seen running. */
  readonly runs: boolean
  /** The new one was labelled with the id it replaces. */
  readonly told: boolean
}

/** A step of the saga: written before the call, completed after it. */
export interface DecisionStep {
  readonly atMs: number
  readonly what: string
  readonly outcome: string | undefined
}

export interface EvictionDecision {
  readonly id: string
  /** Given by whoever asked; the same wish again is the same decision. */
  readonly requestId: string
  readonly kind: EvictionKind
  readonly cloudId: CloudId
  readonly mode: Mode
  readonly by: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly state: DecisionState
  /** Why it is in this state. */
  readonly verdict: Verdict
  /** Undefined where no request stands behind it. */
  readonly wish: RoomWish | undefined
  readonly placements: readonly RoomPlacement[]
  readonly victims: readonly DecisionVictim[]
  readonly claims: readonly DecisionClaim[]
  readonly objective: Objective
  readonly cost: number
  /** Per host of the plan, most telling first; the others are counted in `reasons`. */
  readonly hostReasons: Readonly<Record<string, readonly PlacementCode[]>>
  readonly reasons: Readonly<Partial<Record<PlacementCode, number>>>
  readonly unblock: readonly string[]
  /** Version of the reading it was last planned or checked on, and when that was. */
  readonly basis: { readonly version: number; readonly takenAtMs: number }
  /** When people began to be asked after the mode was lowered; absent otherwise, and in decisions of earlier versions. */
  readonly askedAtMs?: number | undefined
  /** How often it was planned. */
  readonly attempt: number
  /** Why it has to be planned anew; undefined while the plan stands. */
  readonly planAgain: Verdict | undefined
  readonly recreation: Recreation | undefined
  readonly heldUntilMs: number | undefined
  /** While undoing: what it ends as. */
  readonly endsAs: 'failed' | 'cancelled' | undefined
  readonly steps: readonly DecisionStep[]
}
