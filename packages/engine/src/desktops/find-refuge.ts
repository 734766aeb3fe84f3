// Where a guest goes whose desktop is needed by its user: to a hypervisor with room, else to another desktop of which nobody needs
// anything now. Nobody is evicted for it. The host that was chosen before is kept while it has the room. Those who are found a place in one
// round, and those on their way, do not count on the same room.
import type { CloudId, Host, HostId, Instance, InstanceId, JournalEntry, Proposal, RoomWish } from '@gleaner/model'
import type { TakenRoom } from '../eviction/hosts-now.ts'
import { roomUnderWay, sizesOf, wishToMove } from '../eviction/moving-room.ts'
import { planEviction } from '../eviction/plan-eviction.ts'
import type { RoomWorld } from '../eviction/room-world.ts'
import type { DesktopPresence } from './desktop-presence.ts'

export interface RefugeQuestion {
  /** Undefined where nothing can be decided about room: then nobody goes anywhere. */
  readonly worldOf: (id: CloudId) => RoomWorld | undefined
  readonly presenceOf: (host: Host) => DesktopPresence
  readonly journal: readonly JournalEntry[]
  /** Every open proposal. */
  readonly proposals: readonly Proposal[]
}

/** Undefined: no host has room for it. Asked twice about one guest, it gives the same answer. */
export type FindRefuge = (guest: Instance) => Host | undefined

export function refugesOf(question: RefugeQuestion): FindRefuge {
  const clouds = new Map<CloudId, CloudNow | undefined>()
  const found = new Map<InstanceId, Host | undefined>()
  return (guest) => {
    if (found.has(guest.id)) return found.get(guest.id)
    if (!clouds.has(guest.cloudId)) clouds.set(guest.cloudId, cloudNow(question, guest.cloudId))
    const cloud = clouds.get(guest.cloudId)
    const host = cloud && refugeOf(guest, cloud, question.proposals)
    if (host !== undefined) cloud?.taken.push({ ...sizesOf(guest), hostId: host.id })
    found.set(guest.id, host)
    return host
  }
}

interface CloudNow {
  readonly world: RoomWorld
  readonly taken: TakenRoom[]
  readonly desktops: readonly HostId[]
  /** Desktops that nothing may be brought to now, whatever state the cloud tells. */
  readonly needed: readonly HostId[]
}

function cloudNow({ worldOf, presenceOf, journal }: RefugeQuestion, id: CloudId): CloudNow | undefined {
  const world = worldOf(id)
  if (world === undefined) return undefined
  const desktops = world.snapshot.hosts.filter(({ kind }) => kind === 'desktop')
  return {
    world,
    taken: [...roomUnderWay(journal, world.snapshot)],
    desktops: desktops.map((host) => host.id),
    needed: desktops.filter((host) => !presenceOf(host).lendable).map((host) => host.id),
  }
}

function refugeOf(
  guest: Instance,
  { world, taken, desktops, needed }: CloudNow,
  proposals: readonly Proposal[],
): Host | undefined {
  const own = guest.hostId === undefined ? [] : [guest.hostId]
  const before = proposals.find(({ instanceId, action }) => instanceId === guest.id && action === 'migrate')
  const kept = before?.setting?.toHostId
  const hints: readonly RoomWish['hints'][] = [
    ...(kept === undefined ? [] : [{ onHosts: [kept], notOnHosts: [...own, ...needed] }]),
    { notOnHosts: [...own, ...desktops] },
    { notOnHosts: [...own, ...needed] },
  ]
  for (const each of hints) {
    const wish = wishToMove(guest, each)
    const { feasible, placements } = planEviction({ world, wish, mayEvict: false, taken })
    const [placement] = placements
    if (feasible && placement !== undefined) return world.snapshot.hostById.get(placement.hostId)
  }
  return undefined
}
