// On which hosts of a lease so many equal instances find room: what the lease holds there and what nobody holds. The fullest
// host that still takes one is filled first, so that the others stay free for larger ones.
import type { FenceState, RoomSize } from '@gleaner/ports'
import type { OpenRoom } from './wanted-fences.ts'

export interface FitQuestion {
  readonly states: readonly FenceState[]
  /** Of each. */
  readonly size: RoomSize
  readonly count: number
}

/** Undefined when they do not all fit. */
export function fitting({ states, size, count }: FitQuestion): readonly OpenRoom[] | undefined {
  const able = states
    .filter(({ fault }) => fault === undefined)
    .map((state) => ({ state, fits: fits(state, size) }))
    .filter(({ fits: most }) => most > 0)
    .sort((a, b) => a.fits - b.fits || (a.state.hostId < b.state.hostId ? -1 : 1))
  const rooms: OpenRoom[] = []
  let left = count
  for (const { state, fits: most } of able) {
    if (left === 0) break
    const here = Math.min(left, most)
    left -= here
    rooms.push({
      leaseId: state.leaseId,
      hostId: state.hostId,
      vcpus: here * size.vcpus,
      memoryMiB: here * size.memoryMiB,
      diskGiB: here * size.diskGiB,
    })
  }
  return left === 0 ? rooms : undefined
}

/** What is open for others of the lease who are on their way in is not held, and shows as free: it is not counted. */
function fits({ held }: FenceState, size: RoomSize): number {
  const times = (had: number, each: number) => (each > 0 ? Math.floor(had / each) : Number.MAX_SAFE_INTEGER)
  return Math.min(
    times(held.vcpus, size.vcpus),
    times(held.memoryMiB, size.memoryMiB),
    times(held.diskGiB, size.diskGiB),
  )
}
