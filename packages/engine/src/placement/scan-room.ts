// Judges every host for a request without anybody leaving: which filters refuse it, how many instances of the request it
// has room for, and of which resource there is too little. Filters judge a class of hosts once.
import type { PlacementHints, PlacementRequest } from '@gleaner/model'
import type { HostClass } from './host-class.ts'
import { hostFilters } from './host-filters.ts'
import { sizesOf, slack } from './resources.ts'
import { bitOf, bitsPerResource } from './room-codes.ts'
import type { RoomIndex } from './room-index.ts'

export interface RoomScan {
  readonly sizes: readonly [number, number, number]
  /** Per host: bits of the reasons against it, so far. Without any of filterBits only room is asked for. */
  readonly masks: Uint32Array
  /** Per host: how many instances of the request it has room for now, at most `perHost`. Until the next decision. */
  readonly fits: Int32Array
  /** Sum of `fits`. */
  readonly total: number
  /** At most so many instances of the request on one host. */
  readonly perHost: number
}

const noRoom = bitsPerResource('no-room')
const notLent = [bitOf('not-lent-vcpus'), bitOf('not-lent-ram'), 0] as const

export function scanRoom(index: RoomIndex, request: PlacementRequest): RoomScan {
  const { hostCount } = index
  const { classOf, hard, lends } = index.columns
  const shared = request.preemptible ? index.columns.offered : index.columns.shared
  const sizes = sizesOf(request)
  const [size0, size1, size2] = sizes
  const readsHard = lends && !request.preemptible
  const perHost = Math.min(request.count, request.hints?.maxPerHost ?? request.count)
  const classMasks = Uint32Array.from(index.classes, (hostClass) => judge(hostClass, request))
  const masks = new Uint32Array(hostCount)
  judgeNames(index, request.hints, masks)
  const fits = index.scratch.fits.subarray(0, hostCount)
  let total = 0
  for (let host = 0; host < hostCount; host++) {
    const at = host * 3
    let free0 = (shared[at] as number) + slack
    let free1 = (shared[at + 1] as number) + slack
    let free2 = (shared[at + 2] as number) + slack
    if (readsHard) {
      free0 = Math.min(free0, (hard[at] as number) + slack)
      free1 = Math.min(free1, (hard[at + 1] as number) + slack)
      free2 = Math.min(free2, (hard[at + 2] as number) + slack)
    }
    const mask = (masks[host] as number) | (classMasks[classOf[host] as number] as number)
    fits[host] = 0
    const lacks0 = size0 > free0 && size0 > 0
    const lacks1 = size1 > free1 && size1 > 0
    const lacks2 = size2 > free2 && size2 > 0
    if (lacks0 || lacks1 || lacks2) {
      const lacking = (lacks0 ? noRoom[0] : 0) | (lacks1 ? noRoom[1] : 0) | (lacks2 ? noRoom[2] : 0)
      masks[host] = mask | (lends && request.preemptible ? unlent(index, { host, sizes, lacking }) : lacking)
    } else if (mask !== 0) masks[host] = mask
    else {
      let most = perHost
      if (most * size0 > free0 && size0 > 0) most = Math.floor(free0 / size0)
      if (most * size1 > free1 && size1 > 0) most = Math.floor(free1 / size1)
      if (most * size2 > free2 && size2 > 0) most = Math.floor(free2 / size2)
      fits[host] = most
      total += most
    }
  }
  return { sizes, masks, fits, total, perHost }
}

/** Of the resources that a preemptible request lacks, those that only the limit of lending keeps from it are told as such. */
function unlent(
  { columns: { hard, shared, offered } }: RoomIndex,
  { host, sizes, lacking }: { readonly host: number; readonly sizes: RoomScan['sizes']; readonly lacking: number },
): number {
  let mask = lacking
  for (const d of [0, 1] as const) {
    const cell = host * 3 + d
    const free = Math.min(hard[cell] as number, shared[cell] as number)
    if ((lacking & noRoom[d]) !== 0 && free > (offered[cell] as number) && sizes[d] <= free + slack)
      mask = (mask & ~noRoom[d]) | notLent[d]
  }
  return mask
}

function judge(hostClass: HostClass, request: PlacementRequest): number {
  let mask = 0
  for (const { refuses } of hostFilters) {
    const code = refuses(hostClass, request)
    if (code !== undefined) mask |= bitOf(code)
  }
  return mask
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
