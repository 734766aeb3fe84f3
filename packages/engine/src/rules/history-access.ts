// How the rules reach what was done to an instance before. The server answers from the journal and from what it has
// seen people do. Contract: pure for the duration of one evaluation, never throws; NaN when the history is not loaded.
import type { ActionKind, InstanceId } from '@gleaner/model'

export interface HistoryAccess {
  /** When Gleaner last completed this action on the instance; -Infinity when it never did. */
  lastActionAtMs(instanceId: InstanceId, action: ActionKind): number
  /** How often Gleaner completed this action on the instance in [fromMs, toMs). */
  actionCount(instanceId: InstanceId, action: ActionKind, span: { fromMs: number; toMs: number }): number
  /** When it was last resumed or started, by anybody; -Infinity when that was never seen. */
  lastResumedAtMs(instanceId: InstanceId): number
  /** Whether the state it is in is Gleaner's doing: nobody else has changed it since. Undefined when not known. */
  isReclaimed(instanceId: InstanceId): boolean | undefined
}

/** An instance to which nothing ever happened. */
export const emptyHistory: HistoryAccess = {
  lastActionAtMs: () => Number.NEGATIVE_INFINITY,
  actionCount: () => 0,
  lastResumedAtMs: () => Number.NEGATIVE_INFINITY,
  isReclaimed: () => false,
}
