// The mode a step proceeds under: the stricter of the capability's and the cause's. A person's command proceeds always:
// the mode says what Gleaner may do by itself. A mode that is missing counts as off.
import { type Candidate, type Mode, modes, type Policy, stricterMode } from '@gleaner/model'

export function effectiveMode(step: Pick<Candidate, 'capability' | 'claim' | 'mode'>, policy: Policy): Mode {
  if (step.claim === 'command') return 'enforce'
  const ofCapability: Mode | undefined = policy.modes[step.capability]
  return modes.includes(ofCapability) && modes.includes(step.mode) ? stricterMode(ofCapability, step.mode) : 'off'
}
