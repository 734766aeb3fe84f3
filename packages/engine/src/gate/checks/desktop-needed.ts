// The user for whom a desktop is closed, or its guests are stopped, is still there. Who has left meanwhile needs nothing of it.
import { isOnInstance } from '@gleaner/model'
import type { Check } from './check.ts'

export const desktopNeeded: Check = ({ proposal, world, snapshot, instance, host }) => {
  const on = isOnInstance(proposal) ? instance?.hostId && snapshot?.hostById.get(instance.hostId) : host
  if (!on || world.presenceOf?.(on).lendable !== true) return undefined
  return { code: 'lendable', sentence: `The user of ${on.name} has left again.`, facts: {} }
}
