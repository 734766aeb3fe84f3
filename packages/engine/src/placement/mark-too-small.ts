// Tells the hosts that have too little room of a resource just now from those that are too small altogether. Nothing helps
// there, so whoever reads the reasons must not wait. Done when reasons are read: a decision has no use for it.
import type { PlacementRequest } from '@gleaner/model'
import { sizesOf, slack } from './resources.ts'
import { bitsPerResource } from './room-codes.ts'
import type { RoomIndex } from './room-index.ts'

const tooSmall = bitsPerResource('too-small')
const noRoom = bitsPerResource('no-room')

export function markTooSmall({ columns }: RoomIndex, request: PlacementRequest, masks: Uint32Array): Uint32Array {
  const sizes = sizesOf(request)
  const marked = masks.slice()
  for (let host = 0; host < marked.length; host++) {
    for (const d of [0, 1, 2] as const) {
      const mask = marked[host] as number
      if ((mask & noRoom[d]) === 0) continue
      const lendable = columns.lendable[host * 3 + d] as number
      const whole =
        request.preemptible && !Number.isNaN(lendable) ? lendable : (columns.capacity[host * 3 + d] as number)
      if (sizes[d] > whole + slack) marked[host] = (mask & ~noRoom[d]) | tooSmall[d]
    }
  }
  return marked
}
