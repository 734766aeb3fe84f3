// A plan as the API shows it, with the proposals the caller may see.
import type { Plan, PlanView, Proposal, ProposalView } from '@gleaner/model'
import type { Visibility } from '../../auth/visibility.ts'
import { proposalView } from '../view/proposal-view.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'

export function planView(plan: Plan, world: WorldIndex, sight: Visibility): PlanView {
  return {
    id: plan.id,
    createdAt: timeText(plan.createdAtMs),
    basis: plan.basis.map(({ cloudId, version, takenAtMs, complete, fresh }) => ({
      cloud: cloudId,
      version,
      takenAt: timeText(takenAtMs),
      complete,
      fresh,
    })),
    proposals: seen(plan.proposals, world, sight),
    ended: seen(plan.ended, world, sight),
    reasons: { ...plan.reasons },
  }
}

export function seen(proposals: readonly Proposal[], world: WorldIndex, sight: Visibility): ProposalView[] {
  return proposals.filter((proposal) => sight.sees(proposal.projectId)).map((proposal) => proposalView(proposal, world))
}
