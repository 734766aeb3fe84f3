// What comes next, in a few words: "suspend web-3 in 9m", "suspend web-3 and 4 more wait for approval".
import type { NextChange } from '@gleaner/model'
import type { Moments } from '../format/moment.ts'

export function nextStep({ first: proposal, count }: NextChange, moments: Moments): string {
  const isOne = count === 1
  const more = isOne ? '' : ` and ${count - 1} more`
  const is = isOne ? 'is' : 'are'
  const what = `${proposal.action} ${proposal.target.name}${more}`
  switch (proposal.state) {
    case 'acting':
      return `${what} ${is} under way`
    case 'due':
      return `${what} now`
    case 'held':
      return `${what} ${is} held: ${proposal.verdict.sentence.replace(/\.$/, '')}`
    case 'notified':
      return proposal.dueAt === undefined ? `${what} after its notice` : `${what} ${moments.relative(proposal.dueAt)}`
    case 'awaiting-approval':
      return `${what} ${isOne ? 'waits' : 'wait'} for approval`
    case 'confirming':
      return `${what} ${is} being confirmed`
    default:
      return `${what} ${proposal.state}`
  }
}
