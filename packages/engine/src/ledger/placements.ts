// Since when each instance has held room on the host it is on, as far as the readings seen so far tell. The ledger needs
// it: what a host as a whole used over the last day says something about today's instances only if they were there.
// An instance counts from the first reading that shows it there; one that moved, or held nothing in between, anew.
import type { HostId, InstanceId } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { holdingTable } from './holding.ts'

export interface Placement {
  readonly hostId: HostId
  readonly sinceMs: number
}

export type Placements = ReadonlyMap<InstanceId, Placement>

const physically = holdingTable(undefined)

/**
 * Of the cloud of this reading, entries of instances that a complete reading no longer shows there are dropped; a partial
 * one drops none. Other clouds keep theirs. Without any change the map itself is returned.
 */
export function trackPlacements(before: Placements, snapshot: Snapshot): Placements {
  const begun: [InstanceId, Placement][] = []
  let stayed = 0
  for (const instance of snapshot.instances) {
    if (instance.hostId === undefined || !physically(instance.state).cores) continue
    const known = before.get(instance.id)
    const stays = known !== undefined && known.hostId === instance.hostId && known.sinceMs <= snapshot.takenAtMs
    if (stays) stayed++
    else begun.push([instance.id, { hostId: instance.hostId, sinceMs: snapshot.takenAtMs }])
  }
  // The usual case, told without looking at every entry once more.
  if (begun.length === 0 && stayed === before.size) return before
  const over: InstanceId[] = []
  const mine = `${snapshot.cloudId}:`
  for (const id of before.keys()) if (id.startsWith(mine) && !holdsRoom(id, snapshot)) over.push(id)
  if (begun.length === 0 && over.length === 0) return before
  const after = new Map(before)
  for (const id of over) after.delete(id)
  for (const [id, placement] of begun) after.set(id, placement)
  return after
}

function holdsRoom(id: InstanceId, snapshot: Snapshot): boolean {
  const instance = snapshot.instanceById.get(id)
  if (instance === undefined) return snapshot.gaps.length > 0
  return instance.hostId !== undefined && physically(instance.state).cores
}
