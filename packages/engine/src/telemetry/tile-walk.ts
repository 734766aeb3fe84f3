// Which stretch of time each tile of a subject stands for, newest first, without gap or overlap. The newest block of a tier
// ends where the finer tier begins (see `TierFolder`), and no stretch begins before the subject's first sample.
// A walk and not a generator: it is taken for every question about quiet time, where a generator was two thirds of the cost.
import type { Block } from './block.ts'
import type { Layout, Tier } from './layout.ts'

export class TileWalk {
  readonly #layout: Layout
  readonly #firstStep: number
  #tier = 0
  /** Of the next tile within its tier. */
  #number: number
  #place: number
  /** Of the tier's oldest tile. */
  #oldest: number
  /** Where the finer tier begins, or the hours that are not in tiles yet. */
  #endHour: number
  /** Which of a metric's tiles. */
  ordinal = 0
  startStep = 0
  /** Exclusive. */
  endStep = 0

  constructor(layout: Layout, block: Block, index: number) {
    this.#layout = layout
    this.#firstStep = block.firstStep[index] as number
    this.#endHour = block.foldedHours[index] as number
    const { hours, tiles } = layout.tiers[0] as Tier
    this.#number = Math.floor((this.#endHour - 1) / hours)
    this.#oldest = this.#number - tiles + 1
    this.#place = placeOf(this.#number, tiles)
  }

  /** Goes on to the next tile; false when there is none. */
  next(): boolean {
    const { tiers, stepsPerHour } = this.#layout
    if (this.#number < this.#oldest) {
      const before = tiers[this.#tier] as Tier
      const tier = tiers[this.#tier + 1]
      if (tier === undefined) return false
      this.#tier++
      this.#endHour = this.#oldest * before.hours
      this.#number = Math.floor((this.#endHour - 1) / tier.hours)
      this.#oldest = this.#number - tier.tiles + 1
      this.#place = placeOf(this.#number, tier.tiles)
    }
    const { hours, tiles, firstTile } = tiers[this.#tier] as Tier
    this.endStep = Math.min(this.#endHour, (this.#number + 1) * hours) * stepsPerHour
    if (this.endStep <= this.#firstStep) return false
    this.startStep = Math.max(this.#number * hours * stepsPerHour, this.#firstStep)
    this.ordinal = firstTile + this.#place
    this.#number--
    this.#place = this.#place === 0 ? tiles - 1 : this.#place - 1
    return true
  }
}

function placeOf(number: number, tiles: number): number {
  return ((number % tiles) + tiles) % tiles
}
