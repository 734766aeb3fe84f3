// What the journal knows of open proposals: one whose action is under way is acting, one whose action has ended is done,
// failed or timed out. So a proposal is finished even when the process died between the end of the action and the
// proposal's own update.
import type { JournalEntry, Proposal, ProposalState, Verdict } from '@gleaner/model'
import { isOpenEntry } from '../people/journal-entry.ts'

export function reconcile(proposal: Proposal, entry: JournalEntry): Proposal {
  const state: ProposalState =
    entry.state === 'done' || entry.state === 'failed' || entry.state === 'timed-out' ? entry.state : 'acting'
  if (proposal.state === state) return proposal
  return { ...proposal, state, verdict: isOpenEntry(entry) ? underWay(entry) : ended(entry) }
}

function underWay(entry: JournalEntry): Verdict {
  return {
    code: 'in-flight',
    sentence: `${entry.action} of ${entry.targetName} is under way.`,
    facts: { journal: entry.id, sinceMs: entry.intendedAtMs },
  }
}

function ended(entry: JournalEntry): Verdict {
  const outcome = entry.outcome === undefined ? '' : `: ${entry.outcome}`
  return {
    code: 'passed',
    sentence: `${entry.action} of ${entry.targetName} ended as ${entry.state}${outcome}.`,
    facts: { journal: entry.id, state: entry.state, finishedAtMs: entry.finishedAtMs ?? null },
  }
}
