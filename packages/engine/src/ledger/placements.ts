// Since when each instance has held room on the host it is on, as far as the readings seen so far tell. The ledger needs
// it: what a host as a whole used over the last day says something about today's instances only if they were there.
// An instance counts from the first reading that shows it there; one that moved, or held nothing in between, anew.
import type { HostId, Instance, InstanceId } from '@gleaner/model'
import { isComplete, type Snapshot } from '../snapshot/snapshot.ts'
import { holdingTable } from './holding.ts'

export interface Placement {
  readonly hostId: HostId
  readonly sinceMs: number
}

export type Placements = ReadonlyMap<InstanceId, Placement>

const physically = holdingTable(undefined)

/**
 * Of the cloud of this reading, entries of instances that a complete reading no longer shows there are dropped; a partial
 * one drops none. Other clouds keep theirs. Without any change the map itself is returned. With the reading before, the one
 * that `before` rests upon, only what differs between the two is looked at.
 */
export function trackPlacements(before: Placements, snapshot: Snapshot, previous?: Snapshot): Placements {
  const changed = previous === undefined ? undefined : changedSince(previous, snapshot)
  const begun: [InstanceId, Placement][] = []
  const over: InstanceId[] = []
  for (const instance of changed ?? snapshot.instances) {
    if (instance.hostId === undefined || !physically(instance.state).cores) {
      if (before.has(instance.id)) over.push(instance.id)
      continue
    }
    const known = before.get(instance.id)
    const stays = known !== undefined && known.hostId === instance.hostId && known.sinceMs <= snapshot.takenAtMs
    if (!stays) begun.push([instance.id, { hostId: instance.hostId, sinceMs: snapshot.takenAtMs }])
  }
  if (changed === undefined && isComplete(snapshot)) {
    const mine = `${snapshot.cloudId}:`
    for (const id of before.keys()) if (id.startsWith(mine) && !snapshot.instanceById.has(id)) over.push(id)
  }
  if (begun.length === 0 && over.length === 0) return before
  const after = new Map(before)
  for (const id of over) after.delete(id)
  for (const [id, placement] of begun) after.set(id, placement)
  return after
}

/** The instances that are not what they were; undefined when the two readings cannot be laid side by side, id by id. */
function changedSince(previous: Snapshot, snapshot: Snapshot): readonly Instance[] | undefined {
  const { instances } = snapshot
  // After a partial reading there may be entries of instances that it did not show.
  if (previous.cloudId !== snapshot.cloudId || !isComplete(previous)) return undefined
  if (previous.instances.length !== instances.length) return undefined
  if (!(snapshot.takenAtMs >= previous.takenAtMs)) return undefined
  const changed: Instance[] = []
  for (let nth = 0; nth < instances.length; nth++) {
    const instance = instances[nth]
    const known = previous.instances[nth]
    if (instance === known || instance === undefined) continue
    if (instance.id !== known?.id) return undefined
    changed.push(instance)
  }
  return changed
}
