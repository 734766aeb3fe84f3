// In mode observe everything is recorded and nothing is done.
import type { Verdict } from '@gleaner/model'
import { effectiveMode } from '../effective-mode.ts'
import type { GateStep } from '../gate-world.ts'
import { termsOf } from '../limits-of.ts'
import type { Check } from './check.ts'
import { projectName } from './project-terms.ts'

type ObservedStep = Pick<GateStep, 'proposal' | 'world'> & Partial<Pick<GateStep, 'snapshot'>>

export const modeObserve: Check = (step) =>
  effectiveMode(step.proposal, step.world.policy) === 'observe' ? observeVerdict(step) : undefined

export function observeVerdict({ proposal, world, snapshot }: ObservedStep): Verdict {
  const ofCapability = world.policy.modes[proposal.capability]
  const terms = termsOf(proposal, world.policy)
  if (terms?.limits.mode === 'observe' && ofCapability !== 'observe')
    return {
      code: 'mode-observe',
      sentence: `In the project ${projectName(terms.projectId, snapshot)} rules only observe: recorded, not done.`,
      facts: { capability: proposal.capability, capabilityMode: ofCapability, projectMode: 'observe' },
    }
  const who = ofCapability === 'observe' ? proposal.capability : `"${proposal.cause}"`
  return {
    code: 'mode-observe',
    sentence: `The mode of ${who} is observe: recorded, not done.`,
    facts: { capability: proposal.capability, capabilityMode: ofCapability, causeMode: proposal.mode },
  }
}
