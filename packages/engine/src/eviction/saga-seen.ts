// What a decision under way is judged by, and the one thing that is to be done next about it.
import type {
  DecisionClaim,
  DecisionVictim,
  EvictionDecision,
  Instance,
  InstanceId,
  JournalEntry,
  Mode,
  Proposal,
  RoomPlacement,
  Verdict,
} from '@gleaner/model'

/** What is known of a victim beside what the decision itself remembers. */
export interface SeenVictim {
  /** The last proposal that this decision made of it. */
  readonly proposal: Proposal | undefined
  /** The journal's entry of that proposal. */
  readonly entry: JournalEntry | undefined
  /** Why the plan refuses its eviction for good. */
  readonly refused: Verdict | undefined
  /** As the cloud shows it now; `gone` when it is no longer there, undefined when nobody looked. */
  readonly now: Instance | 'gone' | undefined
  /** When the reading began that shows it so. */
  readonly nowAtMs: number | undefined
}

export interface SagaSeen {
  readonly nowMs: number
  /** Of the capability, at this moment. */
  readonly mode: Mode
  readonly paused: boolean
  /** How long room is held for whoever asked for it. */
  readonly holdMs: number
  readonly facets: { readonly claims: boolean; readonly labels: boolean }
  /** The newest reading; undefined while there is none that may be acted upon. */
  readonly reading: { readonly version: number; readonly takenAtMs: number } | undefined
  /** While it is planned: why its room is not there yet, though others are on their way out of it. */
  readonly later?: Verdict | undefined
  readonly victims: ReadonlyMap<InstanceId, SeenVictim>
  /** Of a re-creation: what asked for the room, and what was made in its place. */
  readonly failed: SeenVictim | undefined
  readonly made: { readonly instance: Instance | 'gone'; readonly fault: string | undefined } | undefined
}

export type SagaStep =
  /** Nothing can be done before somebody else has: a person, the plan, the executor, the clock. */
  | { readonly kind: 'wait'; readonly untilMs: number | undefined }
  /** The decision has come further; who left is noted with it. */
  | { readonly kind: 'become'; readonly decision: EvictionDecision; readonly left: readonly InstanceId[] }
  /** Hold this room. */
  | { readonly kind: 'claim'; readonly claim: DecisionClaim }
  /** End the claim; those who are still there get back what they held. */
  | { readonly kind: 'end-claim'; readonly claim: DecisionClaim; readonly backTo: readonly InstanceId[] }
  | { readonly kind: 'tell' | 'untell'; readonly victim: DecisionVictim }
  /** Find room and victims anew, on a reading younger than the one it was planned on. */
  | { readonly kind: 'plan'; readonly because: Verdict }
  /** Check on a new reading that it is still needed and still possible. */
  | { readonly kind: 'validate' }
  /** Check on a new reading that the room is there. */
  | { readonly kind: 'verify' }
  | { readonly kind: 'create'; readonly placement: RoomPlacement }
  | { readonly kind: 'tell-made'; readonly instanceId: InstanceId }
