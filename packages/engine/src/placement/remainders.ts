// How much of its running billing period each preemptible instance has used, summed per host, and the least of them. In the
// sum, which is opie's, the remainder of a start in the future is that of Python's modulo (3570 for half a minute ahead, of
// an hour), not that of JavaScript (-30); for the least such an instance has just started. Both are kept from one decision
// to the next: until the first instance of a host begins its next period, each grows by one second per second.
import { blockHosts, blockOf, blocksOf, endOfBlock } from './host-blocks.ts'
import { grown } from './preemptible-pool.ts'
import type { PreemptiblePool } from './preemptible-pool.ts'

/** Seconds of the running billing period that have passed, in [0, period). */
export function remainderS(ageS: number, billingPeriodS: number): number {
  return ageS - Math.floor(ageS / billingPeriodS) * billingPeriodS
}

export class Remainders {
  readonly #pool: PreemptiblePool
  #periodS = 0
  #sums = new Float64Array(0)
  #least = new Float64Array(0)
  /** What is kept holds in [taken, until). */
  #takenS = new Float64Array(0)
  #untilS = new Float64Array(0)
  /** Per block: the least on a host when it was taken, which holds in the same way. */
  #blockLeast = new Float64Array(0)
  #blockTakenS = new Float64Array(0)
  #blockUntilS = new Float64Array(0)

  constructor(pool: PreemptiblePool) {
    this.#pool = pool
  }

  growTo(hosts: number): void {
    this.#sums = grown(this.#sums, new Float64Array(hosts))
    this.#least = grown(this.#least, new Float64Array(hosts))
    this.#takenS = grown(this.#takenS, new Float64Array(hosts))
    this.#untilS = grown(this.#untilS, new Float64Array(hosts))
    const blocks = blocksOf(hosts)
    this.#blockLeast = new Float64Array(blocks)
    this.#blockTakenS = new Float64Array(blocks)
    this.#blockUntilS = new Float64Array(blocks).fill(Number.NEGATIVE_INFINITY)
  }

  /** What was kept of the host is no longer true. */
  forget(host: number): void {
    this.#untilS[host] = Number.NEGATIVE_INFINITY
    this.#blockUntilS[blockOf(host)] = Number.NEGATIVE_INFINITY
  }

  /** Sum over the preemptible instances of a host. */
  sumOf(host: number, nowS: number, periodS: number): number {
    this.#bring(host, nowS, periodS)
    return (this.#sums[host] as number) + (nowS - (this.#takenS[host] as number)) * (this.#pool.length[host] as number)
  }

  /** The least of them; Infinity where there is none. */
  leastOf(host: number, nowS: number, periodS: number): number {
    this.#bring(host, nowS, periodS)
    return (this.#least[host] as number) + (nowS - (this.#takenS[host] as number))
  }

  /** The least on any host of the block. */
  leastOfBlock(block: number, nowS: number, periodS: number): number {
    const isKept = periodS === this.#periodS && nowS >= (this.#blockTakenS[block] as number)
    if (!isKept || nowS >= (this.#blockUntilS[block] as number)) this.#takeBlock(block, nowS, periodS)
    return (this.#blockLeast[block] as number) + (nowS - (this.#blockTakenS[block] as number))
  }

  #takeBlock(block: number, nowS: number, periodS: number): void {
    let least = Number.POSITIVE_INFINITY
    let untilS = Number.POSITIVE_INFINITY
    for (let host = block * blockHosts; host < endOfBlock(block, this.#least.length); host++) {
      least = Math.min(least, this.leastOf(host, nowS, periodS))
      untilS = Math.min(untilS, this.#untilS[host] as number)
    }
    this.#blockLeast[block] = least
    this.#blockTakenS[block] = nowS
    this.#blockUntilS[block] = untilS
  }

  #bring(host: number, nowS: number, periodS: number): void {
    if (periodS !== this.#periodS) {
      this.#periodS = periodS
      this.#untilS.fill(Number.NEGATIVE_INFINITY)
      this.#blockUntilS.fill(Number.NEGATIVE_INFINITY)
    }
    if (nowS < (this.#untilS[host] as number) && nowS >= (this.#takenS[host] as number)) return
    const { startedS, first, length } = this.#pool
    const begin = first[host] as number
    const end = begin + (length[host] as number)
    let sum = 0
    let least = Number.POSITIVE_INFINITY
    let most = 0
    let isAhead = false
    for (let at = begin; at < end; at++) {
      const ageS = nowS - (startedS[at] as number)
      const remainder = remainderS(ageS, periodS)
      sum += remainder
      least = Math.min(least, ageS < 0 ? 0 : remainder)
      most = Math.max(most, remainder)
      if (ageS < 0) isAhead = true
    }
    this.#sums[host] = sum
    this.#least[host] = least
    this.#takenS[host] = nowS
    this.#untilS[host] = isAhead ? Number.NEGATIVE_INFINITY : nowS + periodS - most
  }
}
