import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cheapestCover } from './cheapest-cover.ts'
import type { CoverProblem } from './cover-problem.ts'
import { addLoss, compareLoss, type Loss, lossOf, noLoss } from './loss.ts'

interface Candidate {
  readonly size: readonly [number, number, number]
  readonly cost: number
  readonly priority: number
}

const few = fc.integer({ min: 0, max: 4 })
const candidate: fc.Arbitrary<Candidate> = fc.record({
  size: fc.oneof(
    fc.tuple(few, few, few),
    fc.constantFrom([1, 2, 1] as const, [2, 4, 2] as const, [4, 8, 4] as const),
    fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 9000 }),
      fc.integer({ min: 0, max: 90 }).map((n) => n / 4),
    ),
  ),
  cost: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 100_000 })),
  priority: fc.constantFrom(0, 0, 0, 1, 7),
})

const problems = fc.record({
  candidates: fc.array(candidate, { minLength: 1, maxLength: 11 }),
  shares: fc.tuple(fc.double({ min: 0, max: 1.1 }), fc.double({ min: 0, max: 1.1 }), fc.double({ min: 0, max: 1 })),
  unitCosts: fc.boolean(),
})

function problemOf(candidates: readonly Candidate[], need: CoverProblem['need'], unitCosts: boolean): CoverProblem {
  return {
    need,
    sizes: candidates.flatMap(({ size }) => [...size]),
    costs: candidates.map(({ cost }) => (unitCosts ? 1 : cost)),
    priorities: candidates.map(({ priority }) => priority),
    unitCosts,
  }
}

function lossOfSet(problem: CoverProblem, set: readonly number[]): Loss {
  return set.reduce<Loss>(
    (sum, nth) => addLoss(sum, lossOf(problem.priorities[nth] ?? 0, problem.costs[nth] ?? 0)),
    noLoss,
  )
}

function covers(problem: CoverProblem, set: readonly number[]): boolean {
  return problem.need.every((need, d) => set.reduce((sum, nth) => sum + (problem.sizes[nth * 3 + d] ?? 0), 0) >= need)
}

describe('cheapestCover', () => {
  it('loses no more than the best of all sets', () => {
    fc.assert(
      fc.property(problems, ({ candidates, shares, unitCosts }) => {
        const need = shares.map((share, d) =>
          Math.round(share * candidates.reduce((sum, { size }) => sum + (size[d] ?? 0), 0)),
        ) as unknown as CoverProblem['need']
        fc.pre(need.some((part) => part > 0))
        const problem = problemOf(candidates, need, unitCosts)
        let best: Loss | undefined
        for (let bits = 0; bits < 2 ** candidates.length; bits++) {
          const set = candidates.map((_, nth) => nth).filter((nth) => (bits & (1 << nth)) !== 0)
          if (!covers(problem, set)) continue
          const loss = lossOfSet(problem, set)
          if (best === undefined || compareLoss(loss, best) < 0) best = loss
        }
        const found = cheapestCover(problem)
        if (best === undefined) expect(found).toBeUndefined()
        else {
          expect(found).toBeDefined()
          expect(covers(problem, found ?? [])).toBe(true)
          expect(compareLoss(lossOfSet(problem, found ?? []), best)).toBe(0)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('equals dynamic programming over whole needs with hundreds of candidates', () => {
    const many = fc.record({
      candidates: fc.array(
        fc.record({
          size: fc.constantFrom([1, 2, 0] as const, [2, 4, 0] as const, [4, 8, 0] as const, [1, 8, 0] as const),
          cost: fc.integer({ min: 0, max: 100_000 }),
          priority: fc.constant(0),
        }),
        { minLength: 100, maxLength: 300, size: 'max' },
      ),
      need: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 80 }), fc.constant(0)),
      unitCosts: fc.boolean(),
    })
    fc.assert(
      fc.property(many, ({ candidates, need, unitCosts }) => {
        const problem = problemOf(candidates, need, unitCosts)
        const found = cheapestCover(problem) ?? []
        expect(covers(problem, found)).toBe(true)
        const cost = found.reduce((sum, nth) => sum + (problem.costs[nth] ?? 0), 0)
        expect(cost).toBe(leastCostByTable(problem))
      }),
      { numRuns: 30 },
    )
  })

  it('takes hundreds of candidates, each of another size, without trying every set', () => {
    const odd = Array.from({ length: 240 }, (_, nth) => ({
      size: [1 + (nth % 8), 512 + ((nth * 7919) % 32_000), (nth * 104_729) % 100] as const,
      cost: (nth * 7_368_787) % 100_000,
      priority: nth % 3 === 0 ? 1 : 0,
    }))
    const problem = problemOf(odd, [32, 131_072, 800], false)
    const found = cheapestCover(problem) ?? []
    expect(covers(problem, found)).toBe(true)
    for (const nth of found)
      expect(
        covers(
          problem,
          found.filter((other) => other !== nth),
        ),
      ).toBe(false)
  })

  it('of sets that cost nothing takes the smallest, and of equal cost the fewest', () => {
    const candidates = [
      { size: [1, 1, 0] as const, cost: 0, priority: 0 },
      { size: [2, 2, 0] as const, cost: 0, priority: 0 },
      { size: [1, 1, 0] as const, cost: 0, priority: 0 },
    ]
    expect(cheapestCover(problemOf(candidates, [2, 2, 0], false))).toEqual([1])
  })

  it('never takes a higher priority where lower ones suffice, whatever they cost', () => {
    const candidates = [
      { size: [4, 4, 4] as const, cost: 0, priority: 1 },
      ...Array.from({ length: 4 }, () => ({ size: [1, 1, 1] as const, cost: 1e9, priority: 0 })),
    ]
    expect(cheapestCover(problemOf(candidates, [4, 4, 4], false))).toEqual([1, 2, 3, 4])
    expect(cheapestCover(problemOf(candidates, [5, 4, 4], false))).toEqual([0, 1])
  })
})

/** Least cost by a table over all whole needs up to the need: another way to the same figure. */
function leastCostByTable({ need, sizes, costs }: CoverProblem): number {
  const [vcpus, ram] = [need[0], need[1]]
  const table = new Float64Array((vcpus + 1) * (ram + 1)).fill(Number.POSITIVE_INFINITY)
  table[0] = 0
  const cell = (v: number, r: number) => v * (ram + 1) + r
  for (let nth = 0; nth < costs.length; nth++) {
    for (let v = vcpus; v >= 0; v--) {
      for (let r = ram; r >= 0; r--) {
        const now = table[cell(v, r)] ?? 0
        const to = cell(Math.min(vcpus, v + (sizes[nth * 3] ?? 0)), Math.min(ram, r + (sizes[nth * 3 + 1] ?? 0)))
        if (to !== cell(v, r)) table[to] = Math.min(table[to] ?? 0, now + (costs[nth] ?? 0))
      }
    }
  }
  return table[cell(vcpus, ram)] ?? Number.NaN
}
