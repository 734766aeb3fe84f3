// The least that covering what is left can cost (fact 3 of cheapest-cover.ts), by two bounds of which the higher counts:
// with prices for all resources at once (price-resources.ts), and for each resource alone, the cheapest instances per unit
// first and of the last one only the part that is needed. Of equal cost the number of victims decides; at least as many must
// leave as the largest ones would be. Each figure is a bound by itself, so that rounding in one never spoils the other.
import type { CoverKind } from './cover-kinds.ts'
import { type Amounts, type Known, worthOf } from './cover-problem.ts'
import { compareCost } from './loss.ts'

/** Some candidates that leave, at the priority at hand, and what is left to be freed then. */
export interface PartialCover {
  readonly need: Amounts
  readonly cost: number
  readonly victims: number
}

export interface OpenCover {
  readonly choice: PartialCover
  /** What is left beyond what comes for nothing. */
  readonly need: Amounts
  /** The first kind that is not decided yet. */
  readonly from: number
  /** True when another cover as good as the known one is wanted as well. */
  readonly orEqual: boolean
}

/** Of one resource, from one kind on: what the first 0, 1, 2, … in order of cost per unit free and cost together. */
interface Table {
  readonly freed: readonly number[]
  readonly costs: readonly number[]
  readonly largest: number
}

export class CoverBound {
  readonly #kinds: readonly CoverKind[]
  readonly #unitCosts: boolean
  readonly #tables = new Map<number, Table>()
  readonly #prices: Amounts
  /** Per kind: cost less worth of the instances that pay for themselves, of this kind and those after it; 0 or less. */
  readonly #gains: Float64Array

  constructor(kinds: readonly CoverKind[], prices: Amounts, unitCosts: boolean) {
    this.#kinds = kinds
    this.#unitCosts = unitCosts
    this.#prices = prices
    this.#gains = new Float64Array(kinds.length + 1)
    for (let at = kinds.length - 1; at >= 0; at--) {
      const { size, costs } = kinds[at] as CoverKind
      const worth = worthOf(size, prices)
      const gain = costs.reduce((sum, cost) => sum + Math.min(0, cost - worth), 0)
      this.#gains[at] = (this.#gains[at + 1] ?? 0) + gain
    }
  }

  /** False when no completion is better than the known cover (or as good, if that is wanted), or there is none. */
  mayLead(known: Known, { choice, need, from, orEqual }: OpenCover): boolean {
    let cost = worthOf(need, this.#prices) + (this.#gains[from] ?? 0)
    if (compareCost(choice.cost + cost, known.cost) > 0) return false
    let victims = 1
    for (const d of [0, 1, 2] as const) {
      if (need[d] === 0) continue
      const table = this.#table(from, d)
      const least = leastCost(table, need[d])
      if (least === undefined) return false
      if (least > cost) cost = least
      victims = Math.max(victims, Math.ceil(need[d] / table.largest))
    }
    if (this.#unitCosts) cost = victims = Math.max(victims, Math.ceil(cost - 1e-9))
    const order = compareCost(choice.cost + cost, known.cost) || choice.victims + victims - known.victims
    return orEqual ? order <= 0 : order < 0
  }

  #table(from: number, d: 0 | 1 | 2): Table {
    const key = from * 3 + d
    const known = this.#tables.get(key)
    if (known !== undefined) return known
    const singles = this.#kinds
      .slice(from)
      .flatMap(({ size, costs }) => (size[d] === 0 ? [] : costs.map((cost) => ({ cost, size: size[d] }))))
      .sort((a, b) => a.cost / a.size - b.cost / b.size)
    const freed = [0]
    const costs = [0]
    let largest = 0
    for (const { cost, size } of singles) {
      freed.push((freed.at(-1) ?? 0) + size)
      costs.push((costs.at(-1) ?? 0) + cost)
      largest = Math.max(largest, size)
    }
    const table = { freed, costs, largest }
    this.#tables.set(key, table)
    return table
  }
}

/** Undefined when all together do not free so much. */
function leastCost({ freed, costs }: Table, need: number): number | undefined {
  let low = 1
  let high = freed.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((freed[middle] ?? 0) < need) low = middle + 1
    else high = middle
  }
  const [upTo, upToCost] = [freed[low], costs[low]]
  if (upTo === undefined || upToCost === undefined) return undefined
  const [before, beforeCost] = [freed[low - 1] ?? 0, costs[low - 1] ?? 0]
  return beforeCost + ((need - before) / (upTo - before)) * (upToCost - beforeCost)
}
