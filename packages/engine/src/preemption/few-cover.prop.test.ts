// Two ways to the same answer: trying every set, and the search that is made for many candidates. A candidate of another
// priority that frees nothing makes the problem one for the search and changes no cover.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { cheapestCover } from './cheapest-cover.ts'
import { coverOfFew, fewCandidates } from './few-cover.ts'

const candidates = fc.array(
  fc.record({
    size: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 40 })),
    cost: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1_000_000 })),
  }),
  { minLength: 1, maxLength: fewCandidates },
)
const needs = fc
  .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 120 }))
  .filter((need) => need.some((part) => part > 0))

it('every set that is tried and the search for many agree on cost and number', () => {
  fc.assert(
    fc.property(candidates, needs, (list, need) => {
      const problem = {
        need,
        sizes: list.flatMap(({ size }) => [...size]),
        costs: list.map(({ cost }) => cost),
        priorities: list.map(() => 0),
        unitCosts: false,
      }
      const searched = cheapestCover({
        ...problem,
        sizes: [...problem.sizes, 0, 0, 0],
        costs: [...problem.costs, 0],
        priorities: [...problem.priorities, -1],
      })
      const tried = coverOfFew(problem)
      const costOf = (set: readonly number[] | undefined) =>
        set && [set.reduce((sum, nth) => sum + (list[nth]?.cost ?? 0), 0), set.length]
      expect(costOf(tried)).toEqual(costOf(searched))
    }),
    { numRuns: 2000 },
  )
})
