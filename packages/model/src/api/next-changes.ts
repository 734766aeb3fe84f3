// What a glance at the plan tells: what is nearest to acting first, and what is the same on many as one.
import { openProposalStates } from '../proposal.ts'
import type { ProposalView } from './plan.ts'

const nearest: readonly ProposalView['state'][] = [
  'acting',
  'due',
  'notified',
  'held',
  'awaiting-approval',
  'confirming',
  'observed',
]

export interface NextChange {
  readonly first: ProposalView
  /** How many it is about, with the first. */
  readonly count: number
}

/** What has a time of its own stands alone: who it is about and when is what one wants to know of it. */
export function nextChanges(proposals: readonly ProposalView[]): readonly NextChange[] {
  const open = proposals
    .filter(({ state }) => openProposalStates.includes(state))
    .toSorted(
      (a, b) => nearest.indexOf(a.state) - nearest.indexOf(b.state) || (a.dueAt ?? '').localeCompare(b.dueAt ?? ''),
    )
  const changes = new Map<string, NextChange>()
  for (const proposal of open) {
    const { id, action, cause, state, dueAt } = proposal
    const key = dueAt === undefined ? `${state} ${action} ${cause}` : id
    const { first, count } = changes.get(key) ?? { first: proposal, count: 0 }
    changes.set(key, { first, count: count + 1 })
  }
  return [...changes.values()]
}
