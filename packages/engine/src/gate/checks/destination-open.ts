// A move goes to a hypervisor that is up, and that is not the host the instance is on already. Who has to leave a desktop for its user may
// go to another one, of which nobody needs anything by its agent's word of now.
import type { Check } from './check.ts'

export const destinationOpen: Check = ({ proposal, world, snapshot, instance }) => {
  if (proposal.action !== 'migrate' || instance === undefined || snapshot === undefined) return undefined
  const { toHostId } = proposal.setting ?? {}
  const host = toHostId === undefined ? undefined : snapshot.hostById.get(toHostId)
  const facts = { host: host?.name ?? toHostId ?? null }
  if (host === undefined)
    return { code: 'host-gone', sentence: `The host that ${instance.name} was to move to is not there.`, facts }
  if (instance.hostId === host.id)
    return { code: 'already-there', sentence: `${instance.name} is on ${host.name} already.`, facts }
  const takes = host.kind === 'hypervisor' || (proposal.claim === 'local-user' && world.presenceOf?.(host).lendable)
  if (takes && host.state === 'up') return undefined
  const what = host.kind === 'hypervisor' || takes ? host.state : 'a desktop'
  return { code: 'state-not-suitable', sentence: `${host.name} is ${what}; nothing moves there.`, facts }
}
