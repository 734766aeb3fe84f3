// The hosts that make room for so many more instances for least, in order: exact, without searching every host. Nearly all
// are passed over by a glance at the columns, most others by a bound that looks at their instances; where the bound is what
// it really costs, nothing is searched. The rest is searched in the order of the bounds, until a bound is beyond the last
// that is wanted. Of equal losses the host with the fewest preemptible instances comes first, so that room is made where the
// least is disturbed, then the first.
import { blockHosts, blockOf, blocksOf, endOfBlock } from '../placement/host-blocks.ts'
import { boundHost, type HostBound, missing } from './bound-host.ts'
import { cheapestCover } from './cheapest-cover.ts'
import type { HostOption } from './combine-hosts.ts'
import type { Amounts } from './cover-problem.ts'
import { cannot, type Glance, unknownCost } from './glance.ts'
import { addLoss, compareCost, compareLoss, type Loss, lossOf, noLoss } from './loss.ts'
import type { EvictionQuestion, SecondView } from './second-view.ts'
import { victimCost } from './victim-cost.ts'

/** With so few preemptible instances a search takes no longer than a bound, and a low limit spares others. */
const quicklySolved = 8

export interface HostsWanted {
  readonly view: SecondView
  /** Instances beyond those that fit now. */
  readonly level: number
  readonly wanted: number
  /** Only options below it; undefined: any. */
  readonly limit: Loss | undefined
}

export function cheapestHosts(question: EvictionQuestion, { view, level, ...rest }: HostsWanted): HostOption[] {
  const { fits } = question.scan
  const { lowest } = question.index.columns
  const { length } = question.index.pool
  const isCount = question.costing.objective === 'fewest-victims'
  const best = new BestHosts({ counts: length, isCount }, rest)
  const open: (HostBound & { readonly host: number })[] = []
  const consider = (host: number) => {
    const bound = boundHost(question, { host, number: (fits[host] as number) + level, limit: best })
    if (bound === undefined || !best.mayTake(host, bound)) return
    const { priority, cost, single } = bound
    if (single >= 0) best.take({ host, extra: level, victims: [single], loss: lossOf(priority, cost) })
    else if (best.isFull && (length[host] as number) > quicklySolved) open.push({ ...bound, host })
    else best.take(solveHost(question, host, level))
  }
  const glance = view.glanceAt(level)
  glance.ask(question, view)
  // Whoever looks cheapest first: a low limit from the beginning spares most of the others.
  const promising = smallest(glance, rest.wanted + 4)
  for (const host of promising) consider(host)
  const seen = new Set(promising)
  const glanced = { glance, lowest, counts: length }
  for (let host = nextToConsider(glanced, best, 0); host < glance.hosts; ) {
    if (!seen.has(host)) consider(host)
    host = nextToConsider(glanced, best, host + 1)
  }
  open.sort((a, b) => a.priority - b.priority || a.cost - b.cost || a.victims - b.victims)
  for (const bound of open) if (best.mayTake(bound.host, bound)) best.take(solveHost(question, bound.host, level))
  return best.options
}

interface Glanced {
  readonly glance: Glance
  /** Per host: the lowest priority of a preemptible instance, and how many there are. */
  readonly lowest: Float64Array
  readonly counts: Int32Array
}

/** The next host that may belong to the best; their number when there is none. */
function nextToConsider(glanced: Glanced, best: BestHosts, from: number): number {
  const { hosts } = glanced.glance
  for (let block = blockOf(from); block < blocksOf(hosts); block++) {
    if (isBeyond(glanced.glance, best, block)) continue
    const host = nextInBlock(glanced, best, { from: Math.max(from, block * blockHosts), end: endOfBlock(block, hosts) })
    if (host !== undefined) return host
  }
  return hosts
}

/** No host of the block may belong to the best: each would be passed over for one of the reasons of nextInBlock. */
function isBeyond(glance: Glance, { priority, cost, beyond, tie }: BestHosts, block: number): boolean {
  const glanced = glance.ofBlock(block)
  if (glanced === cannot) return true
  if (glanced === unknownCost) return false
  const leads = (glance.lowestPriority[block] as number) - priority
  if (leads !== 0) return leads > 0
  if (glanced > beyond) return true
  if (glanced < cost || tie === undefined) return false
  const more = (glance.fewestInstances[block] as number) - tie.count
  return more > 0 || (more === 0 && block * blockHosts >= tie.host)
}

function nextInBlock(
  { glance, lowest, counts }: Glanced,
  { priority, cost, beyond, tie }: BestHosts,
  { from, end }: { readonly from: number; readonly end: number },
): number | undefined {
  for (let host = from; host < end; host++) {
    const glanced = glance.of(host)
    if (glanced === cannot) continue
    if (glanced === unknownCost) return host
    const leads = (lowest[host] as number) - priority
    if (leads > 0 || (leads === 0 && glanced > beyond)) continue
    if (leads < 0 || glanced < cost || tie === undefined) return host
    // Who loses as much comes before the last only with fewer preemptible instances, or as many and an earlier place.
    const more = (counts[host] as number) - tie.count
    if (more < 0 || (more === 0 && host < tie.host)) return host
  }
  return undefined
}

/** The hosts that look cheapest, in ascending order; of equal ones the first. None that cannot. */
function smallest(glance: Glance, count: number): readonly number[] {
  const { hosts } = glance
  const found: { readonly host: number; readonly value: number }[] = []
  let limit = cannot
  for (let block = 0; block < blocksOf(hosts); block++) {
    if (glance.ofBlock(block) >= limit) continue
    for (let host = block * blockHosts; host < endOfBlock(block, hosts); host++) {
      const value = glance.of(host)
      if (value >= limit) continue
      let at = found.length
      while (at > 0 && (found[at - 1] as { value: number }).value > value) at--
      found.splice(at, 0, { host, value })
      if (found.length > count) found.pop()
      if (found.length === count) limit = (found[count - 1] as { value: number }).value
    }
  }
  return found.map(({ host }) => host)
}

/** The best `wanted` options so far, best first. */
class BestHosts {
  readonly options: HostOption[] = []
  /** What costs more than this at that priority, or leads above it, is of no interest. */
  priority: number
  cost: number
  readonly #wanted: number
  readonly #under: Loss | undefined
  /** Per host: how many preemptible instances it has. */
  readonly #counts: Int32Array
  /** The cost is the number of victims: who costs the same loses the same. */
  readonly #isCount: boolean
  /** Of the last, if its loss has no part at lower priorities: who costs the same and does not come first is no better. */
  #last: { readonly count: number; readonly host: number } | undefined

  constructor(
    by: { readonly counts: Int32Array; readonly isCount: boolean },
    { wanted, limit }: Pick<HostsWanted, 'wanted' | 'limit'>,
  ) {
    this.#counts = by.counts
    this.#isCount = by.isCount
    this.#wanted = wanted
    this.#under = limit
    this.priority = limit?.[0] ?? Number.POSITIVE_INFINITY
    this.cost = limit?.[1] ?? Number.POSITIVE_INFINITY
  }

  get isFull(): boolean {
    return this.options.length === this.#wanted
  }

  /** A cost that is more than `cost` beyond what rounding makes. */
  get beyond(): number {
    return this.cost * (1 + 1e-9) + 1e-9
  }

  /** Known when whoever costs as much as the last loses as much. */
  get tie(): { readonly count: number; readonly host: number } | undefined {
    return this.#isCount ? this.#last : undefined
  }

  /** False when a host with this bound is beyond the last that is wanted. */
  mayTake(host: number, bound: HostBound): boolean {
    const under = this.#under
    if (under !== undefined) {
      const order = compareBound(bound, under)
      if (order > 0 || (order === 0 && under.length === 3)) return false
    }
    const last = this.options[this.#wanted - 1]
    if (last === undefined) return true
    const order = compareBound(bound, last.loss)
    // What the bound does not tell, victims of lower priority, can only add to the loss of the host.
    return order < 0 || (order === 0 && (last.loss.length > 3 || this.#comesFirst(host, last.host)))
  }

  take(option: HostOption): void {
    const { options } = this
    if (this.#under !== undefined && compareLoss(option.loss, this.#under) >= 0) return
    let at = options.length
    while (at > 0 && this.#isBefore(option, options[at - 1] as HostOption)) at--
    options.splice(at, 0, option)
    if (options.length > this.#wanted) options.pop()
    const last = options[this.#wanted - 1]
    if (last === undefined) return
    this.priority = last.loss[0] as number
    this.cost = last.loss[1] as number
    this.#last = last.loss.length > 3 ? undefined : { count: this.#counts[last.host] as number, host: last.host }
  }

  #isBefore(a: HostOption, b: HostOption): boolean {
    const order = compareLoss(a.loss, b.loss)
    return order < 0 || (order === 0 && this.#comesFirst(a.host, b.host))
  }

  #comesFirst(a: number, b: number): boolean {
    const difference = (this.#counts[a] as number) - (this.#counts[b] as number)
    return difference < 0 || (difference === 0 && a < b)
  }
}

function compareBound({ priority, cost, victims }: HostBound, loss: Loss): number {
  return priority - (loss[0] ?? Number.NEGATIVE_INFINITY) || compareCost(cost, loss[1] ?? 0) || victims - (loss[2] ?? 0)
}

function solveHost(question: EvictionQuestion, host: number, level: number): HostOption {
  const { pool, columns } = question.index
  const { fits, sizes } = question.scan
  const number = (fits[host] as number) + level
  const first = pool.first[host] as number
  const end = first + (pool.length[host] as number)
  const places: number[] = []
  const costs: number[] = []
  const priorities: number[] = []
  const candidates: number[] = []
  for (let at = first; at < end; at++) {
    const cost = victimCost(pool, at, question.costing)
    if (cost < 0) continue
    places.push(at)
    costs.push(cost)
    priorities.push(pool.priorities[at] as number)
    candidates.push(pool.sizes[at * 3] as number, pool.sizes[at * 3 + 1] as number, pool.sizes[at * 3 + 2] as number)
  }
  const need: Amounts = [
    missing(sizes[0], number, columns.shared[host * 3] as number),
    missing(sizes[1], number, columns.shared[host * 3 + 1] as number),
    missing(sizes[2], number, columns.shared[host * 3 + 2] as number),
  ]
  const unitCosts = question.costing.objective === 'fewest-victims'
  const chosen = cheapestCover({ need, sizes: candidates, costs, priorities, unitCosts })
  return {
    host,
    extra: level,
    victims: (chosen ?? []).map((nth) => places[nth] as number),
    loss: (chosen ?? []).reduce<Loss>(
      (sum, nth) => addLoss(sum, lossOf(priorities[nth] as number, costs[nth] as number)),
      noLoss,
    ),
  }
}
