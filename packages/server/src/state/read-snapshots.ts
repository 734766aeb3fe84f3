// The last reading of every cloud that has been read.
import type { Snapshot } from '@gleaner/engine'
import type { CloudId } from '@gleaner/model'
import type { LiveState } from './live-state.ts'

export function readSnapshots(state: Pick<LiveState, 'clouds'>): ReadonlyMap<CloudId, Snapshot> {
  const snapshots = new Map<CloudId, Snapshot>()
  for (const [id, { snapshot }] of state.clouds) if (snapshot !== undefined) snapshots.set(id, snapshot)
  return snapshots
}
