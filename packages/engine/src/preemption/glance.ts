// A bound of what room on each host costs that needs no look at its instances, only at the columns: good enough to pass over
// nearly every host. Where the preemptible instances of a host have different priorities it says nothing.
//   fewest victims: per resource the need in units of the largest instance;
//   least work: every core that is freed has run as long as the youngest instance, at least;
//   billing remainder: somebody leaves, so the least remainder on the host.
import { slack } from '../placement/resources.ts'
import type { EvictionQuestion } from './second-view.ts'

/** Nothing is known: below every cost. */
export const unknownCost = -1

/** In the order of the hosts: at least so much, at the priority of the preemptible instances of the host. */
export function glance(question: EvictionQuestion, hosts: Int32Array, level: number): Float64Array {
  const least = question.index.scratch.least.subarray(0, hosts.length).fill(0)
  if (question.costing.objective === 'fewest-victims') glanceVictims(question, { hosts, level }, least)
  else if (question.costing.objective === 'least-work') glanceWork(question, { hosts, level }, least)
  else glanceRemainder(question, hosts, least)
  const { mixed } = question.index.columns
  for (let nth = 0; nth < hosts.length; nth++) if (mixed[hosts[nth] as number] !== 0) least[nth] = unknownCost
  return least
}

interface Glanced {
  readonly hosts: Int32Array
  readonly level: number
}

function glanceVictims({ index, scan }: EvictionQuestion, { hosts, level }: Glanced, least: Float64Array): void {
  const { shared, largest } = index.columns
  const { fits } = scan
  const [size0, size1, size2] = scan.sizes
  for (let nth = 0; nth < hosts.length; nth++) {
    const host = hosts[nth] as number
    const at = host * 3
    const number = (fits[host] as number) + level
    const need0 = size0 === 0 ? 0 : number * size0 - slack - (shared[at] as number)
    const need1 = size1 === 0 ? 0 : number * size1 - slack - (shared[at + 1] as number)
    const need2 = size2 === 0 ? 0 : number * size2 - slack - (shared[at + 2] as number)
    let victims = 1
    if (need0 > victims * (largest[at] as number)) victims = need0 / (largest[at] as number)
    if (need1 > victims * (largest[at + 1] as number)) victims = need1 / (largest[at + 1] as number)
    if (need2 > victims * (largest[at + 2] as number)) victims = need2 / (largest[at + 2] as number)
    least[nth] = Math.ceil(victims)
  }
}

function glanceWork({ index, scan, costing }: EvictionQuestion, { hosts, level }: Glanced, least: Float64Array): void {
  const { shared, youngestS } = index.columns
  const { fits } = scan
  const size = scan.sizes[0]
  if (size === 0) return
  for (let nth = 0; nth < hosts.length; nth++) {
    const host = hosts[nth] as number
    const need = ((fits[host] as number) + level) * size - slack - (shared[host * 3] as number)
    const ageS = costing.nowS - (youngestS[host] as number)
    least[nth] = need > 0 && ageS > 0 ? need * ageS : 0
  }
}

function glanceRemainder({ index, costing }: EvictionQuestion, hosts: Int32Array, least: Float64Array): void {
  const { remainders } = index
  for (let nth = 0; nth < hosts.length; nth++)
    least[nth] = remainders.leastOf(hosts[nth] as number, costing.nowS, costing.billingPeriodS)
}
