// A price per unit of each resource under which covering a need costs nearly what it really must: the multipliers of the
// Lagrangian relaxation of a cover,
//   L(price) = price x need + sum over candidates of min(0, cost - price x size),
// the least a cover costs if what is missing may be bought at that price. L is never above the true least cost, whatever
// the prices (0 or more), and for the best ones as good as the bound of linear programming. They are sought by subgradient
// steps of Polyak's length towards the cost of a cover that is known, and each price that is better than those before it
// suggests a cover of its own.
// Sources: Held, Wolfe and Crowder, Validation of subgradient optimization (1974); Beasley, A Lagrangian heuristic for set
// covering problems (1990).
import type { CoverKind } from './cover-kinds.ts'
import type { Amounts, Known } from './cover-problem.ts'
import { firstCover } from './first-cover.ts'
import { compareCost } from './loss.ts'

const steps = 60

export interface Priced {
  readonly prices: Amounts
  /** L at these prices: no cover costs less. */
  readonly least: number
  /** The best cover that was met; infinite when all candidates together do not suffice. */
  readonly known: Known
}

export function priceResources(need: Amounts, kinds: readonly CoverKind[]): Priced {
  // One unit is the whole need: so all resources are alike.
  const scale = need.map((part) => (part > 0 ? 1 / part : 0))
  const price = [0, 0, 0]
  let prices: Amounts = [0, 0, 0]
  let known = firstCover(need, kinds, prices) ?? { cost: Number.POSITIVE_INFINITY, victims: Number.POSITIVE_INFINITY }
  let best = 0
  let pace = 1
  let idle = 0
  for (let step = 0; step < steps && Number.isFinite(known.cost); step++) {
    // What is missing of each resource, as a share of the need, when every candidate that pays for itself leaves.
    const missing: number[] = need.map((part) => (part > 0 ? 1 : 0))
    let value = 0
    for (let d = 0; d < 3; d++) value += (price[d] ?? 0) * (missing[d] ?? 0)
    for (const { size, costs } of kinds) {
      let worth = 0
      for (let d = 0; d < 3; d++) worth += (price[d] ?? 0) * (size[d] ?? 0) * (scale[d] ?? 0)
      for (const cost of costs) {
        if (cost >= worth) break
        value += cost - worth
        for (let d = 0; d < 3; d++) missing[d] = (missing[d] ?? 0) - (size[d] ?? 0) * (scale[d] ?? 0)
      }
    }
    if (value > best) {
      best = value
      prices = [(price[0] ?? 0) * (scale[0] ?? 0), (price[1] ?? 0) * (scale[1] ?? 0), (price[2] ?? 0) * (scale[2] ?? 0)]
      const suggested = firstCover(need, kinds, prices)
      if (suggested !== undefined && isBetter(suggested, known)) known = suggested
      idle = 0
    } else if (++idle === 4) {
      pace /= 2
      idle = 0
    }
    const steepness = missing.reduce((sum, part) => sum + part * part, 0)
    if (steepness === 0 || value >= known.cost) break
    const length = (pace * (known.cost - value)) / steepness
    for (let d = 0; d < 3; d++) price[d] = Math.max(0, (price[d] ?? 0) + length * (missing[d] ?? 0))
  }
  return { prices, least: best, known }
}

function isBetter(a: Known, b: Known): boolean {
  return (compareCost(a.cost, b.cost) || a.victims - b.victims) < 0
}
