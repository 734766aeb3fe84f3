// A bound of what room for so many more instances costs on each host, good enough to pass over nearly every host unseen.
// Where the preemptible instances of a host have different priorities it says nothing.
//   fewest victims: per resource the need in units of the largest instance;
//   least work: the cores that are needed, of the youngest instances, as if part of one could leave (the bound of linear
//     programming for cores alone: a core costs the age of its instance, and the pool is in that order);
//   billing remainder: somebody leaves, so the least remainder on the host.
// A bound of the first two is a straight line over time. The lines are kept from one decision to the next and taken anew for
// hosts that changed; instances too young to leave count as if they could, so that a line holds whatever the time.
import type { Objective } from '@gleaner/model'
import { slack } from '../placement/resources.ts'
import type { EvictionQuestion, SecondView } from './second-view.ts'

/** Nothing is known: below every cost. */
export const unknownCost = -1

/** No cost: the host cannot. */
export const cannot = Number.POSITIVE_INFINITY

/** Of what a line is reckoned from so much may be lost by rounding. */
const rounding = 1e-14

export class Glance {
  readonly #level: number
  /** Per host: the bound at `#beganS`, and what it grows by per second. */
  #fixed = new Float64Array(0)
  #perS = new Float64Array(0)
  #beganS = 0
  #objective: Objective | undefined
  #generation = 0
  #seen = 0

  /** For so many instances beyond those that fit now. */
  constructor(level: number) {
    this.#level = level
  }

  /** Per host: at least so much, at the priority of its preemptible instances. Until the next question; not to be written to. */
  least(question: EvictionQuestion, view: SecondView): Float64Array {
    this.#bringUpToDate(question, view)
    const { objective, nowS, billingPeriodS } = question.costing
    const fixed = this.#fixed
    const perS = this.#perS
    if (objective === 'fewest-victims') return fixed
    const least = question.index.scratch.least.subarray(0, fixed.length)
    if (objective === 'billing-remainder') {
      const { remainders } = question.index
      for (let host = 0; host < least.length; host++)
        least[host] = fixed[host] === 0 ? remainders.leastOf(host, nowS, billingPeriodS) : (fixed[host] as number)
      return least
    }
    const passedS = nowS - this.#beganS
    for (let host = 0; host < least.length; host++) {
      const rise = (perS[host] as number) * passedS
      const began = fixed[host] as number
      if (perS[host] === 0) least[host] = began
      else least[host] = Math.max(0, began + rise - rounding * (Math.abs(began) + Math.abs(rise)))
    }
    return least
  }

  #bringUpToDate(question: EvictionQuestion, view: SecondView): void {
    const { costing } = question
    const { changes } = view
    const isSame = this.#generation === view.generation && this.#objective === costing.objective
    if (isSame && changes.reachesBackTo(this.#seen)) {
      for (let nth = this.#seen; nth < changes.count; nth++) this.#draw(question, view, changes.hostAt(nth))
    } else {
      const hosts = view.most.length
      if (this.#fixed.length !== hosts) {
        this.#fixed = new Float64Array(hosts)
        this.#perS = new Float64Array(hosts)
      }
      this.#beganS = costing.nowS
      this.#objective = costing.objective
      this.#generation = view.generation
      for (let host = 0; host < hosts; host++) this.#draw(question, view, host)
    }
    this.#seen = changes.count
  }

  #draw(question: EvictionQuestion, view: SecondView, host: number): void {
    const number = (question.scan.fits[host] as number) + this.#level
    this.#perS[host] = 0
    if ((view.most[host] as number) < number) this.#fixed[host] = cannot
    else if (question.index.columns.mixed[host] !== 0) this.#fixed[host] = unknownCost
    else if (this.#objective === 'fewest-victims') this.#fixed[host] = victimsAt(question, host, number)
    else if (this.#objective === 'least-work') this.#drawWork(question, host, number)
    else this.#fixed[host] = 0
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
