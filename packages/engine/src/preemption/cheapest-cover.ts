// The cheapest set of instances that frees at least what is needed of each resource: exact, for any number of candidates.
//
// Choosing victims is a covering knapsack with three resources. Losses are compared priority by priority, the highest first
// (loss.ts), and so is searched: first which instances of the highest priority that is needed at all, with everything below
// it taken to leave for nothing; then, for every best choice there, which of the next. A priority is not needed when those
// below it suffice. Within a priority the least cost is sought, then the fewest victims, and four facts make the search
// small without making it a guess:
// 1. Of what an instance frees only the part up to the need counts. Candidates that free the same are of one kind, and a
//    cheapest cover takes the cheapest of each kind: exchanging one for a cheaper of its kind frees the same for less. What
//    is left to choose is how many of each kind, and never more than cover the need alone.
// 2. Decided kind by kind, partial choices compare: one that leaves no more need of any resource, for no more cost and no
//    more victims, makes the other superfluous, because whatever completes the other completes it too.
// 3. A partial choice that cannot be completed for less than a known cover costs leads to nothing (cover-bound.ts).
// 4. A good cover to begin with is quickly found (price-resources.ts).
// With whole sizes fact 2 leaves at most one partial choice per combination of remaining needs, and at most one per
// combination of counts of kinds: hundreds of candidates of a few flavors are as quick as a handful. Candidates of hundreds
// of different sizes of which dozens must leave are the hard case; there fact 3 does most of the work.
import { CoverBound, type PartialCover } from './cover-bound.ts'
import { coverKinds, type CoverKind } from './cover-kinds.ts'
import { type Amounts, type CoverProblem, isCovered, larger, less, worthOf } from './cover-problem.ts'
import { coverOfFew, fewCandidates } from './few-cover.ts'
import { compareCost } from './loss.ts'
import { type Priced, priceResources } from './price-resources.ts'

/** The candidates that leave, by their numbers in ascending order; undefined when all together do not suffice. */
export function cheapestCover(problem: CoverProblem): readonly number[] | undefined {
  if (problem.costs.length <= fewCandidates && isOfOne(problem.priorities)) return coverOfFew(problem)
  const levels = levelsOf(problem)
  if (levels === undefined) return undefined
  let best: readonly Choice[] = [{ need: problem.need, cost: 0, victims: 0, items: undefined }]
  for (const level of levels) best = coverLevel(problem, level, best)
  const items: number[] = []
  for (let link = best[0]?.items; link !== undefined; link = link.before) items.push(...link.items)
  return items.sort((a, b) => a - b)
}

function isOfOne(priorities: ArrayLike<number>): boolean {
  for (let nth = 1; nth < priorities.length; nth++) if (priorities[nth] !== priorities[0]) return false
  return true
}

/** What is left to be freed after a choice, what the choice cost at the priority at hand, and who leaves. */
interface Choice extends PartialCover {
  readonly items: Chosen | undefined
}

interface Chosen {
  readonly items: readonly number[]
  readonly before: Chosen | undefined
}

interface Level {
  /** Candidates of one priority. */
  readonly candidates: readonly number[]
  /** What all candidates of lower priorities free together. */
  readonly below: Amounts
}

/** The priorities that are needed, the highest first; undefined when all together do not suffice. */
function levelsOf({ need, sizes, priorities }: CoverProblem): readonly Level[] | undefined {
  const ascending = [...new Set(Array.from(priorities))].sort((a, b) => a - b)
  const levels: Level[] = []
  let below: Amounts = [0, 0, 0]
  for (const priority of ascending) {
    const candidates: number[] = []
    let freed = below
    for (let nth = 0; nth < priorities.length; nth++) {
      if (priorities[nth] !== priority) continue
      candidates.push(nth)
      freed = [
        freed[0] + (sizes[nth * 3] ?? 0),
        freed[1] + (sizes[nth * 3 + 1] ?? 0),
        freed[2] + (sizes[nth * 3 + 2] ?? 0),
      ]
    }
    levels.push({ candidates, below })
    below = freed
    if (isCovered(less(need, freed))) return levels.reverse()
  }
  return undefined
}

/**
 * Every best way to go on from the choices of the levels above: with equal cost and equal number of victims, and none that
 * leaves no less need than another. At the last level one of them.
 */
function coverLevel(problem: CoverProblem, level: Level, starts: readonly Choice[]): readonly Choice[] {
  const isLast = level.below.every((part) => part === 0)
  const open = starts.map((start) => ({ ...start, cost: 0, victims: 0 }))
  // Kinds are told apart by the largest need of any start: what is the same in that light is the same in each.
  const most = open.reduce<Amounts>((all, { need }) => larger(all, need), [0, 0, 0])
  const all = coverKinds(problem, level.candidates, most)
  const priced = priceResources(less(open[0]?.need ?? most, level.below), all)
  const { prices, known } = priced
  const kinds = byClearness(open.length > 1 ? all : affordable(all, priced), prices)
  const bound = new CoverBound(kinds, prices, problem.unitCosts)
  let ends: Choice[] = []
  const finish = (choice: Choice) => {
    const order = compareCost(choice.cost, known.cost) || choice.victims - known.victims
    if (order > 0) return
    if (order < 0 || (isLast && ends.length > 0)) ends = []
    if (order < 0) Object.assign(known, { cost: choice.cost, victims: choice.victims })
    ends.push(choice)
  }
  let stage: Choice[] = []
  for (const start of open) {
    if (isCovered(less(start.need, level.below))) finish(start)
    else stage.push(start)
  }
  for (const [nth, kind] of kinds.entries()) {
    const next: Choice[] = []
    for (const choice of stage) {
      for (let taken = 0; taken <= kind.items.length; taken++) {
        const reached = taken === 0 ? choice : take(choice, kind, taken)
        const need = less(reached.need, level.below)
        if (isCovered(need)) {
          finish(reached)
          break
        }
        if (bound.mayLead(known, { choice: reached, need, from: nth + 1, orEqual: !isLast || ends.length === 0 }))
          next.push(reached)
      }
    }
    stage = undominated(next)
  }
  return isLast ? ends.slice(0, 1) : undominated(ends)
}

/** Without the candidates that no cover as good as the known one has: each costs too much beyond its worth. */
function affordable(kinds: readonly CoverKind[], { prices, least, known }: Priced): readonly CoverKind[] {
  return kinds.flatMap((kind) => {
    const limit = worthOf(kind.size, prices) + known.cost - least
    const items = kind.items.filter((_, nth) => compareCost(kind.costs[nth] ?? 0, limit) <= 0)
    return items.length === 0 ? [] : [{ ...kind, items, costs: kind.costs.slice(0, items.length) }]
  })
}

/**
 * Those whose part in the cover is clearest come first: what they cost is far from what they are worth. A wrong choice there
 * is seen at once, and the doubtful ones are tried last.
 */
function byClearness(kinds: readonly CoverKind[], prices: Amounts): readonly CoverKind[] {
  const clearness = (kind: CoverKind) => {
    const worth = worthOf(kind.size, prices)
    return kind.costs.reduce((least, cost) => Math.min(least, Math.abs(cost - worth)), Number.POSITIVE_INFINITY)
  }
  return kinds
    .map((kind) => ({ kind, clear: clearness(kind) }))
    .sort((a, b) => b.clear - a.clear)
    .map(({ kind }) => kind)
}

function take(choice: Choice, kind: CoverKind, taken: number): Choice {
  return {
    need: less(choice.need, [kind.size[0] * taken, kind.size[1] * taken, kind.size[2] * taken]),
    cost: choice.cost + (kind.costsOfFirst[taken] ?? 0),
    victims: choice.victims + taken,
    items: { items: kind.items.slice(0, taken), before: choice.items },
  }
}

/** Fact 2. */
function undominated(choices: Choice[]): Choice[] {
  if (choices.length < 2) return choices
  choices.sort((a, b) => a.cost - b.cost || a.victims - b.victims || sum(a.need) - sum(b.need))
  const kept: Choice[] = []
  for (const choice of choices) {
    if (!kept.some((other) => other.victims <= choice.victims && leavesNoMore(other.need, choice.need)))
      kept.push(choice)
  }
  return kept
}

function leavesNoMore(a: Amounts, b: Amounts): boolean {
  return a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2]
}

function sum(need: Amounts): number {
  return need[0] + need[1] + need[2]
}
