// A bound of what room for so many more instances costs on each host, good enough to pass over nearly every host unseen, and
// a bound of it for each block of hosts, good enough to pass over most blocks. Where the preemptible instances of a host have
// different priorities it says nothing.
//   fewest victims: per resource the need in units of the largest instance;
//   least work: the cores that are needed, of the youngest instances, as if part of one could leave (the bound of linear
//     programming for cores alone: a core costs the age of its instance, and the pool is in that order);
//   billing remainder: somebody leaves, so the least remainder on the host.
// A bound of the first two is a straight line over time. The lines are kept from one decision to the next and taken anew for
// hosts that changed; instances too young to leave count as if they could, so that a line holds whatever the time.
import type { Objective } from '@gleaner/model'
import { blockHosts, blockOf, blocksOf, endOfBlock } from '../placement/host-blocks.ts'
import type { Remainders } from '../placement/remainders.ts'
import { slack } from '../placement/resources.ts'
import type { EvictionQuestion, SecondView } from './second-view.ts'

/** Nothing is known: below every cost. */
export const unknownCost = -1

/** No cost: the host cannot. */
export const cannot = Number.POSITIVE_INFINITY

/** Of what a line is reckoned from so much may be lost by rounding. */
const rounding = 1e-14

export class Glance {
  /** Per block: the lowest priority of a preemptible instance, and the fewest of them on a host. */
  lowestPriority = new Float64Array(0)
  fewestInstances = new Int32Array(0)
  readonly #level: number
  /** Per host: the bound at `#beganS`, and what it grows by per second. */
  #fixed = new Float64Array(0)
  #perS = new Float64Array(0)
  /** Per block: the least of both. */
  #blockFixed = new Float64Array(0)
  #blockPerS = new Float64Array(0)
  #isStale = new Uint8Array(0)
  #stale: number[] = []
  #beganS = 0
  #objective: Objective | undefined
  #generation = 0
  #seen = 0
  /** Of the question it answers. */
  #nowS = 0
  #periodS = 0
  #remainders: Remainders | undefined

  /** For so many instances beyond those that fit now. */
  constructor(level: number) {
    this.#level = level
  }

  get hosts(): number {
    return this.#fixed.length
  }

  /** What is asked of it until the next question is asked of this question. */
  ask(question: EvictionQuestion, view: SecondView): void {
    this.#bringUpToDate(question, view)
    this.#nowS = question.costing.nowS
    this.#periodS = question.costing.billingPeriodS
    this.#remainders = question.index.remainders
  }

  /** At least so much, at the priority of its preemptible instances. */
  of(host: number): number {
    const began = this.#fixed[host] as number
    if (this.#objective === 'fewest-victims' || began === cannot || began === unknownCost) return began
    if (this.#objective === 'billing-remainder')
      return (this.#remainders as Remainders).leastOf(host, this.#nowS, this.#periodS)
    const perS = this.#perS[host] as number
    if (perS === 0) return began
    const rise = perS * (this.#nowS - this.#beganS)
    return Math.max(0, began + rise - rounding * (Math.abs(began) + Math.abs(rise)))
  }

  /** No host of the block is said to cost less. */
  ofBlock(block: number): number {
    const began = this.#blockFixed[block] as number
    if (this.#objective === 'fewest-victims' || began === cannot || began === unknownCost) return began
    if (this.#objective === 'billing-remainder')
      return (this.#remainders as Remainders).leastOfBlock(block, this.#nowS, this.#periodS)
    const passedS = this.#nowS - this.#beganS
    // Of a start in the future, or seen from before, only that nothing costs less than nothing is certain.
    if (began < 0 || passedS < 0) return 0
    return (began + (this.#blockPerS[block] as number) * passedS) * (1 - 2 * rounding)
  }

  #bringUpToDate(question: EvictionQuestion, view: SecondView): void {
    const { costing } = question
    const { changes } = view
    const isSame = this.#generation === view.generation && this.#objective === costing.objective
    if (isSame && changes.reachesBackTo(this.#seen)) {
      for (let nth = this.#seen; nth < changes.count; nth++) this.#draw(question, view, changes.hostAt(nth))
    } else {
      const hosts = view.most.length
      this.#makeRoom(hosts)
      this.#beganS = costing.nowS
      this.#objective = costing.objective
      this.#generation = view.generation
      for (let host = 0; host < hosts; host++) this.#draw(question, view, host)
    }
    this.#seen = changes.count
    for (const block of this.#stale) this.#boundBlock(question, block)
    this.#stale.length = 0
  }

  #makeRoom(hosts: number): void {
    if (this.#fixed.length === hosts) return
    this.#fixed = new Float64Array(hosts)
    this.#perS = new Float64Array(hosts)
    const blocks = blocksOf(hosts)
    this.#blockFixed = new Float64Array(blocks)
    this.#blockPerS = new Float64Array(blocks)
    this.lowestPriority = new Float64Array(blocks)
    this.fewestInstances = new Int32Array(blocks)
    this.#isStale = new Uint8Array(blocks)
    this.#stale = []
  }

  #draw(question: EvictionQuestion, view: SecondView, host: number): void {
    const block = blockOf(host)
    if (this.#isStale[block] === 0) {
      this.#isStale[block] = 1
      this.#stale.push(block)
    }
    const number = (question.scan.fits[host] as number) + this.#level
    this.#perS[host] = 0
    if ((view.most[host] as number) < number) this.#fixed[host] = cannot
    else if (question.index.columns.mixed[host] !== 0) this.#fixed[host] = unknownCost
    else if (this.#objective === 'fewest-victims') this.#fixed[host] = victimsAt(question, host, number)
    else if (this.#objective === 'least-work') this.#drawWork(question, host, number)
    else this.#fixed[host] = 0
  }

  #boundBlock({ index }: EvictionQuestion, block: number): void {
    const { lowest } = index.columns
    const { length } = index.pool
    let fixed = cannot
    let perS = Number.POSITIVE_INFINITY
    let priority = Number.POSITIVE_INFINITY
    let fewest = 2 ** 31 - 1
    for (let host = block * blockHosts; host < endOfBlock(block, this.hosts); host++) {
      if (this.#fixed[host] === cannot) continue
      fixed = Math.min(fixed, this.#fixed[host] as number)
      perS = Math.min(perS, this.#perS[host] as number)
      priority = Math.min(priority, lowest[host] as number)
      fewest = Math.min(fewest, length[host] as number)
    }
    this.#blockFixed[block] = fixed
    this.#blockPerS[block] = perS
    this.lowestPriority[block] = priority
    this.fewestInstances[block] = fewest
    this.#isStale[block] = 0
  }

  #drawWork({ index, scan }: EvictionQuestion, host: number, number: number): void {
    const { sizes, startedS, exempt, first, length } = index.pool
    const size = scan.sizes[0]
    const need = size === 0 ? 0 : number * size - slack - (index.columns.shared[host * 3] as number)
    const begin = first[host] as number
    const end = begin + (length[host] as number)
    let left = need
    let fixed = 0
    for (let at = begin; at < end && left > 0; at++) {
      if (exempt[at] !== 0) continue
      const part = Math.min(left, sizes[at * 3] as number)
      fixed += part * (this.#beganS - (startedS[at] as number))
      left -= part
    }
    this.#fixed[host] = fixed
    this.#perS[host] = Math.max(0, need) - Math.max(0, left)
  }
}

function victimsAt({ index, scan }: EvictionQuestion, host: number, number: number): number {
  const { shared, largest } = index.columns
  let victims = 1
  for (let d = 0; d < 3; d++) {
    const size = scan.sizes[d] as number
    const need = size === 0 ? 0 : number * size - slack - (shared[host * 3 + d] as number)
    const part = largest[host * 3 + d] as number
    if (need > victims * part) victims = need / part
  }
  return Math.ceil(victims)
}
