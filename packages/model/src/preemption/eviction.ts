// One preemptible instance that left, and its way back. Made in the same transaction in which its decision notes that it
// left; what follows is its return, in the order of priority and waiting time.
import type { ActionKind } from '../action.ts'
import type { CloudId, HostId, InstanceId, ProjectId } from '../ids.ts'
import type { Verdict } from '../verdict.ts'
import type { EvictionKind, Room } from './eviction-decision.ts'

/**
 * waiting: for room, for its back-off to end, or for the firm one to go; returning: on its way; returned: it runs again;
 * stayed-away: it will not be brought back (its owner acted, it is gone, returns are off, it was a test that deletes).
 */
export const returnStates = ['waiting', 'returning', 'returned', 'stayed-away'] as const
export type ReturnState = (typeof returnStates)[number]

export interface Eviction extends Room {
  readonly id: string
  readonly decisionId: string
  readonly kind: EvictionKind
  readonly cloudId: CloudId
  readonly instanceId: InstanceId
  readonly name: string
  readonly projectId: ProjectId
  readonly flavor: string | undefined
  readonly tags: readonly string[]
  readonly priority: number
  /** The host it left. */
  readonly hostId: HostId
  readonly action: ActionKind
  /** Why, as its owner was told. */
  readonly reason: Verdict
  readonly toldAtMs: number | undefined
  readonly evictedAtMs: number
  /** Since when it had run; undefined where that is not known. */
  readonly runningSinceMs?: number | undefined
  /** How often it, or what it was re-created from, was evicted within the window of the back-off, this time included. */
  readonly times: number
  readonly state: ReturnState
  /** Why it is in this state. */
  readonly verdict: Verdict
  readonly notBeforeMs: number
  /** The instance that came back: the same, or a new one where it had been deleted. */
  readonly returnedAs: InstanceId | undefined
  readonly updatedAtMs: number
}
