// Waking what Gleaner put to sleep, and opening it again, gives back: no mode keeps a host dark.
// The mode a step proceeds under: the stricter of the capability's and the cause's. A person's command proceeds always:
// the mode says what Gleaner may do by itself. A mode that is missing counts as off.
// A project may have a mode that no rule goes beyond there.
import {
  type Candidate,
  hostSteps,
  isHostStep,
  type Mode,
  modeCeilingOf,
  modes,
  type Policy,
  stricterMode,
} from '@gleaner/model'
import { limitsOf } from './limits-of.ts'

export interface ModeStep extends Pick<Candidate, 'capability' | 'claim' | 'mode' | 'action'> {
  readonly projectId?: Candidate['projectId'] | undefined
}

export function effectiveMode(step: ModeStep, policy: Policy): Mode {
  if (step.claim === 'command' || isGivenBack(step)) return 'enforce'
  const ofCapability: Mode | undefined = policy.modes[step.capability]
  if (!modes.includes(ofCapability) || !modes.includes(step.mode)) return 'off'
  return stricterMode(modeCeilingOf(limitsOf(step, policy)), stricterMode(ofCapability, step.mode))
}

export function isGivenBack({ capability, action }: Pick<Candidate, 'capability' | 'action'>): boolean {
  return capability === 'energy' && isHostStep(action) && !hostSteps[action].takes
}
