// Whether an action of Gleaner explains a change of an instance's state that was seen between two readings.
//
// An entry explains a change to the settled state S if and only if it was under way at some time of [before, now], and
//   - S is the state its action leads to, or
//   - S is the state the instance had before the action and the action was not yet seen to reach its target: it fell back.
// An entry is under way from its intent to its end; one that failed or timed out goes on for lateMs, because a cloud may
// do late what it has already given up. One that is done explains nothing after its end: then it was somebody else.
import { type InstanceState, isHostStep, type JournalEntry, type Policy, targetState } from '@gleaner/model'
import { isOpenEntry } from './journal-entry.ts'

export interface StateChange {
  /** The settled states, or the ones that moving states lead to. */
  readonly from: InstanceState
  readonly to: InstanceState
  /** When the reading began that showed `from`. */
  readonly fromAtMs: number
}

export function explainsChange(entry: JournalEntry, change: StateChange, policy: Policy): boolean {
  if (isHostStep(entry.action)) return false
  if (!(underWayUntilMs(entry, policy) >= change.fromAtMs)) return false
  const target = targetState[entry.action]
  if (target === undefined) return false
  if (change.to === target) return true
  return change.to === entry.stateBefore && change.from !== target && entry.state !== 'done'
}

function underWayUntilMs(entry: JournalEntry, policy: Policy): number {
  if (isOpenEntry(entry)) return Number.POSITIVE_INFINITY
  const endMs = entry.finishedAtMs ?? entry.deadlineMs
  const lateMs = Math.max(policy.actionTimeoutMs, policy.coolDownMs)
  return entry.state === 'done' ? endMs : endMs + lateMs
}
