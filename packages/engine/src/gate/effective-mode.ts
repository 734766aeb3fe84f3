// Waking what Gleaner put to sleep, and opening it again, gives back: no mode keeps a host dark.
// The mode a step proceeds under: the stricter of the capability's and the cause's. A person's command proceeds always:
// the mode says what Gleaner may do by itself. A mode that is missing counts as off.
import { type Candidate, hostSteps, isHostStep, type Mode, modes, type Policy, stricterMode } from '@gleaner/model'

export function effectiveMode(step: Pick<Candidate, 'capability' | 'claim' | 'mode' | 'action'>, policy: Policy): Mode {
  if (step.claim === 'command' || isGivenBack(step)) return 'enforce'
  const ofCapability: Mode | undefined = policy.modes[step.capability]
  return modes.includes(ofCapability) && modes.includes(step.mode) ? stricterMode(ofCapability, step.mode) : 'off'
}

export function isGivenBack({ capability, action }: Pick<Candidate, 'capability' | 'action'>): boolean {
  return capability === 'energy' && isHostStep(action) && !hostSteps[action].takes
}
