// Groups candidates of one priority into kinds that free the same (fact 1 of cheapest-cover.ts).
import type { Amounts, CoverProblem } from './cover-problem.ts'

export interface CoverKind {
  /** What one of them frees, at most the need. */
  readonly size: Amounts
  /** Numbers of the candidates, the cheapest first, no more than are of use. */
  readonly items: readonly number[]
  /** What each of them costs. */
  readonly costs: readonly number[]
  /** What the first 0, 1, 2, … of them cost together. */
  readonly costsOfFirst: readonly number[]
  /** The share of the whole need that one of them frees, summed over the resources. */
  readonly use: number
}

export function coverKinds(problem: CoverProblem, candidates: readonly number[], need: Amounts): readonly CoverKind[] {
  const groups = new Map<string, { size: Amounts; items: number[] }>()
  for (const nth of candidates) {
    const size: Amounts = [
      Math.min(need[0], problem.sizes[nth * 3] ?? 0),
      Math.min(need[1], problem.sizes[nth * 3 + 1] ?? 0),
      Math.min(need[2], problem.sizes[nth * 3 + 2] ?? 0),
    ]
    if (size[0] + size[1] + size[2] === 0) continue
    const key = `${size[0]} ${size[1]} ${size[2]}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { size, items: [nth] })
    else group.items.push(nth)
  }
  return Array.from(groups.values(), ({ size, items }) => kindOf(problem, { size, items, need }))
}

function kindOf(
  { costs }: CoverProblem,
  group: { readonly size: Amounts; readonly items: number[]; readonly need: Amounts },
): CoverKind {
  const { size, need } = group
  let ofUse = 0
  let use = 0
  for (const d of [0, 1, 2] as const) {
    if (size[d] === 0) continue
    ofUse = Math.max(ofUse, Math.ceil(need[d] / size[d]))
    use += size[d] / need[d]
  }
  const items = group.items.sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0) || a - b).slice(0, ofUse)
  const costsOfFirst = [0]
  for (const nth of items) costsOfFirst.push((costsOfFirst.at(-1) ?? 0) + (costs[nth] ?? 0))
  return { size, items, costs: items.map((nth) => costs[nth] ?? 0), costsOfFirst, use }
}
