// In mode advise a person has approved.
import { effectiveMode } from '../effective-mode.ts'
import type { Check } from './check.ts'

export const approved: Check = ({ proposal, world }) => {
  if (effectiveMode(proposal, world.policy) !== 'advise' || proposal.approvedBy !== undefined) return undefined
  return {
    code: 'awaiting-approval',
    sentence: `Waits for a person to approve ${proposal.action}.`,
    facts: { capability: proposal.capability, cause: proposal.cause },
  }
}
