// The journal: every action, written before it is called and after each thing learned about it.
//
// States: intended (written, not called) ─► accepted (the cloud took the call) ─► done (the state was reached)
//                      └► failed (refused, or fell back)                      └► failed | timed-out
// After a crash an entry that is `intended` or `accepted` is looked up in the cloud first and acted upon second.
import type { ActionKind, Yield } from './action.ts'
import type { Capability } from './capability.ts'
import type { CloudId, HostId, InstanceId, ProjectId } from './ids.ts'
import type { Verdict } from './verdict.ts'

export const journalStates = ['intended', 'accepted', 'done', 'failed', 'timed-out'] as const
export type JournalState = (typeof journalStates)[number]
export const openJournalStates: readonly JournalState[] = ['intended', 'accepted']

export interface JournalEntry {
  readonly id: string
  /** Unique: the same proposal can never be written twice. */
  readonly idempotencyKey: string
  readonly proposalId: string | undefined
  readonly capability: Capability
  readonly action: ActionKind
  readonly cloudId: CloudId
  readonly instanceId: InstanceId
  readonly instanceName: string
  readonly projectId: ProjectId
  readonly hostId: HostId | undefined
  /** Rule name or person. */
  readonly cause: string
  readonly reason: Verdict
  readonly state: JournalState
  /** State the instance had when the entry was written. */
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
