// The action can begin in the state the instance is in, leads somewhere else, and the cloud can do it. An instance that is
// moving between states is judged when it has arrived; until then not-in-flight.ts holds the step.
import { isHostStep, movingStates, startStates, targetState } from '@gleaner/model'
import type { Check } from './check.ts'

export const stateSuitable: Check = ({ proposal, world, instance }) => {
  if (instance === undefined) return undefined
  const { action } = proposal
  if (isHostStep(action)) return undefined
  const facts = { state: instance.state, action }
  if (targetState[action] === instance.state)
    return { code: 'already-there', sentence: `${instance.name} is ${instance.state} already.`, facts }
  if (!startStates[action].includes(instance.state) && !movingStates.includes(instance.state))
    return {
      code: 'state-not-suitable',
      sentence: `${instance.name} is ${instance.state}; ${action} cannot begin there.`,
      facts,
    }
  if (action === 'notify' || world.supports.get(instance.cloudId)?.has(action) === true) return undefined
  return {
    code: 'action-unsupported',
    sentence: `The cloud ${instance.cloudId} cannot ${action} an instance.`,
    facts: { ...facts, cloud: instance.cloudId },
  }
}
