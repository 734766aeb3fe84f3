// The second view of the cloud: what a firm request could have if preemptible instances left, and the least that would
// cost, host by host, without searching yet. One pass over the preemptible instances answers how many instances of the
// request a host could take; another gives a lower bound of the loss for a number of them.
//
// The bound. Let s be the lowest priority such that the instances up to s suffice on the host; none above s leaves then,
// and what those below s free at most is taken off the need. Of priority s at least max over resources of
//   min over instances of cost x max(1, need / size)   in cost, and   ceil(need / largest size)   in number
// must leave: one instance that is cheapest per unit, in as many pieces as it takes, costs no more than any real set.
import { exemptions } from '@gleaner/model'
import { resourceCount, slack } from '../placement/resources.ts'
import { bitOf, bitsPerResource } from '../placement/room-codes.ts'
import type { RoomIndex } from '../placement/room-index.ts'
import type { RoomScan } from '../placement/scan-room.ts'
import { type Costing, costOf, type Loss } from './loss.ts'

export interface EvictionQuestion {
  readonly index: RoomIndex
  readonly scan: RoomScan
  readonly costing: Costing
  readonly minimumRunS: number
}

export interface SecondView {
  /** Per host: how many instances of the request it could take if everybody left who may; at least what fits now. */
  readonly most: Int32Array
  /** Sum of `most`. */
  readonly total: number
}

/** An instance that is exempt or too young stays. An age below 0 is 0. */
export function mayLeave({ index, costing, minimumRunS }: EvictionQuestion, at: number): boolean {
  const { exempt, startedS } = index.pool
  return exempt[at] === 0 && Math.max(0, costing.nowS - (startedS[at] ?? 0)) >= minimumRunS
}

const unreclaimable = bitsPerResource('unreclaimable')
const blocked = exemptions.map((why) => bitOf(`blocked-${why}`))
const tooYoung = 1 + exemptions.indexOf('too-young')

/** Adds to the scan's reasons why a host could take nothing even then. */
export function takeSecondView(question: EvictionQuestion): SecondView {
  const { index, scan } = question
  const { fits, filtered, perHost } = scan
  const most = fits.slice()
  const freed: Freed = { byEligible: new Float64Array(resourceCount), byAll: new Float64Array(resourceCount), stay: 0 }
  let total = 0
  for (let host = 0; host < most.length; host++) {
    const fit = fits[host] ?? 0
    if (filtered[host] === 0 && fit < perHost) {
      const limit = wholeNumber(index.hard, host, scan)
      if (limit > fit) {
        freeUp(question, host, freed)
        most[host] = Math.max(fit, Math.min(limit, wholeNumber(freed.byEligible, 0, scan)))
      }
      if (most[host] === 0) explain(question, { host, limit, freed })
    }
    total += most[host] ?? 0
  }
  return { most, total }
}

/** What is free on a host with those gone who may leave, and with all gone; which exemptions make some stay, as bits. */
interface Freed {
  readonly byEligible: Float64Array
  readonly byAll: Float64Array
  stay: number
}

function freeUp(question: EvictionQuestion, host: number, freed: Freed): void {
  const { pool, shared } = question.index
  const { byEligible, byAll } = freed
  for (let d = 0; d < resourceCount; d++) byEligible[d] = byAll[d] = shared[host * resourceCount + d] ?? 0
  freed.stay = 0
  const first = pool.first[host] ?? 0
  const end = first + (pool.length[host] ?? 0)
  for (let at = first; at < end; at++) {
    const leaves = mayLeave(question, at)
    if (!leaves) freed.stay |= 1 << ((pool.exempt[at] || tooYoung) - 1)
    for (let d = 0; d < resourceCount; d++) {
      const size = pool.sizes[at * resourceCount + d] ?? 0
      if (leaves) byEligible[d] = (byEligible[d] ?? 0) + size
      byAll[d] = (byAll[d] ?? 0) + size
    }
  }
}

function explain(
  { index, scan }: EvictionQuestion,
  { host, limit, freed }: { readonly host: number; readonly limit: number; readonly freed: Freed },
): void {
  let mask = scan.masks[host] ?? 0
  // Firm instances hold it, or those who may leave have too little of it.
  const free = limit === 0 ? index.hard : freed.byEligible
  const from = limit === 0 ? host * resourceCount : 0
  for (let d = 0; d < resourceCount; d++) {
    const size = scan.sizes[d] ?? 0
    if (size > 0 && size > (free[from + d] ?? 0) + slack) mask |= unreclaimable[d] ?? 0
  }
  if (limit > 0 && wholeNumber(freed.byAll, 0, scan) > 0)
    for (let why = 0; why < blocked.length; why++) if ((freed.stay & (1 << why)) !== 0) mask |= blocked[why] ?? 0
  scan.masks[host] = mask
}

function wholeNumber(free: Float64Array, host: number, { sizes, perHost }: RoomScan): number {
  let number = perHost
  for (let d = 0; d < resourceCount; d++) {
    const size = sizes[d] ?? 0
    const room = (free[host * resourceCount + d] ?? 0) + slack
    if (size > 0 && number * size > room) number = Math.max(0, Math.floor(room / size))
  }
  return number
}

/** What must become free on the host so that `number` instances of the request fit. */
export function needOf({ index, scan }: EvictionQuestion, host: number, number: number): [number, number, number] {
  const need: [number, number, number] = [0, 0, 0]
  for (const d of [0, 1, 2] as const) {
    const size = scan.sizes[d]
    if (size > 0) need[d] = Math.max(0, number * size - (index.shared[host * resourceCount + d] ?? 0) - slack)
  }
  return need
}

/** Bounds of many hosts in columns: priority, cost and number of victims at that priority. */
export interface LossBounds {
  readonly priorities: Float64Array
  readonly costs: Float64Array
  readonly victims: Float64Array
}

/** Writes the bound of one host, which could take so many, at place `into` of the columns. */
export function boundLoss(
  question: EvictionQuestion,
  of: { readonly host: number; readonly number: number },
  { bounds, into }: { readonly bounds: LossBounds; readonly into: number },
): void {
  const { index, costing } = question
  const { pool } = index
  const need = needOf(question, of.host, of.number)
  const first = pool.first[of.host] ?? 0
  const end = first + (pool.length[of.host] ?? 0)
  // The stretch is in order of priority: take whole priorities until the need is covered.
  let at = first
  let priority = 0
  let begin = first
  const left: [number, number, number] = [...need]
  while (at < end) {
    need[0] = left[0]
    need[1] = left[1]
    need[2] = left[2]
    begin = at
    priority = pool.priorities[at] ?? 0
    for (; at < end && pool.priorities[at] === priority; at++) {
      if (!mayLeave(question, at)) continue
      for (const d of [0, 1, 2] as const) left[d] -= pool.sizes[at * resourceCount + d] ?? 0
    }
    if (left[0] <= 0 && left[1] <= 0 && left[2] <= 0) break
  }
  let cost = 0
  let victims = 1
  for (const d of [0, 1, 2] as const) {
    if (need[d] <= 0) continue
    let least = Number.POSITIVE_INFINITY
    let largest = 0
    for (let nth = begin; nth < at; nth++) {
      if (!mayLeave(question, nth)) continue
      const size = pool.sizes[nth * resourceCount + d] ?? 0
      if (size === 0) continue
      const vcpus = pool.sizes[nth * resourceCount] ?? 0
      const one = costOf({ vcpus, startedS: pool.startedS[nth] ?? 0 }, costing)
      least = Math.min(least, one * Math.max(1, need[d] / size))
      largest = Math.max(largest, size)
    }
    if (largest === 0) continue
    cost = Math.max(cost, least)
    victims = Math.max(victims, Math.ceil(need[d] / largest))
  }
  bounds.priorities[into] = priority
  bounds.costs[into] = costing.objective === 'fewest-victims' ? Math.max(victims, Math.ceil(cost - 1e-9)) : cost
  bounds.victims[into] = victims
}

export function boundAt(bounds: LossBounds, at: number): Loss {
  return [bounds.priorities[at] ?? 0, bounds.costs[at] ?? 0, bounds.victims[at] ?? 0]
}
