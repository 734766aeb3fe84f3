// Judges every host for a request without anybody leaving, from what is kept of requests of the same shape.
import type { PlacementRequest } from '@gleaner/model'
import type { RoomIndex } from './room-index.ts'
import type { RoomView } from './room-view.ts'

export interface RoomScan {
  /** Of all hosts, for requests of this shape; lives on and is not to be written to. */
  readonly view: RoomView
  readonly sizes: readonly [number, number, number]
  /** Per host: how many instances of the request it has room for now. */
  readonly fits: Int32Array
  /** Sum of `fits`. */
  readonly total: number
}

export function scanRoom(index: RoomIndex, request: PlacementRequest): RoomScan {
  const view = index.views.viewOf(request)
  const { sizes, fits, total } = view
  return { view, sizes, fits, total }
}
