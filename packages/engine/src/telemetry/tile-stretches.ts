// Which stretch of time each tile of a subject stands for, newest first, without gap or overlap. The newest block of a tier
// ends where the finer tier begins (see `TierFolder`).
import type { Layout } from './layout.ts'

export interface TileStretch {
  /** Which of a metric's tiles. */
  readonly ordinal: number
  readonly startStep: number
  /** Exclusive. */
  readonly endStep: number
}

export function* tileStretches(layout: Layout, foldedHours: number): Generator<TileStretch, void> {
  const { tiers, stepsPerHour } = layout
  let end = foldedHours
  for (const tier of tiers) {
    const newest = Math.floor((end - 1) / tier.hours)
    const oldest = newest - tier.tiles + 1
    for (let number = newest; number >= oldest; number--) {
      const endHour = Math.min(end, (number + 1) * tier.hours)
      yield {
        ordinal: tier.firstTile + (((number % tier.tiles) + tier.tiles) % tier.tiles),
        startStep: number * tier.hours * stepsPerHour,
        endStep: endHour * stepsPerHour,
      }
    }
    end = oldest * tier.hours
  }
}
