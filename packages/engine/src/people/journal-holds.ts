// The holds that follow from what was done through Gleaner. They are computed from the journal and never stored, so that
// a crash between the end of an action and the writing of a hold cannot lose one.
//   - a person's command, once the cloud took it: person-acted until its end + personWinsMs;
//   - any other action on the instance or host, however it ended: cool-down until its end + coolDownMs; but memory that is lent
//     and given back, which has a rest of its own (pressure-session.ts), is no reason to leave the instance itself alone.
import { type Hold, isMemoryStep, isOnInstance, type JournalEntry, type Policy } from '@gleaner/model'
import { isCommanded, isOpenEntry } from './journal-entry.ts'

export function holdFromEntry(entry: JournalEntry, policy: Policy): Hold | undefined {
  if (entry.action === 'notify' || isMemoryStep(entry.action) || isOpenEntry(entry)) return undefined
  const endMs = entry.finishedAtMs ?? entry.deadlineMs
  const hostId = isOnInstance(entry) ? undefined : entry.hostId
  const base = { id: `journal:${entry.id}`, instanceId: entry.instanceId, hostId, createdAtMs: endMs }
  if (isCommanded(entry)) {
    if (entry.acceptedAtMs === undefined) return undefined
    return {
      ...base,
      kind: 'person-acted',
      untilMs: endMs + policy.personWinsMs,
      by: entry.cause,
      reason: `${entry.cause} asked Gleaner to ${entry.action} it.`,
    }
  }
  return {
    ...base,
    kind: 'cool-down',
    untilMs: endMs + policy.coolDownMs,
    by: 'Gleaner',
    reason: `Gleaner did ${entry.action} for "${entry.cause}"; it ended as ${entry.state}.`,
  }
}

/** How far back the journal must reach for holds and budgets to be complete. */
export function journalHorizonMs(policy: Policy): number {
  const { budgets } = policy
  return (
    Math.max(policy.personWinsMs, policy.coolDownMs, budgets.shareWindowMs, 60_000) +
    // An action is written when it is intended, and its holds count from its end.
    policy.actionTimeoutMs
  )
}
