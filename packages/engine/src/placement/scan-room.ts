// Judges every host for a request without anybody leaving: which filters refuse it, how many instances of the request it
// has room for, and of which resource there is too little. Filters judge a class of hosts once.
import type { PlacementHints, PlacementRequest } from '@gleaner/model'
import { hostFilters } from './host-filters.ts'
import { resourceCount, sizesOf, slack } from './resources.ts'
import { bitOf, bitsPerResource } from './room-codes.ts'
import type { RoomIndex } from './room-index.ts'

export interface RoomScan {
  readonly sizes: readonly [number, number, number]
  /** Per host: bits of the reasons against it, so far. */
  readonly masks: Uint32Array
  /** Per host: bits of the filters alone; 0 means that only room is asked for. */
  readonly filtered: Uint32Array
  /** Per host: how many instances of the request it has room for now, at most `perHost`. */
  readonly fits: Int32Array
  /** Sum of `fits`. */
  readonly total: number
  /** At most so many instances of the request on one host. */
  readonly perHost: number
}

const tooSmall = bitsPerResource('too-small')
const noRoom = bitsPerResource('no-room')

export function scanRoom(index: RoomIndex, request: PlacementRequest): RoomScan {
  const { hostCount, classOf, hard, shared, capacity, lendable } = index
  const sizes = sizesOf(request)
  const perHost = Math.min(request.count, request.hints?.maxPerHost ?? request.count)
  const classMasks = Uint32Array.from(index.classes, (hostClass) =>
    hostFilters.reduce((mask, filter) => {
      const code = filter.refuses(hostClass, request)
      return code === undefined ? mask : mask | bitOf(code)
    }, 0),
  )
  const filtered = new Uint32Array(hostCount)
  for (let host = 0; host < hostCount; host++) filtered[host] = classMasks[classOf[host] ?? 0] ?? 0
  judgeNames(index, request.hints, filtered)
  const masks = filtered.slice()
  const fits = new Int32Array(hostCount)
  let total = 0
  for (let host = 0; host < hostCount; host++) {
    let most = perHost
    let mask = 0
    for (let d = 0; d < resourceCount; d++) {
      const size = sizes[d] ?? 0
      if (size === 0) continue
      const cell = host * resourceCount + d
      const lent = shared[cell] ?? 0
      const free = request.preemptible ? lent : Math.min(lent, hard[cell] ?? 0)
      const whole = request.preemptible ? (lendable[cell] ?? 0) : Number.NaN
      if (size > (Number.isNaN(whole) ? (capacity[cell] ?? 0) : whole) + slack) mask |= tooSmall[d] ?? 0
      else if (size > free + slack) mask |= noRoom[d] ?? 0
      else if (most * size > free + slack) most = Math.floor((free + slack) / size)
    }
    if (mask !== 0) masks[host] = (masks[host] ?? 0) | mask
    else if (filtered[host] === 0) {
      fits[host] = most
      total += most
    }
  }
  return { sizes, masks, filtered, fits, total, perHost }
}

/** The two filters that ask for the host's name and not for its class. */
function judgeNames(index: RoomIndex, hints: PlacementHints | undefined, filtered: Uint32Array): void {
  if (hints?.hosts !== undefined) {
    const named = new Set(hints.hosts.map((name) => index.positionOf(name)))
    for (let host = 0; host < filtered.length; host++)
      if (!named.has(host)) filtered[host] = (filtered[host] ?? 0) | bitOf('host-not-named')
  }
  for (const name of hints?.avoidHosts ?? []) {
    const host = index.positionOf(name)
    if (host !== undefined) filtered[host] = (filtered[host] ?? 0) | bitOf('host-avoided')
  }
}
