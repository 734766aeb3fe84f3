// What is known of every host for one shape of request, without anybody leaving: which filters refuse it, how many
// instances it has room for, and of which resource there is too little. Kept from one decision to the next: hosts that
// changed since are judged anew, all of them only when there are other hosts than before or too much has changed. What it
// says is what judging every host anew would say. Filters judge a class of hosts once.
import type { PlacementHints, PlacementRequest } from '@gleaner/model'
import type { HostClass } from './host-class.ts'
import { hostFilters } from './host-filters.ts'
import { sizesOf, slack } from './resources.ts'
import { bitOf, bitsPerResource } from './room-codes.ts'
import type { RoomIndex } from './room-index.ts'

const noRoom = bitsPerResource('no-room')
const notLent = [bitOf('not-lent-vcpus'), bitOf('not-lent-ram'), 0] as const

/** As many instances as a host is said to have room for where nothing else limits them. */
const manyPerHost = 2 ** 30

export class RoomView {
  readonly sizes: readonly [number, number, number]
  readonly preemptible: boolean
  /** At most so many instances of the request on one host. */
  readonly perHost: number
  /** Per host: bits of the reasons against it. Without any of filterBits only room is asked for. */
  masks = new Uint32Array(0)
  /** Per host: how many instances of the request it has room for now, at most `perHost`. */
  fits = new Int32Array(0)
  /** Sum of `fits`. */
  total = 0
  /** Grows whenever every host was judged anew. */
  generation = 0
  readonly #index: RoomIndex
  readonly #request: PlacementRequest
  #classMasks: number[] = []
  #named: Uint32Array | undefined
  #seen = 0
  #lends = false

  /** Of the request all but the number of its instances counts. */
  constructor(index: RoomIndex, request: PlacementRequest) {
    this.#index = index
    this.#request = request
    this.sizes = sizesOf(request)
    this.preemptible = request.preemptible
    this.perHost = request.hints?.maxPerHost ?? manyPerHost
  }

  bringUpToDate(): void {
    const { changes, hostCount, classes, columns } = this.#index
    if (this.generation === 0 || hostCount !== this.fits.length || columns.lends !== this.#lends) this.#begin()
    else if (!changes.reachesBackTo(this.#seen)) this.#begin()
    else {
      this.#judgeClasses(classes)
      for (let nth = this.#seen; nth < changes.count; nth++) this.#judge(changes.hostAt(nth))
    }
    this.#seen = changes.count
  }

  #begin(): void {
    const { hostCount, columns, classes } = this.#index
    this.generation++
    this.#lends = columns.lends
    this.total = 0
    if (this.fits.length === hostCount) this.fits.fill(0)
    else {
      this.fits = new Int32Array(hostCount)
      this.masks = new Uint32Array(hostCount)
    }
    this.#judgeClasses(classes)
    this.#named = judgeNames(this.#index, this.#request.hints)
    for (let host = 0; host < hostCount; host++) this.#judge(host)
  }

  #judgeClasses(classes: readonly HostClass[]): void {
    for (let nth = this.#classMasks.length; nth < classes.length; nth++)
      this.#classMasks.push(judge(classes[nth] as HostClass, this.#request))
  }

  #judge(host: number): void {
    const { classOf, hard, offered, shared } = this.#index.columns
    const lends = this.#lends
    const [size0, size1, size2] = this.sizes
    const free = this.preemptible ? offered : shared
    const at = host * 3
    let free0 = (free[at] as number) + slack
    let free1 = (free[at + 1] as number) + slack
    let free2 = (free[at + 2] as number) + slack
    if (lends && !this.preemptible) {
      free0 = Math.min(free0, (hard[at] as number) + slack)
      free1 = Math.min(free1, (hard[at + 1] as number) + slack)
      free2 = Math.min(free2, (hard[at + 2] as number) + slack)
    }
    let mask = this.#classMasks[classOf[host] as number] as number
    if (this.#named !== undefined) mask |= this.#named[host] as number
    const lacks0 = size0 > free0 && size0 > 0
    const lacks1 = size1 > free1 && size1 > 0
    const lacks2 = size2 > free2 && size2 > 0
    let most = 0
    if (lacks0 || lacks1 || lacks2) {
      const lacking = (lacks0 ? noRoom[0] : 0) | (lacks1 ? noRoom[1] : 0) | (lacks2 ? noRoom[2] : 0)
      mask |= lends && this.preemptible ? this.#unlent(host, lacking) : lacking
    } else if (mask === 0) {
      most = this.perHost
      if (most * size0 > free0 && size0 > 0) most = Math.floor(free0 / size0)
      if (most * size1 > free1 && size1 > 0) most = Math.floor(free1 / size1)
      if (most * size2 > free2 && size2 > 0) most = Math.floor(free2 / size2)
    }
    this.masks[host] = mask
    this.total += most - (this.fits[host] as number)
    this.fits[host] = most
  }

  /** Of the resources that a preemptible request lacks, those that only the limit of lending keeps from it are told as such. */
  #unlent(host: number, lacking: number): number {
    const { hard, shared, offered } = this.#index.columns
    let mask = lacking
    for (const d of [0, 1] as const) {
      const cell = host * 3 + d
      const free = Math.min(hard[cell] as number, shared[cell] as number)
      if ((lacking & noRoom[d]) !== 0 && free > (offered[cell] as number) && this.sizes[d] <= free + slack)
        mask = (mask & ~noRoom[d]) | notLent[d]
    }
    return mask
  }
}

function judge(hostClass: HostClass, request: PlacementRequest): number {
  let mask = 0
  for (const { refuses } of hostFilters) {
    const code = refuses(hostClass, request)
    if (code !== undefined) mask |= bitOf(code)
  }
  return mask
}

/** The two filters that ask for the host's name and not for its class; undefined when neither asks. */
function judgeNames(index: RoomIndex, hints: PlacementHints | undefined): Uint32Array | undefined {
  if (hints?.hosts === undefined && hints?.avoidHosts === undefined) return undefined
  const filtered = new Uint32Array(index.hostCount)
  if (hints.hosts !== undefined) {
    const named = new Set(hints.hosts.map((name) => index.positionOf(name)))
    for (let host = 0; host < filtered.length; host++) if (!named.has(host)) filtered[host] = bitOf('host-not-named')
  }
  for (const name of hints.avoidHosts ?? []) {
    const host = index.positionOf(name)
    if (host !== undefined) filtered[host] = (filtered[host] ?? 0) | bitOf('host-avoided')
  }
  return filtered
}
