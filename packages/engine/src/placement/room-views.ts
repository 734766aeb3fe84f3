// The views of the shapes that were asked for of late. A cloud sells a few flavors, so nearly every request has the shape of
// one before it. Those asked for least recently are given up first; a request that names hosts is seldom repeated, and its
// view is not kept.
import type { PlacementRequest } from '@gleaner/model'
import type { RoomIndex } from './room-index.ts'
import { RoomView } from './room-view.ts'

/** A view and what is built on it take 16 bytes per host: with this many hosts in all 32 MiB. */
const keptHosts = 2 ** 21
const [fewest, most] = [4, 128]

export class RoomViews {
  readonly #index: RoomIndex
  readonly #kept = new Map<string, RoomView>()

  constructor(index: RoomIndex) {
    this.#index = index
  }

  /** Up to date until the index changes; the same object at the next request of the shape. */
  viewOf(request: PlacementRequest): RoomView {
    const view = this.#find(request)
    view.bringUpToDate()
    return view
  }

  #find(request: PlacementRequest): RoomView {
    const { preemptible, vcpus, ramMiB, diskGiB, hints } = request
    if (hints?.hosts !== undefined || hints?.avoidHosts !== undefined) return new RoomView(this.#index, request)
    const shape = JSON.stringify([preemptible, vcpus, ramMiB, diskGiB, hints])
    const view = this.#kept.get(shape) ?? new RoomView(this.#index, request)
    this.#kept.delete(shape)
    this.#kept.set(shape, view)
    const limit = Math.min(most, Math.max(fewest, Math.floor(keptHosts / this.#index.hostCount)))
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= limit) break
      this.#kept.delete(oldest)
    }
    return view
  }
}
