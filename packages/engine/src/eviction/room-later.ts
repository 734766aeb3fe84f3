// Whether a decision's room is what others' victims leave over, and they are still there (or the cloud still holds it): then
// nothing can be claimed or created yet, and nobody is told before. A wait and not a fault: when the others come to nothing
// the room is not there in either view, and it is planned anew.
import { type EvictionDecision, isDecisionOpen, isGoing, type Verdict } from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'
import { fits } from './check-eviction.ts'
import type { RoomWorld } from './room-world.ts'

export function roomLater(decision: EvictionDecision, world: RoomWorld): Verdict | undefined {
  const { wish, placements } = decision
  if (wish === undefined || fits(decision, world, false) || !fits(decision, world)) return undefined
  const hosts = new Set(placements.map(({ hostId }) => hostId))
  const others = world.decisions.filter(
    (other) =>
      other.id !== decision.id &&
      isDecisionOpen(other) &&
      [...other.victims.filter(isGoing), ...other.claims].some(({ hostId }) => hosts.has(hostId)),
  )
  const ends = others.flatMap(({ victims, createdAtMs }) =>
    victims
      .filter((victim) => isGoing(victim) && hosts.has(victim.hostId))
      .map(({ toldAtMs, noticeMs }) => (toldAtMs ?? createdAtMs) + noticeMs),
  )
  const notBeforeMs = ends.length === 0 ? null : Math.max(...ends)
  const when = notBeforeMs === null ? 'when that has been taken' : `not before ${isoTime(notBeforeMs)}`
  const whose = [...new Set(others.map((other) => other.wish?.name ?? other.kind))].join(', ')
  return {
    code: 'room-later',
    sentence: `The room for ${wish.name} is what is left over of the room made for ${whose}: it will be free ${when}.`,
    facts: { notBeforeMs, decisions: others.map(({ id }) => id).join(' ') },
  }
}
