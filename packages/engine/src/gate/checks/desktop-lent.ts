// What lets guests run on a desktop, or brings new ones there (resuming, starting, opening it), waits until the desktop may have guests
// by its agent's word of now. Not even the owner of an instance overrules the person in front of the machine.
import { isOnInstance } from '@gleaner/model'
import type { Check } from './check.ts'

export const desktopLent: Check = ({ proposal, world, snapshot, instance, host }) => {
  const on = isOnInstance(proposal) ? instance?.hostId && snapshot?.hostById.get(instance.hostId) : host
  if (!on || on.kind !== 'desktop') return undefined
  if (!isOnInstance(proposal) && proposal.action !== 'open') return undefined
  const presence = world.presenceOf?.(on)
  if (presence?.lendable === true) return undefined
  if (presence === undefined)
    return {
      code: 'desktop-unjoined',
      sentence: `${on.name} is a desktop, and nothing is known of its user: that counts as in use.`,
      facts: {},
    }
  if (!isOnInstance(proposal)) return presence.verdict
  // What the user of the desktop does is not told to the owners of instances.
  return {
    code: 'desktop-back',
    sentence: 'The desktop it is on is needed by its user.',
    facts: { standing: presence.standing ?? null },
  }
}
