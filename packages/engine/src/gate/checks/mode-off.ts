// A capability or rule that is off does not even propose.
import type { Candidate, Policy, Verdict } from '@gleaner/model'
import { effectiveMode } from '../effective-mode.ts'
import type { Check } from './check.ts'

export const modeOff: Check = ({ proposal, world }) =>
  effectiveMode(proposal, world.policy) === 'off' ? modeOffVerdict(proposal, world.policy) : undefined

export function modeOffVerdict(candidate: Candidate, policy: Policy): Verdict {
  const ofCapability = policy.modes[candidate.capability]
  return {
    code: 'mode-off',
    sentence: candidate.mode === 'off' ? `"${candidate.cause}" is off.` : `${candidate.capability} is off.`,
    facts: { capability: candidate.capability, capabilityMode: ofCapability ?? null, causeMode: candidate.mode },
  }
}
