// Instances that move to another host: what they need there, and the room of those under way, on the hosts where the reading does
// not show them yet.
import type { Instance, JournalEntry, Room, RoomWish } from '@gleaner/model'
import { isOpenEntry } from '../people/journal-entry.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { TakenRoom } from './hosts-now.ts'

export function roomUnderWay(
  journal: Iterable<JournalEntry>,
  { instanceById }: Pick<Snapshot, 'instanceById'>,
): readonly TakenRoom[] {
  return [...journal].flatMap((entry): TakenRoom[] => {
    const hostId = entry.setting?.toHostId
    if (entry.action !== 'migrate' || hostId === undefined || !isOpenEntry(entry)) return []
    const instance = entry.instanceId && instanceById.get(entry.instanceId)
    return instance === undefined || instance.hostId === hostId ? [] : [{ ...sizesOf(instance), hostId }]
  })
}

/** Room for the instance as it is, for nobody else. */
export function wishToMove(instance: Instance, hints: RoomWish['hints']): RoomWish {
  const { projectId, name, flavor, firmness } = instance
  return { ...sizesOf(instance), projectId, name, flavor, firmness, count: 1, hints }
}

export function sizesOf({ vcpus, memoryMiB, diskGiB }: Instance): Room {
  return { vcpus, memoryMiB, diskGiB }
}
