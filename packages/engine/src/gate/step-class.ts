// Which list of checks a step has to pass. A reclaiming step takes something from an instance and passes all of them. A
// person's own command is the approval and needs no idleness, so it skips what only protects against wrong conclusions.
// A restoring step (resume, start) gives back: it may not overrule people, but no budget, grace or data age holds it up,
// and what its owner asks for himself not even the kill switch does. A notice tells and touches nothing. Steps on a host as
// a whole take (sell more of it, close it) or give back; there is no owner who would have to be told.
import { type Candidate, hostSteps, isHostStep, isReclaiming } from '@gleaner/model'

export type StepClass =
  | 'reclaim'
  | 'reclaim-command'
  | 'restore'
  | 'restore-command'
  | 'notify'
  | 'host-take'
  | 'host-give'

export function stepClass(step: Pick<Candidate, 'action' | 'claim'>): StepClass {
  if (isHostStep(step.action)) return hostSteps[step.action].takes ? 'host-take' : 'host-give'
  const commanded = step.claim === 'command'
  if (isReclaiming(step.action)) return commanded ? 'reclaim-command' : 'reclaim'
  if (step.action === 'notify') return 'notify'
  return commanded ? 'restore-command' : 'restore'
}
