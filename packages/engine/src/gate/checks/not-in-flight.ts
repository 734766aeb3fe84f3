// No other action is under way on the instance.
import { movingStates } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import type { Check } from './check.ts'

export const notInFlight: Check = ({ proposal, world, instance }) => {
  const entry = world.book.openOf.get(proposal.instanceId)
  if (entry !== undefined)
    return {
      code: 'in-flight',
      sentence: `${entry.action} of ${entry.instanceName} is under way since ${isoTime(entry.intendedAtMs)}.`,
      facts: { action: entry.action, journal: entry.id, sinceMs: entry.intendedAtMs },
    }
  if (instance === undefined || !movingStates.includes(instance.state)) return undefined
  return {
    code: 'in-flight',
    sentence: `${instance.name} is ${instance.state}.`,
    facts: { state: instance.state },
  }
}
