// The words of a cover: what is needed, who could leave, what a cover costs. See cheapest-cover.ts.

/** Of each resource. */
export type Amounts = readonly [number, number, number]

export interface CoverProblem {
  /** What has to become free of each resource, at least one above 0. */
  readonly need: Amounts
  /** Three per candidate. */
  readonly sizes: ArrayLike<number>
  readonly costs: ArrayLike<number>
  readonly priorities: ArrayLike<number>
  /** Every candidate costs 1: bounds may be rounded up. */
  readonly unitCosts: boolean
}

/** Cost and number of victims of the best cover that is known; it gets better as the search goes on. */
export interface Known {
  cost: number
  victims: number
}

/** a - b, never below 0. */
export function less(a: Amounts, b: Amounts): Amounts {
  return [Math.max(0, a[0] - b[0]), Math.max(0, a[1] - b[1]), Math.max(0, a[2] - b[2])]
}

export function larger(a: Amounts, b: Amounts): Amounts {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])]
}

export function isCovered(need: Amounts): boolean {
  return need[0] === 0 && need[1] === 0 && need[2] === 0
}

export function worthOf(size: Amounts, prices: Amounts): number {
  return prices[0] * size[0] + prices[1] * size[1] + prices[2] * size[2]
}
