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
