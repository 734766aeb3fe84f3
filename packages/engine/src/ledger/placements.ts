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

/** Entries of instances that a complete reading no longer has are dropped; a partial one drops none. */
export function trackPlacements(before: Placements, snapshot: Snapshot): Placements {
  const now = new Map<InstanceId, Placement>()
  for (const instance of snapshot.instances) {
    if (instance.hostId === undefined || !physically(instance.state).cores) continue
    const known = before.get(instance.id)
    const stays = known !== undefined && known.hostId === instance.hostId && known.sinceMs <= snapshot.takenAtMs
    now.set(instance.id, stays ? known : { hostId: instance.hostId, sinceMs: snapshot.takenAtMs })
  }
  if (snapshot.gaps.length > 0)
    for (const [id, placement] of before) if (!snapshot.instanceById.has(id)) now.set(id, placement)
  return now
}
