// Which stretch of time each tile of a subject stands for, newest first, without gap or overlap. The newest block of a tier
// ends where the finer tier begins (see `TierFolder`), and no stretch begins before the subject's first sample.
import type { Block } from './block.ts'
import type { Layout } from './layout.ts'

export interface TileStretch {
  /** Which of a metric's tiles. */
  readonly ordinal: number
  readonly startStep: number
  /** Exclusive. */
  readonly endStep: number
}

export function* tileStretches(layout: Layout, block: Block, index: number): Generator<TileStretch, void> {
  const { tiers, stepsPerHour } = layout
  const firstStep = block.firstStep[index] as number
  let end = block.foldedHours[index] as number
  for (const tier of tiers) {
    const newest = Math.floor((end - 1) / tier.hours)
    const oldest = newest - tier.tiles + 1
    for (let number = newest; number >= oldest; number--) {
      const endHour = Math.min(end, (number + 1) * tier.hours)
      if (endHour * stepsPerHour <= firstStep) return
      yield {
        ordinal: tier.firstTile + (((number % tier.tiles) + tier.tiles) % tier.tiles),
        startStep: Math.max(number * tier.hours * stepsPerHour, firstStep),
        endStep: endHour * stepsPerHour,
      }
    }
    end = oldest * tier.hours
  }
}
