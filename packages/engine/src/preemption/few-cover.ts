// The cheapest cover among few candidates of one priority: every set is tried, each as one candidate more than a set that
// was tried before. For the handful of instances that a host has this is far quicker than any bound is worked out, and
// exact without an argument.
import type { CoverProblem } from './cover-problem.ts'
import { compareCost } from './loss.ts'

/** With more the sets are too many: each candidate doubles them. */
export const fewCandidates = 10

/** Per set: what it frees of each resource, and what it costs. Filled anew by each search; the first, of nobody, stays 0. */
const sums = new Float64Array(4 << fewCandidates)

/** As cheapestCover; of equal covers that of the lowest numbers. Priorities are not looked at. */
export function coverOfFew({ need, sizes, costs }: CoverProblem): readonly number[] | undefined {
  const [need0, need1, need2] = need
  const sets = 1 << costs.length
  let best = 0
  let bestCost = Number.POSITIVE_INFINITY
  let fewest = Number.POSITIVE_INFINITY
  for (let set = 1; set < sets; set++) {
    const without = (set & (set - 1)) * 4
    const nth = 31 - Math.clz32(set & -set)
    const at = set * 4
    const freed0 = (sums[without] as number) + (sizes[nth * 3] as number)
    const freed1 = (sums[without + 1] as number) + (sizes[nth * 3 + 1] as number)
    const freed2 = (sums[without + 2] as number) + (sizes[nth * 3 + 2] as number)
    const cost = (sums[without + 3] as number) + (costs[nth] as number)
    sums[at] = freed0
    sums[at + 1] = freed1
    sums[at + 2] = freed2
    sums[at + 3] = cost
    // A need that is no number is never covered.
    if (!(freed0 >= need0 && freed1 >= need1 && freed2 >= need2)) continue
    const order = compareCost(cost, bestCost)
    if (order > 0) continue
    const victims = countOf(set)
    if (order === 0 && victims >= fewest) continue
    best = set
    bestCost = cost
    fewest = victims
  }
  return best === 0 ? undefined : Array.from(costs, (_, nth) => nth).filter((nth) => (best & (1 << nth)) !== 0)
}

function countOf(set: number): number {
  let count = 0
  for (let rest = set; rest !== 0; rest &= rest - 1) count++
  return count
}
