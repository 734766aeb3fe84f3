// Whom a firm request that fits nowhere makes leave, exactly: of all ways to make room for the WHOLE request the one of
// least loss (loss.ts). Nobody leaves when the whole request cannot be placed.
//
// Let f(h) be how many instances of the request fit on host h now, and c(h, n) the least loss with which h takes n. c does
// not fall as n grows, so some best plan uses all free room: taking one instance from a host that makes room to a host
// that has some never costs more. What is left to place is extra = count - sum of f. Let d(h, e) = c(h, f(h) + e).
//
// Which hosts matter: a plan uses at most `extra` of them. If it uses h with e extra instances, at most extra - e others
// are used; so of the extra - e + 1 hosts of least d(., e) one at least is free or h itself, and taking that instead of h
// never costs more. For each e only these are kept (losses equal: the host weighed higher, then the first). They are found
// without solving every host: in order of a lower bound, a host is solved when it comes first, and goes back in the row
// with its true loss; who comes first with a true loss is next.
//
// How many go where: dynamic programming over the hosts kept, the least loss of placing 0, 1, … extra on the first k.
import { resourceCount } from '../placement/resources.ts'
import { cheapestCover } from './cheapest-cover.ts'
import { type Combination, combineHosts, type HostOption } from './combine-hosts.ts'
import { addLoss, compareLoss, costOf, lossOf, noLoss } from './loss.ts'
import { boundAt, boundLoss, type EvictionQuestion, mayLeave, needOf, type SecondView } from './second-view.ts'

/**
 * For `count` instances, for which the first view has no room and the second has. `weights`: per host, for equal losses.
 * Places of victims are those of the pool.
 */
export function evictFor(
  question: EvictionQuestion,
  { view, count, weights }: { readonly view: SecondView; readonly count: number; readonly weights: Float64Array },
): Combination | undefined {
  const extra = count - question.scan.total
  const options: HostOption[] = []
  for (let level = 1; level <= extra; level++) {
    const hosts = hostsThatCan(question, view, level)
    if (hosts.length === 0) break
    options.push(...cheapestHosts(question, { hosts, level, wanted: extra - level + 1, weights }))
  }
  return combineHosts(options, extra)
}

function hostsThatCan({ scan }: EvictionQuestion, { most }: SecondView, level: number): Int32Array {
  const hosts = new Int32Array(most.length)
  let length = 0
  for (let host = 0; host < most.length; host++)
    if ((most[host] ?? 0) >= (scan.fits[host] ?? 0) + level) hosts[length++] = host
  return hosts.subarray(0, length)
}

interface Level {
  readonly hosts: Int32Array
  readonly level: number
  readonly wanted: number
  readonly weights: Float64Array
}

function cheapestHosts(question: EvictionQuestion, { hosts, level, wanted, weights }: Level): HostOption[] {
  const { fits } = question.scan
  const bounds = {
    priorities: new Float64Array(hosts.length),
    costs: new Float64Array(hosts.length),
    victims: new Float64Array(hosts.length),
  }
  for (let at = 0; at < hosts.length; at++) {
    const host = hosts[at] ?? 0
    boundLoss(question, { host, number: (fits[host] ?? 0) + level }, { bounds, into: at })
  }
  const solved = new Map<number, HostOption>()
  const lossAt = (at: number) => solved.get(at)?.loss ?? boundAt(bounds, at)
  let open = Array.from(hosts, (_, at) => at)
  const found: HostOption[] = []
  while (open.length > 0 && found.length < wanted) {
    let best = open[0] as number
    let bestLoss = lossAt(best)
    for (const at of open) {
      const loss = lossAt(at)
      const order = compareLoss(loss, bestLoss) || (weights[hosts[best] ?? 0] ?? 0) - (weights[hosts[at] ?? 0] ?? 0)
      if (order < 0) {
        best = at
        bestLoss = loss
      }
    }
    const known = solved.get(best)
    if (known === undefined) solved.set(best, solveHost(question, hosts[best] ?? 0, level))
    else {
      found.push(known)
      open = open.filter((at) => at !== best)
    }
  }
  return found
}

function solveHost(question: EvictionQuestion, host: number, level: number): HostOption {
  const { pool } = question.index
  const need = needOf(question, host, (question.scan.fits[host] ?? 0) + level)
  const first = pool.first[host] ?? 0
  const end = first + (pool.length[host] ?? 0)
  const places: number[] = []
  for (let at = first; at < end; at++) if (mayLeave(question, at)) places.push(at)
  const costs = places.map((at) =>
    costOf({ vcpus: pool.sizes[at * resourceCount] ?? 0, startedS: pool.startedS[at] ?? 0 }, question.costing),
  )
  const priorities = places.map((at) => pool.priorities[at] ?? 0)
  const cover = cheapestCover({
    need,
    sizes: places.flatMap((at) => [...pool.sizes.subarray(at * resourceCount, (at + 1) * resourceCount)]),
    costs,
    priorities,
    unitCosts: question.costing.objective === 'fewest-victims',
  })
  const chosen = cover ?? []
  return {
    host,
    extra: level,
    victims: chosen.map((nth) => places[nth] ?? 0),
    loss: chosen.reduce((sum, nth) => addLoss(sum, lossOf(priorities[nth] ?? 0, costs[nth] ?? 0)), noLoss),
  }
}
