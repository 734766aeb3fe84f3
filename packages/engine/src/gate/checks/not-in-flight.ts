// No other action is under way on the instance, or on the host as a whole where the step is about that.
import { movingStates } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import type { Check } from './check.ts'

export const notInFlight: Check = ({ proposal, world, instance }) => {
  const entry = world.book.openOn(proposal)
  if (entry !== undefined)
    return {
      code: 'in-flight',
      sentence: `${entry.action} of ${entry.targetName} is under way since ${isoTime(entry.intendedAtMs)}.`,
      facts: { action: entry.action, journal: entry.id, sinceMs: entry.intendedAtMs },
    }
  if (instance === undefined || !movingStates.includes(instance.state)) return undefined
  return {
    code: 'in-flight',
    sentence: `${instance.name} is ${instance.state}.`,
    facts: { state: instance.state },
  }
}
