// The least that must be lost for a host to take so many instances of a request, without searching; the host can take them.
//
// Let s be the lowest priority such that the instances up to s suffice; none above s leaves then, and what those below s
// free at most is taken off the need. Who of priority s leaves costs at least
//   one who suffices alone (looked for where none of lower priority could help): the cheapest of them;
//   several: the sum of the two cheapest (the cheapest, if some of lower priority can help), and for each resource
//     min over instances of cost x max(1, need / size): one who is cheapest per unit, in as many pieces as it takes.
// The lesser of the two is the bound in cost; in number it is what the largest ones would be, per resource, and two at least
// where nobody suffices alone and none of lower priority can help. When one who suffices alone costs no more than several at
// least cost, that is not a bound but the answer. And where those of priority s who cost no more than a limit do not suffice,
// nothing on the host costs so little.
import { slack } from '../placement/resources.ts'
import type { EvictionQuestion } from './second-view.ts'
import { victimCost } from './victim-cost.ts'

/** Of one host; filled anew for each. */
export interface HostBound {
  priority: number
  /** Of the victims of that priority. */
  cost: number
  victims: number
  /** Place in the pool of the one who leaves, when the bound is what it really costs; else -1. */
  single: number
}

/** `limit`: nothing is asked about what costs more at that priority; Infinity for everything. */
export interface BoundQuestion {
  readonly host: number
  readonly number: number
  readonly limit: { readonly priority: number; readonly cost: number }
}

/** Undefined when whatever the host could give costs more than the limit. */
export function boundHost(question: EvictionQuestion, { host, number, limit }: BoundQuestion): HostBound | undefined {
  const { index, scan, costing } = question
  const { shared } = index.columns
  const { pool } = index
  const { sizes, priorities } = pool
  const begin = pool.first[host] as number
  const end = begin + (pool.length[host] as number)
  let left0 = missing(scan.sizes[0], number, shared[host * 3] as number)
  let left1 = missing(scan.sizes[1], number, shared[host * 3 + 1] as number)
  let left2 = missing(scan.sizes[2], number, shared[host * 3 + 2] as number)
  let need0 = left0
  let need1 = left1
  let need2 = left2
  // The stretch is in order of priority: take whole priorities until the need is covered.
  let from = begin
  let to = begin
  while (to < end && (left0 > 0 || left1 > 0 || left2 > 0)) {
    need0 = left0
    need1 = left1
    need2 = left2
    from = to
    for (const priority = priorities[from]; to < end && priorities[to] === priority; to++) {
      if (victimCost(pool, to, costing) < 0) continue
      left0 -= sizes[to * 3] as number
      left1 -= sizes[to * 3 + 1] as number
      left2 -= sizes[to * 3 + 2] as number
    }
  }
  const priority = priorities[from] as number
  if (priority > limit.priority) return undefined
  const most = priority === limit.priority ? limit.cost * (1 + 1e-9) + 1e-9 : Number.POSITIVE_INFINITY
  const alone = from === begin
  let single = -1
  let singleCost = Number.POSITIVE_INFINITY
  let cheapest = Number.POSITIVE_INFINITY
  let second = Number.POSITIVE_INFINITY
  // Per resource: what is left when all within the limit leave, the cheapest rate, and the largest instance.
  let lack0 = need0
  let lack1 = need1
  let lack2 = need2
  let rate0 = Number.POSITIVE_INFINITY
  let rate1 = Number.POSITIVE_INFINITY
  let rate2 = Number.POSITIVE_INFINITY
  let largest0 = 0
  let largest1 = 0
  let largest2 = 0
  for (let at = from; at < to; at++) {
    const cost = victimCost(pool, at, costing)
    if (cost < 0 || cost > most) continue
    if (cost < cheapest) {
      second = cheapest
      cheapest = cost
    } else if (cost < second) second = cost
    const size0 = sizes[at * 3] as number
    const size1 = sizes[at * 3 + 1] as number
    const size2 = sizes[at * 3 + 2] as number
    if (alone && cost < singleCost && size0 >= need0 && size1 >= need1 && size2 >= need2) {
      single = at
      singleCost = cost
    }
    lack0 -= size0
    lack1 -= size1
    lack2 -= size2
    if (size0 > 0) rate0 = Math.min(rate0, size0 < need0 ? (cost * need0) / size0 : cost)
    if (size1 > 0) rate1 = Math.min(rate1, size1 < need1 ? (cost * need1) / size1 : cost)
    if (size2 > 0) rate2 = Math.min(rate2, size2 < need2 ? (cost * need2) / size2 : cost)
    largest0 = Math.max(largest0, size0)
    largest1 = Math.max(largest1, size1)
    largest2 = Math.max(largest2, size2)
  }
  if (lack0 > 0 || lack1 > 0 || lack2 > 0) return undefined
  let several = alone ? cheapest + second : cheapest
  let victims = single < 0 && alone ? 2 : 1
  if (need0 > 0) {
    several = Math.max(several, rate0)
    victims = Math.max(victims, Math.ceil(need0 / largest0))
  }
  if (need1 > 0) {
    several = Math.max(several, rate1)
    victims = Math.max(victims, Math.ceil(need1 / largest1))
  }
  if (need2 > 0) {
    several = Math.max(several, rate2)
    victims = Math.max(victims, Math.ceil(need2 / largest2))
  }
  if (costing.objective === 'fewest-victims') several = Math.max(victims, single < 0 ? 0 : 2, Math.ceil(several - 1e-9))
  return {
    priority,
    cost: Math.min(singleCost, several),
    victims,
    single: singleCost <= several ? single : -1,
  }
}

/** What must become free of a resource. */
export function missing(size: number, number: number, free: number): number {
  return size > 0 ? Math.max(0, number * size - free - slack) : 0
}
