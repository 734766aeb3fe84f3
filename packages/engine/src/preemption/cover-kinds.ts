// Groups the candidates of a cover into kinds that free the same (fact 1 of cheapest-cover.ts). Of priorities only those
// stay that are needed at all: where the instances up to a priority suffice, none above it leaves.
import { resourceCount } from '../placement/resources.ts'
import type { CoverProblem } from './cheapest-cover.ts'
import { addRow, compareRows, type LossRow } from './loss-row.ts'

export interface CoverKind {
  /** What one of them frees, at most the need. */
  readonly size: readonly [number, number, number]
  /** Numbers of the candidates, the cheapest first, no more than are of use. */
  readonly items: readonly number[]
  /** What each of them costs. */
  readonly rows: readonly LossRow[]
  /** What the first 1, 2, … of them cost together. */
  readonly losses: readonly LossRow[]
  /** The share of the whole need that one of them frees, summed over the resources. */
  readonly use: number
}

export interface CoverKinds {
  /** Those that free most for what they cost come first. */
  readonly kinds: readonly CoverKind[]
  /** Of a loss row. */
  readonly width: number
}

export function coverKinds(problem: CoverProblem): CoverKinds {
  const { need, costs, priorities } = problem
  const candidates = Array.from({ length: costs.length }, (_, nth) => nth)
  const wanted = prioritiesNeeded(problem, candidates)
  const width = wanted.length * 2
  const groups = new Map<string, { size: [number, number, number]; items: number[] }>()
  for (const nth of candidates) {
    if (!wanted.includes(priorities[nth] ?? 0)) continue
    const size = Array.from({ length: resourceCount }, (_, d) => usefulSize(problem, nth, d)) as [
      number,
      number,
      number,
    ]
    if (size.every((part) => part === 0)) continue
    const key = size.join(' ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { size, items: [nth] })
    else group.items.push(nth)
  }
  const rowOf = (nth: number) => {
    const row = new Float64Array(width)
    const at = wanted.indexOf(priorities[nth] ?? 0) * 2
    row[at] = costs[nth] ?? 0
    row[at + 1] = 1
    return row
  }
  const kinds = [...groups.values()].map(({ size, items }) => {
    const all = items.map((nth) => ({ nth, row: rowOf(nth) }))
    all.sort((a, b) => compareRows(a.row, b.row) || a.nth - b.nth)
    const cheapest = all.slice(0, mostOfUse(need, size))
    const rows = cheapest.map(({ row }) => row)
    const losses: LossRow[] = []
    for (const row of rows) losses.push(losses.length === 0 ? row : addRow(losses.at(-1) as LossRow, row))
    const use = size.reduce((sum, part, d) => sum + (need[d] === 0 ? 0 : part / (need[d] ?? 1)), 0)
    return { size, items: cheapest.map(({ nth }) => nth), rows, losses, use }
  })
  kinds.sort((a, b) => compareRows(perUnit(a.rows[0], a.use), perUnit(b.rows[0], b.use)))
  return { kinds, width }
}

/** Highest first; everything up to the lowest priority at which the candidates suffice, or all. */
function prioritiesNeeded(problem: CoverProblem, candidates: readonly number[]): readonly number[] {
  const { need, priorities } = problem
  const ascending = [...new Set(candidates.map((nth) => priorities[nth] ?? 0))].sort((a, b) => a - b)
  const freed = [0, 0, 0]
  for (const [at, priority] of ascending.entries()) {
    for (const nth of candidates) {
      if (priorities[nth] !== priority) continue
      for (let d = 0; d < resourceCount; d++) freed[d] = (freed[d] ?? 0) + (problem.sizes[nth * resourceCount + d] ?? 0)
    }
    if (need.every((part, d) => (freed[d] ?? 0) >= part)) return ascending.slice(0, at + 1).reverse()
  }
  return ascending.reverse()
}

function usefulSize({ need, sizes }: CoverProblem, nth: number, d: number): number {
  return Math.min(need[d] ?? 0, sizes[nth * resourceCount + d] ?? 0)
}

/** So many of this size cover alone whatever they can. */
function mostOfUse(need: CoverProblem['need'], size: CoverKind['size']): number {
  let most = 0
  for (let d = 0; d < resourceCount; d++)
    if ((size[d] ?? 0) > 0) most = Math.max(most, Math.ceil((need[d] ?? 0) / (size[d] ?? 1)))
  return most
}

/** What a unit of what it is measured by costs. */
export function perUnit(row: LossRow | undefined, units: number): LossRow {
  return (row ?? new Float64Array()).map((part) => part / units)
}
