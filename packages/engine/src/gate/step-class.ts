// Which list of checks a step has to pass. A reclaiming step takes something from an instance and passes all of them. A
// person's own command is the approval and needs no idleness, so it skips what only protects against wrong conclusions.
// A restoring step (resume, start) gives back: it may not overrule people, but no budget, grace or data age holds it up,
// and what its owner asks for himself not even the kill switch does. A notice tells and touches nothing. Steps on a host as
// a whole take (sell more of it, close it) or give back; there is no owner who would have to be told.
// An eviction takes a preemptible instance away because its room is needed, whatever it does with it: idleness is not asked
// for, the owner's "keep" and Gleaner's own cool-down do not hold it (only a refusal by a person does), and the windows and
// shares that limit reclaiming are replaced by notice, minimum run time and the disruption budgets of its decision.
// A move takes nothing from the instance: it runs on, on a host that has room. It waits for no notice and no confirmation, for its
// cause is a date and not a measurement, and for no keep, which wants it to go on running; protection and a refusal stop it.
// A move that only saves energy is nobody's need: it passes what a move passes, and rests upon usage, is confirmed, keeps to the
// windows, and heeds every hold and the terms of the project.
// Memory that was lent from a guest goes back to it whatever anybody set: no mode, pause, hold, budget or age of data keeps from an
// owner what is the owner's. Only another action under way on the same guest makes it wait.
// For the person in front of a desktop (the claim `local-user`) its host is closed and its guests are stopped, or moved away, at once: no data on usage, no
// confirmation, notice, window, hold or budget stands in front of somebody's own machine; a whole floor comes at eight o'clock. The kill
// switch holds neither the closing nor the pause, only what would end a guest.
// What is taken so takes nothing from the budgets of others.
import { type Candidate, hostSteps, isHostStep, isReclaiming } from '@gleaner/model'

export type StepClass =
  | 'reclaim'
  | 'reclaim-command'
  | 'evict'
  | 'restore'
  | 'restore-command'
  | 'move'
  | 'consolidate'
  | 'give-back'
  | 'notify'
  | 'yield'
  | 'host-take'
  | 'host-yield'
  | 'host-give'

export function stepClass(step: Pick<Candidate, 'action' | 'claim' | 'eviction'>): StepClass {
  if (step.action === 'return-memory') return 'give-back'
  if (step.action === 'migrate') {
    if (step.claim === 'local-user') return 'yield'
    return step.claim === 'energy' ? 'consolidate' : 'move'
  }
  if (step.eviction !== undefined) return 'evict'
  const isYielding = step.claim === 'local-user'
  if (isHostStep(step.action)) {
    if (!hostSteps[step.action].takes) return 'host-give'
    return isYielding ? 'host-yield' : 'host-take'
  }
  if (isYielding && isReclaiming(step.action)) return 'yield'
  const commanded = step.claim === 'command'
  if (isReclaiming(step.action)) return commanded ? 'reclaim-command' : 'reclaim'
  if (step.action === 'notify') return 'notify'
  return commanded ? 'restore-command' : 'restore'
}
