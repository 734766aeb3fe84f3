// Since when each host has been seen with nothing on it, without a break. Only complete readings count: in a partial one a
// host may look empty because its instances could not be read. After a restart it begins anew, which only makes hosts stay
// awake a little longer.
import type { HostId } from '@gleaner/model'
import { isComplete, type Snapshot } from '../../snapshot/snapshot.ts'

export class EmptySince {
  readonly #sinceMs = new Map<HostId, number>()

  see(snapshot: Snapshot): void {
    const complete = isComplete(snapshot)
    for (const { id, state } of snapshot.hosts) {
      const empty = complete && state !== 'unknown' && (snapshot.instancesOfHost.get(id)?.length ?? 0) === 0
      if (!empty) this.#sinceMs.delete(id)
      else if (!this.#sinceMs.has(id)) this.#sinceMs.set(id, snapshot.takenAtMs)
    }
  }

  /** Undefined while something is on it. */
  sinceMs(id: HostId): number | undefined {
    return this.#sinceMs.get(id)
  }
}
