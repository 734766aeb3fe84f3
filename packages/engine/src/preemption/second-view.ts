// The second view of the cloud: what a firm request could have if preemptible instances left. The columns tell how many
// instances of the request each host could take, and why some could take none; single instances are looked at only on hosts
// where some may not leave. Kept with the first view of the shape (room-view.ts) and brought up to date as that is; where an
// instance is too young to leave, the host is judged anew each time, because what it could give is a matter of time.
import { exemptions } from '@gleaner/model'
import { ChangeLog } from '../placement/change-log.ts'
import { slack } from '../placement/resources.ts'
import { bitOf, bitsPerResource, filterBits } from '../placement/room-codes.ts'
import type { RoomIndex } from '../placement/room-index.ts'
import type { RoomView } from '../placement/room-view.ts'
import type { RoomScan } from '../placement/scan-room.ts'
import { Glance } from './glance.ts'
import { type Costing, victimCost } from './victim-cost.ts'

export interface EvictionQuestion {
  readonly index: RoomIndex
  readonly scan: RoomScan
  readonly costing: Costing
}

const unreclaimable = bitsPerResource('unreclaimable')
const blocked = exemptions.map((why) => bitOf(`blocked-${why}`))
const tooYoung = 1 + exemptions.indexOf('too-young')

const dearer = bitOf('dearer')

/** Requests for more instances than that are rare enough to be looked at anew. */
const keptLevels = 4

/** Lives and dies with the first view. */
const kept = new WeakMap<RoomView, SecondView>()

/** Up to date until the index changes or time goes on. */
export function takeSecondView(question: EvictionQuestion): SecondView {
  const { view } = question.scan
  let second = kept.get(view)
  if (second === undefined) kept.set(view, (second = new SecondView()))
  second.bringUpToDate(question)
  return second
}

export class SecondView {
  /** Per host: how many instances of the request it could take if everybody left who may; at least what fits now. */
  most = new Int32Array(0)
  /** Sum of `most`. */
  total = 0
  /** Per host: the reasons of the first view, and why it could take nothing even then, or that it could for more. */
  masks = new Uint32Array(0)
  /** Grows whenever every host was judged anew. */
  generation = 0
  /** Hosts that were judged anew since then, but for those of which nothing changed. */
  readonly changes = new ChangeLog()
  #ofFirst = 0
  #seen = 0
  #minimumRunS = 0
  #nowS = 0
  /** Hosts with instances that are too young: what they could give changes with time. */
  readonly #young = new Set<number>()
  readonly #eligible = new Float64Array(3)
  readonly #glances: Glance[] = []

  /** For room for so many instances beyond those that fit now. */
  glanceAt(level: number): Glance {
    const glance = this.#glances[level] ?? new Glance(level)
    if (level <= keptLevels) this.#glances[level] = glance
    return glance
  }

  bringUpToDate(question: EvictionQuestion): void {
    const { index, scan, costing } = question
    const { changes } = index
    const { nowS, minimumRunS } = costing
    const isSame =
      this.#ofFirst === scan.view.generation && this.#minimumRunS === minimumRunS && changes.reachesBackTo(this.#seen)
    if (isSame && (minimumRunS === 0 || nowS >= this.#nowS)) {
      for (let nth = this.#seen; nth < changes.count; nth++) {
        this.#judge(question, changes.hostAt(nth))
        this.changes.note(changes.hostAt(nth))
      }
      for (const host of this.#young) {
        const before = this.most[host]
        this.#judge(question, host)
        if (this.most[host] !== before) this.changes.note(host)
      }
    } else this.#begin(question)
    this.#seen = changes.count
    this.#nowS = nowS
  }

  #begin(question: EvictionQuestion): void {
    const { scan, costing } = question
    const hosts = scan.fits.length
    this.generation++
    this.#ofFirst = scan.view.generation
    this.#minimumRunS = costing.minimumRunS
    this.#young.clear()
    this.total = 0
    if (this.most.length === hosts) this.most.fill(0)
    else {
      this.most = new Int32Array(hosts)
      this.masks = new Uint32Array(hosts)
    }
    for (let host = 0; host < hosts; host++) this.#judge(question, host)
  }

  #judge(question: EvictionQuestion, host: number): void {
    const { scan, index } = question
    const { eventual, hard, lends } = index.columns
    const { perHost } = scan.view
    const mask = scan.view.masks[host] as number
    let able = scan.fits[host] as number
    let more = 0
    const isYoung = hasYoung(question, host)
    if (isYoung) this.#young.add(host)
    else if (this.#minimumRunS > 0) this.#young.delete(host)
    if (able < perHost && (mask & filterBits) === 0) {
      if (isYoung) withoutYoung(question, host, this.#eligible)
      let could = isYoung ? wholeNumber(this.#eligible, 0, scan.view) : wholeNumber(eventual, host * 3, scan.view)
      if (lends && could > able) could = Math.min(could, wholeNumber(hard, host * 3, scan.view))
      if (could > able) able = could
      if (able === 0) more = explain(question, host)
    }
    this.total += able - (this.most[host] as number)
    this.most[host] = able
    this.masks[host] = mask | (able > 0 ? dearer : more)
  }
}

/** Whether the youngest that is not exempt may not leave yet. */
function hasYoung({ index, costing: { minimumRunS, nowS } }: EvictionQuestion, host: number): boolean {
  return minimumRunS > 0 && (index.columns.youngestS[host] as number) > nowS - minimumRunS
}

/** What would be free if all left who may. */
function withoutYoung({ index, costing }: EvictionQuestion, host: number, eligible: Float64Array): void {
  const { pool } = index
  const { eventual } = index.columns
  const first = pool.first[host] as number
  const end = first + (pool.length[host] as number)
  for (let d = 0; d < 3; d++) eligible[d] = eventual[host * 3 + d] as number
  for (let at = first; at < end; at++) {
    if (pool.exempt[at] !== 0 || victimCost(pool, at, costing) >= 0) continue
    for (let d = 0; d < 3; d++) eligible[d] = (eligible[d] as number) - (pool.sizes[at * 3 + d] as number)
  }
}

function explain(question: EvictionQuestion, host: number): number {
  const { scan, index } = question
  const { hard, eventual, exempted } = index.columns
  const limit = wholeNumber(hard, host * 3, scan.view)
  const isYoung = limit > 0 && hasYoung(question, host)
  // Firm instances hold it, or those who may leave have too little of it.
  let free = limit === 0 ? hard : eventual
  let from = host * 3
  if (isYoung) {
    free = new Float64Array(3)
    from = 0
    withoutYoung(question, host, free)
  }
  let mask = 0
  for (const d of [0, 1, 2] as const) {
    const size = scan.sizes[d]
    if (size > 0 && size > (free[from + d] as number) + slack) mask |= unreclaimable[d]
  }
  return limit > 0 && (isYoung || (exempted[host] as number) > 0) ? mask | whoBlocks(question, host) : mask
}

/** Bits of the exemptions without which there would be room. */
function whoBlocks({ index, scan, costing }: EvictionQuestion, host: number): number {
  const { pool } = index
  const free = index.columns.shared.slice(host * 3, host * 3 + 3)
  const first = pool.first[host] as number
  let mask = 0
  for (let at = first; at < first + (pool.length[host] as number); at++) {
    for (let d = 0; d < 3; d++) free[d] = (free[d] as number) + (pool.sizes[at * 3 + d] as number)
    if (victimCost(pool, at, costing) < 0) mask |= blocked[(pool.exempt[at] || tooYoung) - 1] ?? 0
  }
  return wholeNumber(free, 0, scan.view) > 0 ? mask : 0
}

/** How many instances of the request fit into what is free. */
function wholeNumber(free: Float64Array, from: number, { sizes, perHost }: RoomView): number {
  const [size0, size1, size2] = sizes
  const free0 = (free[from] as number) + slack
  const free1 = (free[from + 1] as number) + slack
  const free2 = (free[from + 2] as number) + slack
  if ((size0 > free0 && size0 > 0) || (size1 > free1 && size1 > 0) || (size2 > free2 && size2 > 0)) return 0
  if (perHost === 1) return 1
  let number = perHost
  if (number * size0 > free0 && size0 > 0) number = Math.floor(free0 / size0)
  if (number * size1 > free1 && size1 > 0) number = Math.floor(free1 / size1)
  if (number * size2 > free2 && size2 > 0) number = Math.floor(free2 / size2)
  return number
}
