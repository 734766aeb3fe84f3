// Which instance leaves an overloaded host first: the published rules. Source: Beloglazov and Buyya, CCPE 24(13), 2012,
// section 5.3. Of equals, the one that has been on the host longest.
import type { FleetDraft } from './fleet-draft.ts'

/** Undefined when there is nothing to choose from. */
export type InstanceChoice = (draft: FleetDraft, candidates: readonly number[]) => number | undefined

/** The smallest memory, which is the shortest migration. */
export const minimumMigrationTime: InstanceChoice = (draft, candidates) =>
  smallest(candidates, (instance) => draft.view.instances.memoryMiB[instance] as number)

/** The one that uses the least of its own size. */
export const minimumUtilisation: InstanceChoice = (draft, candidates) =>
  smallest(
    candidates,
    (instance) => (draft.view.demand[instance] as number) / (draft.view.instances.size[instance] as number),
  )

/**
 * The one whose past goes most with that of the others on the host (the largest squared multiple correlation): when they peak
 * together, it is the one whose leaving takes most off the peak. Over the last steps of which all are known; while these are no
 * more than the instances, everybody is explained by the others, which says nothing: then, as in the published simulator, the
 * smallest memory decides.
 */
export const maximumCorrelation: InstanceChoice = (draft, candidates) => {
  const steps = Math.min(correlatedSteps, draft.view.step + 1)
  if (steps <= candidates.length) return minimumMigrationTime(draft, candidates)
  const columns = candidates.map((instance) => centred(pastOf(draft, instance, steps)))
  const correlations = new Map(candidates.map((instance, at) => [instance, explainedShare(columns, at)]))
  return smallest(candidates, (instance) => -(correlations.get(instance) ?? 0))
}

const correlatedSteps = 30

function pastOf({ view }: FleetDraft, instance: number, steps: number): Float64Array {
  return Float64Array.from({ length: steps }, (_, lag) => {
    const past = view.pastDemand(instance, lag)
    return Number.isNaN(past) ? (view.demand[instance] as number) : past
  })
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}

/** R² of the least-squares fit of one column by the others, by orthogonal directions; 0 for what never changes. */
function explainedShare(columns: readonly Float64Array[], at: number): number {
  const own = columns[at] as Float64Array
  const total = dot(own, own)
  if (!(total > 1e-12)) return 0
  const directions: Float64Array[] = []
  let explained = 0
  for (const [nth, other] of columns.entries()) {
    if (nth === at) continue
    const rest = other.slice()
    for (const direction of directions) subtract(rest, direction, dot(rest, direction))
    const length = Math.sqrt(dot(rest, rest))
    // What those before it explain already adds nothing.
    if (!(length > 1e-9 * Math.sqrt(dot(other, other) + 1e-12))) continue
    for (let step = 0; step < rest.length; step++) rest[step] = (rest[step] as number) / length
    directions.push(rest)
    explained += dot(own, rest) ** 2
  }
  // Of two that explain each other equally well, rounding must not choose.
  return Math.round(Math.min(1, explained / total) * 1e9) / 1e9
}

function subtract(from: Float64Array, direction: Float64Array, times: number): void {
  for (let at = 0; at < from.length; at++) from[at] = (from[at] as number) - times * (direction[at] as number)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number)
  return sum
}

/** `random` gives numbers in [0, 1) and is seeded by the caller. */
export function randomChoice(random: () => number): InstanceChoice {
  return (_, candidates) => candidates[Math.floor(random() * candidates.length)]
}

function smallest(candidates: readonly number[], measure: (instance: number) => number): number | undefined {
  let best: number | undefined
  let least = Number.POSITIVE_INFINITY
  for (const instance of candidates) {
    const value = measure(instance)
    if (value >= least) continue
    best = instance
    least = value
  }
  return best
}
