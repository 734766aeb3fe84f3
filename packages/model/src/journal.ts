// The journal: every action, written before it is called and after each thing learned about it.
//
// States: intended (written, not called) ─► accepted (the cloud took the call) ─► done (the state was reached)
//                      └► failed (refused, or fell back)                      └► failed | timed-out
// After a crash an entry that is `intended` or `accepted` is looked up in the cloud first and acted upon second.
import type { Yield } from './action.ts'
import type { Capability } from './capability.ts'
import type { StepKind, StepSetting } from './host-step.ts'
import type { CloudId, ProjectId } from './ids.ts'
import type { Target } from './target.ts'
import type { Verdict } from './verdict.ts'

export const journalStates = ['intended', 'accepted', 'done', 'failed', 'timed-out'] as const
export type JournalState = (typeof journalStates)[number]
export const openJournalStates: readonly JournalState[] = ['intended', 'accepted']

export interface JournalEntry extends Target {
  readonly id: string
  /** Unique: the same proposal can never be written twice. */
  readonly idempotencyKey: string
  readonly proposalId: string | undefined
  readonly capability: Capability
  readonly action: StepKind
  readonly setting: StepSetting | undefined
  readonly cloudId: CloudId
  /** Of the instance, or of the host where the step is about that. */
  readonly targetName: string
  /** Undefined for a host, which belongs to nobody's project. */
  readonly projectId: ProjectId | undefined
  /** Rule name or person. */
  readonly cause: string
  readonly reason: Verdict
  readonly state: JournalState
  /** How it was when the entry was written: the state of the instance or host, or the figures that are about to change. */
  readonly stateBefore: string
  readonly intendedAtMs: number
  readonly acceptedAtMs: number | undefined
  readonly finishedAtMs: number | undefined
  /** How often the call was sent; more than once only after looking at the cloud. */
  readonly attempts: number
  readonly deadlineMs: number
  /** What was learned at the end: why it failed, or which state was reached. */
  readonly outcome: string | undefined
  readonly gives: Yield
  /** Fencing term of the leader that wrote it. */
  readonly term: number
}
