// A good cover to begin with, not always the best: takes the candidates that free most for what they cost beyond their
// worth at the given prices until the need is covered, then gives back every one that turned out superfluous, the dearest
// first.
import type { CoverKind } from './cover-kinds.ts'
import { type Amounts, type Known, worthOf } from './cover-problem.ts'

interface Single {
  readonly size: Amounts
  readonly cost: number
  /** Cost beyond worth, per share of the need. */
  readonly dearness: number
}

/** Undefined when all together do not suffice. */
export function firstCover(need: Amounts, kinds: readonly CoverKind[], prices: Amounts): Known | undefined {
  const singles: Single[] = []
  for (const { size, costs, use } of kinds) {
    const worth = worthOf(size, prices)
    for (const cost of costs) singles.push({ size, cost, dearness: (cost - worth) / use })
  }
  singles.sort((a, b) => a.dearness - b.dearness || a.cost - b.cost)
  const left: [number, number, number] = [need[0], need[1], need[2]]
  const taken: Single[] = []
  for (const single of singles) {
    if (left[0] <= 0 && left[1] <= 0 && left[2] <= 0) break
    const { size } = single
    if (!((left[0] > 0 && size[0] > 0) || (left[1] > 0 && size[1] > 0) || (left[2] > 0 && size[2] > 0))) continue
    for (const d of [0, 1, 2] as const) left[d] -= size[d]
    taken.push(single)
  }
  if (left[0] > 0 || left[1] > 0 || left[2] > 0) return undefined
  const known: Known = { cost: 0, victims: 0 }
  taken.sort((a, b) => b.cost - a.cost)
  for (const { size, cost } of taken) {
    if (left[0] + size[0] <= 0 && left[1] + size[1] <= 0 && left[2] + size[2] <= 0)
      for (const d of [0, 1, 2] as const) left[d] += size[d]
    else {
      known.cost += cost
      known.victims++
    }
  }
  return known
}
