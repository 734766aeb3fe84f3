// What rules of several steps know of the past: the journal in memory, and the notices that stand.
import type { ChainPast } from '@gleaner/engine'
import type { InstanceId, Proposal } from '@gleaner/model'
import type { ActionHistory } from './action-history.ts'

export function chainPast(history: ActionHistory, proposals: readonly Proposal[]): ChainPast {
  const told = new Map<string, number>()
  const key = (instanceId: InstanceId, ruleId: string, revision: number) => `${ruleId} ${revision} ${instanceId}`
  for (const { action, state, instanceId, ruleId, ruleRevision, noticeAtMs } of proposals)
    if (
      action === 'notify' &&
      state === 'notified' &&
      instanceId !== undefined &&
      ruleId !== undefined &&
      ruleRevision !== undefined &&
      noticeAtMs !== undefined
    )
      told.set(key(instanceId, ruleId, ruleRevision), noticeAtMs)
  return {
    standing: (instanceId) => history.standing(instanceId),
    touched: () => history.touched(),
    toldAtMs: (instanceId, { id, revision }) => told.get(key(instanceId, id, revision)),
  }
}
