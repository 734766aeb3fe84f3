// The cheapest set of instances that frees at least what is needed of each resource: exact, for any number of candidates.
//
// Choosing victims is a covering knapsack with three resources and a lexicographic cost (loss.ts). Four facts make the
// search small without making it a guess:
// 1. Of what an instance frees only the part up to the need counts. Candidates that free the same belong to one kind, and
//    a cheapest cover takes the cheapest of each kind: exchanging one for a cheaper of its kind frees the same for less.
//    What is left to choose is how many of each kind, and never more than cover the need alone.
// 2. Decided kind by kind, two partial choices compare: one that leaves no more need of any resource and has lost no more
//    makes the other superfluous, because whatever completes the other completes it too (losses add up, in order).
// 3. A partial choice whose loss plus a lower bound of what it still takes is not below that of a known cover leads to
//    nothing better. The bound: for each resource alone, parts of instances allowed, the cheapest per unit first; every
//    real cover costs at least as much as the dearest of the three. That holds for lexicographic costs as well, which
//    form an ordered vector space: exchanging a part of one for an equal part of a cheaper one lowers the loss.
// 4. A first cover comes from taking the cheapest per unit and giving back, dearest first, what turned out superfluous.
// With whole sizes the partial choices that fact 2 leaves are at most one per combination of remaining needs, and at most
// one per combination of counts of kinds, so hundreds of candidates of a few flavors are as quick as a handful.
import { resourceCount } from '../placement/resources.ts'
import { CoverBound } from './cover-bound.ts'
import { coverKinds, type CoverKind } from './cover-kinds.ts'
import { firstCover } from './first-cover.ts'
import { addRow, compareRows, type LossRow } from './loss-row.ts'

export interface CoverProblem {
  /** What has to become free of each resource, at least one above 0. */
  readonly need: readonly [number, number, number]
  /** Three per candidate. */
  readonly sizes: ArrayLike<number>
  readonly costs: ArrayLike<number>
  readonly priorities: ArrayLike<number>
  /** Every cost is a whole number, so that bounds may be rounded up. */
  readonly wholeCosts: boolean
}

/** The candidates that leave, by their numbers in ascending order; undefined when all together do not suffice. */
export function cheapestCover(problem: CoverProblem): readonly number[] | undefined {
  const { kinds, width } = coverKinds(problem)
  const first = firstCover(problem.need, kinds, width)
  if (first === undefined) return undefined
  const bound = new CoverBound(kinds, width, problem.wholeCosts)
  let best: Cover = first
  let stage: Partial[] = [{ need: problem.need, loss: new Float64Array(width), taken: 0, before: undefined }]
  for (const [nth, kind] of kinds.entries()) {
    const next: Partial[] = []
    for (const partial of stage) {
      for (let taken = 0; taken <= kind.items.length; taken++) {
        const need = leftOver(partial.need, kind, taken)
        const loss = taken === 0 ? partial.loss : addRow(partial.loss, kind.losses[taken - 1] as LossRow)
        const reached: Partial = { need, loss, taken, before: partial }
        if (isCovered(need)) {
          if (compareRows(loss, best.loss) < 0) best = { loss, counts: countsOf(reached) }
          break
        }
        if (bound.mayBeat(best.loss, { loss, need, from: nth + 1 })) next.push(reached)
      }
    }
    stage = undominated(next)
  }
  return best.counts.flatMap((count, nth) => kinds[nth]?.items.slice(0, count) ?? []).sort((a, b) => a - b)
}

export interface Cover {
  readonly loss: LossRow
  /** How many of each kind. */
  readonly counts: readonly number[]
}

interface Partial {
  readonly need: readonly [number, number, number]
  readonly loss: LossRow
  /** How many of the last kind decided. */
  readonly taken: number
  readonly before: Partial | undefined
}

function leftOver(need: Partial['need'], { size }: CoverKind, taken: number): Partial['need'] {
  if (taken === 0) return need
  return [
    Math.max(0, need[0] - taken * size[0]),
    Math.max(0, need[1] - taken * size[1]),
    Math.max(0, need[2] - taken * size[2]),
  ]
}

function isCovered(need: Partial['need']): boolean {
  return need[0] === 0 && need[1] === 0 && need[2] === 0
}

function countsOf(partial: Partial): readonly number[] {
  const counts: number[] = []
  for (let at: Partial | undefined = partial; at?.before !== undefined; at = at.before) counts.push(at.taken)
  return counts.reverse()
}

/** Fact 2, over all partial choices of a stage. */
function undominated(partials: Partial[]): Partial[] {
  if (partials.length < 2) return partials
  partials.sort((a, b) => compareRows(a.loss, b.loss) || sum(a.need) - sum(b.need))
  const kept: Partial[] = []
  for (const partial of partials) {
    if (!kept.some((other) => leavesNoMore(other.need, partial.need))) kept.push(partial)
  }
  return kept
}

function leavesNoMore(a: Partial['need'], b: Partial['need']): boolean {
  for (let d = 0; d < resourceCount; d++) if ((a[d] ?? 0) > (b[d] ?? 0)) return false
  return true
}

function sum(need: Partial['need']): number {
  return need[0] + need[1] + need[2]
}
