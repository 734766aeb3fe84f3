// What a proposal comes to next, in a few words: "suspend web-3 in 9m".
import type { ProposalView } from '@gleaner/model'
import type { Moments } from '../format/moment.ts'

export function nextStep(proposal: ProposalView, moments: Moments): string {
  const what = `${proposal.action} ${proposal.target.name}`
  switch (proposal.state) {
    case 'acting':
      return `${what} is under way`
    case 'due':
      return `${what} now`
    case 'held':
      return `${what} is held: ${proposal.verdict.sentence.replace(/\.$/, '')}`
    case 'notified':
      return proposal.dueAt === undefined ? `${what} after its notice` : `${what} ${moments.relative(proposal.dueAt)}`
    case 'awaiting-approval':
      return `${what} waits for approval`
    case 'confirming':
      return `${what} is being confirmed`
    default:
      return `${what} ${proposal.state}`
  }
}
