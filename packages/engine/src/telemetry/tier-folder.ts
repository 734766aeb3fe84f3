// Turns hours of the ring into tiles and hands tiles on to coarser tiers as they age. With F = foldedHours of a subject,
// tier 0 holds the hours [F - n, F) and each further tier the blocks before the reach of the finer one; a block b of a
// tier (stretch [b * hours, (b + 1) * hours) since the epoch) lies in its tile b mod tiles. So F alone says what every
// tile stands for, and an hour is in exactly one tile.
// Guarantees: no sample is counted twice or lost within the retention; a stretch without samples stays empty.
import { metrics } from '@gleaner/model'
import { type Block, indexInBlock, noStep } from './block.ts'
import type { Layout, Tier } from './layout.ts'
import { Sketch } from './sketch.ts'
import { TileWalk } from './tile-walk.ts'

export class TierFolder {
  readonly #layout: Layout
  readonly #sketch = new Sketch()
  readonly #other = new Sketch()

  constructor(layout: Layout) {
    this.#layout = layout
  }

  /** The step at which the oldest hour that is only in the ring becomes a tile; before the ring would lose any of it. */
  dueStep(foldedHours: number, slot: number): number {
    const { stepsPerHour, foldLag, foldSpread } = this.#layout
    return (foldedHours + 1) * stepsPerHour + foldLag + (slot % foldSpread)
  }

  /** Folds all hours that are due before `step` is written. */
  foldUpTo(block: Block, slot: number, step: number): void {
    const { stepsPerHour, tierHours, rows } = this.#layout
    const index = indexInBlock(slot)
    block.rewrite(index)
    const hour = Math.floor(step / stepsPerHour)
    if (hour - (block.foldedHours[index] as number) > tierHours + Math.ceil(rows / stepsPerHour)) {
      const newest = Math.floor((block.head[index] as number) / stepsPerHour)
      if (hour - newest > tierHours) {
        block.clearTiles(index)
        block.foldedHours[index] = hour
        return
      }
    }
    while (step >= this.dueStep(block.foldedHours[index] as number, slot)) this.#foldHour(block, index)
  }

  /** Adds one late value to the tile of its hour. */
  addLate(block: Block, index: number, late: { metric: number; step: number; value: Float32Array }): void {
    const ordinal = this.#tileOfStep(block, index, late.step)
    if (ordinal === undefined) return
    const tile = index * block.tilesPerSubject + late.metric * this.#layout.tiles + ordinal
    const limit = block.binLimit(tile)
    block.read(tile, this.#sketch)
    this.#sketch.addAll(late.value, new Uint32Array(late.value.buffer), limit)
    block.write(tile, this.#sketch)
  }

  #tileOfStep(block: Block, index: number, step: number): number | undefined {
    const walk = new TileWalk(this.#layout, block, index)
    while (walk.next()) if (walk.startStep <= step && step < walk.endStep) return walk.ordinal
    return undefined
  }

  #foldHour(block: Block, index: number): void {
    const { stepsPerHour, rows, tiers, tiles, bins } = this.#layout
    const hour = block.foldedHours[index] as number
    const finest = tiers[0] as Tier
    this.#handOn(block, index, { tier: 0, number: hour - finest.tiles })
    const head = block.head[index] as number
    const first = Math.max(hour * stepsPerHour, head - rows + 1)
    const last = head === noStep ? first - 1 : Math.min((hour + 1) * stepsPerHour - 1, head)
    for (let metric = 0; metric < metrics.length; metric++) {
      const tile = index * block.tilesPerSubject + metric * tiles + finest.firstTile + (hour % finest.tiles)
      const limit = bins[metric] as number
      const sketch = this.#sketch
      sketch.clear()
      const base = (index * metrics.length + metric) * rows
      for (let step = first; step <= last; ) {
        const row = step % rows
        const run = Math.min(last - step + 1, rows - row)
        sketch.addAll(
          block.ring.subarray(base + row, base + row + run),
          block.ringBits.subarray(base + row, base + row + run),
          limit,
        )
        step += run
      }
      block.write(tile, sketch)
    }
    block.foldedHours[index] = hour + 1
  }

  /** Moves a block that is about to leave its tier into the next one, which first hands on what it must. */
  #handOn(block: Block, index: number, leaving: { tier: number; number: number }): void {
    const { tiers, tiles, bins } = this.#layout
    const from = tiers[leaving.tier] as Tier
    const into = tiers[leaving.tier + 1]
    let target = 0
    if (into !== undefined) {
      const startHour = leaving.number * from.hours
      const number = Math.floor(startHour / into.hours)
      target = into.firstTile + modulo(number, into.tiles)
      if (modulo(startHour, into.hours) === 0) {
        this.#handOn(block, index, { tier: leaving.tier + 1, number: number - into.tiles })
      }
    }
    const source = from.firstTile + modulo(leaving.number, from.tiles)
    for (let metric = 0; metric < metrics.length; metric++) {
      const base = index * block.tilesPerSubject + metric * tiles
      if ((block.counts[base + source] as number) === 0) continue
      if (into !== undefined) {
        block.read(base + source, this.#other)
        block.read(base + target, this.#sketch)
        this.#sketch.merge(this.#other, bins[metric] as number)
        block.write(base + target, this.#sketch)
      }
      block.counts[base + source] = 0
    }
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
