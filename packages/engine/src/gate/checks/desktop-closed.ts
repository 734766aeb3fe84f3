// Nothing is done to a guest for the user of its desktop while the host takes new ones: first the door, then who is inside. Where the
// cloud cannot close a host, nobody but Gleaner places anything there.
import type { Check } from './check.ts'

export const desktopClosed: Check = ({ world, snapshot, instance }) => {
  const host = instance?.hostId === undefined ? undefined : snapshot?.hostById.get(instance.hostId)
  if (host === undefined || world.supports.get(host.cloudId)?.has('close') !== true) return undefined
  // One that is being opened counts as open: the reading may be older.
  const isOpening = world.book.openOn({ instanceId: undefined, hostId: host.id })?.action === 'open'
  if (host.state !== 'up' && !isOpening) return undefined
  return {
    code: 'host-not-closed',
    sentence: `${host.name} still takes new instances; it is closed before anything is done to those it has.`,
    facts: { state: host.state, isOpening },
  }
}
