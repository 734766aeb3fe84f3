// The second view of the cloud: what a firm request could have if preemptible instances left. One pass over the columns
// tells how many instances of the request each host could take, and why some could take none; single instances are looked
// at only on hosts where some may not leave.
import { exemptions } from '@gleaner/model'
import { slack } from '../placement/resources.ts'
import { bitOf, bitsPerResource, filterBits } from '../placement/room-codes.ts'
import type { RoomIndex } from '../placement/room-index.ts'
import type { RoomScan } from '../placement/scan-room.ts'
import { type Costing, victimCost } from './victim-cost.ts'

export interface EvictionQuestion {
  readonly index: RoomIndex
  readonly scan: RoomScan
  readonly costing: Costing
}

export interface SecondView {
  /** Per host: how many instances of the request it could take if everybody left who may; at least what fits now. */
  readonly most: Int32Array
  /** Sum of `most`. */
  readonly total: number
}

const unreclaimable = bitsPerResource('unreclaimable')
const blocked = exemptions.map((why) => bitOf(`blocked-${why}`))
const tooYoung = 1 + exemptions.indexOf('too-young')

/** Adds to the scan's reasons why a host could take nothing even then. */
export function takeSecondView(question: EvictionQuestion): SecondView {
  const { index, scan, costing } = question
  const { fits, masks, perHost } = scan
  const { eventual, hard, youngestS, lends } = index.columns
  const most = index.scratch.most.subarray(0, fits.length)
  const eligible = new Float64Array(3)
  // Who began later than this is too young.
  const bornS = costing.minimumRunS > 0 ? costing.nowS - costing.minimumRunS : Number.POSITIVE_INFINITY
  let total = 0
  for (let host = 0; host < most.length; host++) {
    let able = fits[host] as number
    if (able < perHost && ((masks[host] as number) & filterBits) === 0) {
      let could = 0
      if ((youngestS[host] as number) > bornS) {
        withoutYoung(question, host, eligible)
        could = wholeNumber(eligible, 0, scan)
      } else could = wholeNumber(eventual, host * 3, scan)
      if (lends && could > able) could = Math.min(could, wholeNumber(hard, host * 3, scan))
      if (could > able) able = could
      if (able === 0) explain(question, host)
    }
    most[host] = able
    total += able
  }
  return { most, total }
}

/** What would be free if all left who may. */
function withoutYoung({ index, costing }: EvictionQuestion, host: number, eligible: Float64Array): void {
  const { pool } = index
  const { eventual } = index.columns
  eligible.set(eventual.subarray(host * 3, host * 3 + 3))
  const first = pool.first[host] as number
  const end = first + (pool.length[host] as number)
  for (let at = first; at < end; at++) {
    if (pool.exempt[at] !== 0 || victimCost(pool, at, costing) >= 0) continue
    for (let d = 0; d < 3; d++) eligible[d] = (eligible[d] as number) - (pool.sizes[at * 3 + d] as number)
  }
}

function explain(question: EvictionQuestion, host: number): void {
  const { scan, costing, index } = question
  const { hard, eventual, youngestS, exempted } = index.columns
  const limit = wholeNumber(hard, host * 3, scan)
  // Firm instances hold it, or those who may leave have too little of it.
  let free = limit === 0 ? hard : eventual
  let from = host * 3
  if (limit > 0 && costing.minimumRunS > 0 && (youngestS[host] as number) > costing.nowS - costing.minimumRunS) {
    free = new Float64Array(3)
    from = 0
    withoutYoung(question, host, free)
  }
  let mask = scan.masks[host] as number
  for (const d of [0, 1, 2] as const) {
    const size = scan.sizes[d]
    if (size > 0 && size > (free[from + d] as number) + slack) mask |= unreclaimable[d]
  }
  if (limit > 0 && (free.length === 3 || (exempted[host] as number) > 0)) mask |= whoBlocks(question, host)
  scan.masks[host] = mask
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
  return wholeNumber(free, 0, scan) > 0 ? mask : 0
}

/** How many instances of the request fit into what is free. */
function wholeNumber(free: Float64Array, from: number, { sizes, perHost }: RoomScan): number {
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
