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
 * together, it is the one whose leaving takes most off the peak. Over the last steps of which all are known.
 */
export const maximumCorrelation: InstanceChoice = (draft, candidates) => {
  const columns = new Map(candidates.map((instance) => [instance, centred(pastOf(draft, instance))]))
  return smallest(candidates, (instance) => {
    const own = columns.get(instance) ?? []
    const others = candidates.filter((other) => other !== instance)
    return -explainedShare(
      own,
      others.map((other) => columns.get(other) ?? []),
    )
  })
}

const correlatedSteps = 30

function pastOf({ view }: FleetDraft, instance: number): readonly number[] {
  const steps = Math.min(correlatedSteps, view.step + 1)
  const past = Array.from({ length: steps }, (_, lag) => view.pastDemand(instance, lag))
  return past.map((value) => (Number.isNaN(value) ? (view.demand[instance] as number) : value))
}

function centred(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return values.map((value) => value - mean)
}

/** R² of the least-squares fit of `own` by `others`, by orthogonal directions; 0 for what never changes. */
function explainedShare(own: readonly number[], others: readonly (readonly number[])[]): number {
  const total = dot(own, own)
  if (!(total > 1e-12)) return 0
  const directions: (readonly number[])[] = []
  let explained = 0
  for (const other of others) {
    let rest = other
    for (const direction of directions) {
      const along = dot(rest, direction)
      rest = rest.map((value, at) => value - along * (direction[at] as number))
    }
    const length = Math.sqrt(dot(rest, rest))
    // What those before it explain already adds nothing.
    if (!(length > 1e-9 * Math.sqrt(dot(other, other) + 1e-12))) continue
    const direction = rest.map((value) => value / length)
    directions.push(direction)
    explained += dot(own, direction) ** 2
  }
  return Math.min(1, explained / total)
}

function dot(a: readonly number[], b: readonly number[]): number {
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
