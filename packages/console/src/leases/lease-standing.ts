// Where a lease stands in its life.
import type { LeaseView } from '@gleaner/model'

type Standing = Pick<LeaseView, 'state'>

/** Hosts are held for it. */
export function hasPlace({ state }: Standing): boolean {
  return state === 'proposed' || state === 'pending' || state === 'active'
}

export function isOver(lease: Standing): boolean {
  return lease.state !== 'waiting' && !hasPlace(lease)
}
