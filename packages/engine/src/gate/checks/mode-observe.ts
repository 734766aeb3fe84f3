// In mode observe everything is recorded and nothing is done.
import type { Verdict } from '@gleaner/model'
import { effectiveMode } from '../effective-mode.ts'
import type { GateStep } from '../gate-world.ts'
import type { Check } from './check.ts'

export const modeObserve: Check = (step) =>
  effectiveMode(step.proposal, step.world.policy) === 'observe' ? observeVerdict(step) : undefined

export function observeVerdict({ proposal, world }: Pick<GateStep, 'proposal' | 'world'>): Verdict {
  const ofCapability = world.policy.modes[proposal.capability]
  const who = ofCapability === 'observe' ? proposal.capability : `"${proposal.cause}"`
  return {
    code: 'mode-observe',
    sentence: `The mode of ${who} is observe: recorded, not done.`,
    facts: { capability: proposal.capability, capabilityMode: ofCapability, causeMode: proposal.mode },
  }
}
