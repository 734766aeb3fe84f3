// Which hosts of a lease cannot serve it as the newest complete reading has them. Closed for maintenance is no failure of a lease that
// runs: who is on the host stays. What could not be read is not known to have failed.
import type { HostId, Lease } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'

type Placed = Pick<Lease, 'state' | 'reservations'>

export function hostsOut({ state, reservations }: Placed, snapshot: Snapshot | undefined): readonly HostId[] {
  if (snapshot === undefined || snapshot.gaps.length > 0) return []
  return reservations
    .flatMap(({ shares }) => shares.map(({ hostId }) => hostId))
    .filter((id) => {
      const now = snapshot.hostById.get(id)?.state
      if (now === 'up' || now === 'asleep') return false
      return state !== 'active' || (now !== 'maintenance' && now !== 'disabled')
    })
}
