// A proposal as the API shows it: names beside ids, times as text.
import { type Proposal, type ProposalView, cloudOf, targetId } from '@gleaner/model'
import { only } from './only.ts'
import { targetView } from './target-view.ts'
import { timeText } from './time-text.ts'
import { verdictView } from './verdict-view.ts'
import type { WorldIndex } from './world-index.ts'

export function proposalView(proposal: Proposal, world: WorldIndex): ProposalView {
  return {
    id: proposal.id,
    capability: proposal.capability,
    claim: proposal.claim,
    action: proposal.action,
    cloud: cloudOf(targetId(proposal)),
    ...targetView(proposal, world),
    cause: proposal.cause,
    mode: proposal.mode,
    state: proposal.state,
    reason: verdictView(proposal.reason),
    verdict: verdictView(proposal.verdict),
    confirmations: proposal.confirmations,
    createdAt: timeText(proposal.createdAtMs),
    updatedAt: timeText(proposal.updatedAtMs),
    ...only('noticeAt', proposal.noticeAtMs === undefined ? undefined : timeText(proposal.noticeAtMs)),
    ...only('dueAt', proposal.dueAtMs === undefined ? undefined : timeText(proposal.dueAtMs)),
    ...only('approvedBy', proposal.approvedBy),
    gives: proposal.gives,
  }
}
