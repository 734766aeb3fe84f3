import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverKinds } from './cover-kinds.ts'
import { type Amounts, type CoverProblem, worthOf } from './cover-problem.ts'
import { priceResources } from './price-resources.ts'

type Candidate = readonly [size: Amounts, cost: number]

function priced(need: Amounts, candidates: readonly Candidate[]) {
  const problem: CoverProblem = {
    need,
    sizes: candidates.flatMap(([size]) => [...size]),
    costs: candidates.map(([, cost]) => cost),
    priorities: candidates.map(() => 0),
    unitCosts: false,
  }
  return priceResources(
    need,
    coverKinds(
      problem,
      candidates.map((_, nth) => nth),
      need,
    ),
  )
}

/** What the cheapest of all sets costs; Infinity when none covers the need. */
function leastCost(need: Amounts, candidates: readonly Candidate[]): number {
  let least = Number.POSITIVE_INFINITY
  for (let set = 0; set < 2 ** candidates.length; set++) {
    const taken = candidates.filter((_, nth) => (set >> nth) % 2 === 1)
    const isCover = need.every((part, d) => taken.reduce((sum, [size]) => sum + (size[d] ?? 0), 0) >= part)
    if (isCover)
      least = Math.min(
        least,
        taken.reduce((sum, [, cost]) => sum + cost, 0),
      )
  }
  return least
}

describe('the price of resources', () => {
  it('of one that a single candidate frees is what that costs, and nothing less covers it', () => {
    const { prices, least, known } = priced([4, 0, 0], [[[4, 0, 0], 12]])
    expect(known).toEqual({ cost: 12, victims: 1 })
    expect(least).toBeCloseTo(12, 6)
    expect(prices[0]).toBeCloseTo(3, 6)
    // What is not needed has no price.
    expect(prices.slice(1)).toEqual([0, 0])
  })

  it('is nothing where all together do not suffice, and no cover is known', () => {
    const nothing = { cost: Number.POSITIVE_INFINITY, victims: Number.POSITIVE_INFINITY }
    for (const candidates of [[], [[[3, 9, 9], 1]]] as readonly (readonly Candidate[])[])
      expect(priced([4, 1, 0], candidates)).toEqual({ prices: [0, 0, 0], least: 0, known: nothing })
  })

  it('is nothing where everything leaves for nothing', () => {
    expect(priced([1, 1, 1], [[[1, 1, 1], 0]])).toMatchObject({ least: 0, known: { cost: 0, victims: 1 } })
  })

  it('leads past the cover that looks best before there is any price', () => {
    // By cost per share the second alone covers the need, for 5; the other two together do for 4.
    const candidates: readonly Candidate[] = [
      [[0, 4, 0], 3],
      [[4, 3, 0], 5],
      [[1, 1, 0], 1],
    ]
    const { known, least } = priced([1, 3, 0], candidates)
    expect(known).toEqual({ cost: 4, victims: 2 })
    // Linear programming takes the third and two thirds of the first.
    expect(least).toBeCloseTo(3, 6)
  })
})

it('never promises more than the best of all sets costs, nor knows a cover that costs less', () => {
  const size = fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 }), fc.nat({ max: 4 }))
  const candidates = fc.array(fc.tuple(size, fc.nat({ max: 20 })), { minLength: 1, maxLength: 8 })
  const needs = fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 8 }), fc.integer({ min: 1, max: 8 }))
  fc.assert(
    fc.property(candidates, needs, (all, need) => {
      const best = leastCost(need, all)
      const { prices, least, known } = priced(need, all)
      expect(known.cost).toBeGreaterThanOrEqual(best)
      expect(Number.isFinite(known.cost)).toBe(Number.isFinite(best))
      if (!Number.isFinite(best)) return
      expect(least).toBeLessThanOrEqual(best + 1e-9)
      expect(Math.min(...prices)).toBeGreaterThanOrEqual(0)
      // L at these prices is what is said of them, each candidate counted with as much as is of use.
      const used = ([own, cost]: Candidate) =>
        cost - worthOf([Math.min(own[0], need[0]), Math.min(own[1], need[1]), Math.min(own[2], need[2])], prices)
      const value = worthOf(need, prices) + all.reduce((sum, each) => sum + Math.min(0, used(each)), 0)
      expect(value).toBeLessThanOrEqual(least + 1e-6)
    }),
  )
})
