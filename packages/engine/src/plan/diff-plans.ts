// What changed for people between two plans: proposals that came, that went (with how they ended, where the later plan
// tells), and those whose state, reason, time or approval is another one. New numbers behind the same reason are no change.
import type { Plan, Proposal } from '@gleaner/model'

export interface ProposalChange {
  readonly before: Proposal
  readonly after: Proposal
}

export interface PlanDiff {
  readonly fromId: string
  readonly toId: string
  readonly added: readonly Proposal[]
  /** In their last known form: as ended in the later plan, else as they stood in the earlier one. */
  readonly removed: readonly Proposal[]
  readonly changed: readonly ProposalChange[]
}

export function diffPlans(from: Plan, to: Plan): PlanDiff {
  const before = new Map(from.proposals.map((proposal) => [proposal.id, proposal]))
  const after = new Map(to.proposals.map((proposal) => [proposal.id, proposal]))
  const ended = new Map(to.ended.map((proposal) => [proposal.id, proposal]))
  const changed: ProposalChange[] = []
  for (const proposal of to.proposals) {
    const known = before.get(proposal.id)
    if (known !== undefined && !readsTheSame(known, proposal)) changed.push({ before: known, after: proposal })
  }
  return {
    fromId: from.id,
    toId: to.id,
    added: to.proposals.filter((proposal) => !before.has(proposal.id)),
    removed: from.proposals
      .filter((proposal) => !after.has(proposal.id))
      .map((proposal) => ended.get(proposal.id) ?? proposal),
    changed,
  }
}

function readsTheSame(a: Proposal, b: Proposal): boolean {
  return (
    a.state === b.state &&
    a.verdict.code === b.verdict.code &&
    a.cause === b.cause &&
    a.ruleRevision === b.ruleRevision &&
    a.mode === b.mode &&
    a.dueAtMs === b.dueAtMs &&
    a.approvedBy === b.approvedBy
  )
}
