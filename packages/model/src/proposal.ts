// Proposals: what a capability wants to do to one instance or host, with its reason, and how far that has come.
//
// Life of a proposal, in its states:
//   confirming ─► notified (grace runs) ─► due ─► acting ─► done | failed | timed-out
//   In mode `observe` it stays `observed` while the rule matches. In mode `advise` it is `awaiting-approval` until a
//   person approves; the grace period starts then. `held`: due, but the gate refuses at the moment (the verdict says
//   why). From every state before `acting` it becomes `cancelled` when the reason for it goes away.
import type { Yield } from './action.ts'
import type { Capability, Mode } from './capability.ts'
import type { StepKind, StepSetting } from './host-step.ts'
import type { ProjectId } from './ids.ts'
import type { Target } from './target.ts'
import type { Verdict } from './verdict.ts'

export const proposalStates = [
  'observed',
  'confirming',
  'awaiting-approval',
  'notified',
  'held',
  'due',
  'acting',
  'done',
  'failed',
  'timed-out',
  'cancelled',
] as const
export type ProposalState = (typeof proposalStates)[number]

export const openProposalStates: readonly ProposalState[] = [
  'observed',
  'confirming',
  'awaiting-approval',
  'notified',
  'held',
  'due',
  'acting',
]

/** The claims on an instance or host, strongest first. A stronger claim cancels a weaker proposal and says so. */
export const claims = [
  'local-user',
  'active-lease',
  'firm-instance',
  'command',
  'pending-lease',
  'energy',
  'idleness',
  'lending',
] as const
export type Claim = (typeof claims)[number]

/**
 * How far the decision is that wants an eviction: planned (nobody is told before the room is held for whom it is made),
 * reserved (the owner is told and has the notice period), validated (checked once more; the instance may leave now).
 */
export const evictionStages = ['planned', 'reserved', 'validated'] as const
export type EvictionStage = (typeof evictionStages)[number]

/** What a capability wants, before arbitration and gate. Made anew in each cycle. */
export interface Candidate extends Target {
  readonly capability: Capability
  readonly claim: Claim
  readonly action: StepKind
  readonly setting: StepSetting | undefined
  /** Undefined for a host, which belongs to nobody's project. */
  readonly projectId: ProjectId | undefined
  /** Name of the rule, or of the person whose command it is. */
  readonly cause: string
  readonly ruleId: string | undefined
  readonly ruleRevision: number | undefined
  /** Mode of the cause; the capability's mode may be stricter. */
  readonly mode: Mode
  readonly priority: number
  readonly graceMs: number
  readonly reason: Verdict
  readonly gives: Yield
  /** Only where the instance leaves for another: the decision behind it, and how far that is. */
  readonly eviction?: { readonly decisionId: string; readonly stage: EvictionStage }
}

/** A candidate that is followed from cycle to cycle. At most one open proposal exists per target and action. */
export interface Proposal extends Candidate {
  readonly id: string
  /** The mode it proceeds under: the stricter of its cause and its capability when it was last decided upon. */
  readonly mode: Mode
  readonly state: ProposalState
  /** Why it is in this state: the gate's or arbitration's answer. */
  readonly verdict: Verdict
  /** Consecutive cycles, each with new data, in which it was wanted. */
  readonly confirmations: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** When the owner was told; the grace period counts from here. */
  readonly noticeAtMs: number | undefined
  /** When it may act at the earliest: noticeAtMs + graceMs. */
  readonly dueAtMs: number | undefined
  readonly approvedBy: string | undefined
  /** Snapshot version and data time of the last confirmation, so that old data cannot confirm twice. */
  readonly confirmedVersion: number
  readonly confirmedAtMs: number
}
