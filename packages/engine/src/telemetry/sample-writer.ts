// Writes samples into the rings: which are refused, what becomes of late and repeated ones, when hours are folded.
//
// The time of a sample is the step it falls into; a second sample in the same step overwrites the first, metric by metric.
// Refused as a whole:  not-finite   its time is no number
//                      future       later than now + tolerance
//                      too-old      before the ring of the subject's newest sample, or older than anything is kept, or it would
//                                   change a sample that is already part of a sketch (a gap there is still filled).
//                                   So the past of a new subject can be taken in, as long as it comes in its order.
//                      backwards-clock  the subject has samples later than now + tolerance: the clock was set back, and until
//                                   it has caught up nobody can tell a late sample from a repeated one
// Refused value by value, the others are taken: not-finite, negative, too-large (> 2^50). NaN is a gap, not a refusal.
//
// Stored is the single-precision neighbour on the busy side: up for usage, down for `idle`, so that rounding alone can
// never make a machine look idle.
import { metrics } from '@gleaner/model'
import { type Block, indexInBlock, noStep } from './block.ts'
import type { Layout } from './layout.ts'
import { largestValue, smallestValue } from './log-buckets.ts'
import type { TierFolder } from './tier-folder.ts'

export const refusalReasons = [
  'not-finite',
  'future',
  'too-old',
  'backwards-clock',
  'negative',
  'too-large',
  'unknown-subject',
  'no-room',
] as const
export type RefusalReason = (typeof refusalReasons)[number]
export type Refusals = Record<RefusalReason, number>

export function noRefusals(): Refusals {
  return {
    'not-finite': 0,
    future: 0,
    'too-old': 0,
    'backwards-clock': 0,
    negative: 0,
    'too-large': 0,
    'unknown-subject': 0,
    'no-room': 0,
  }
}

export const idleMetric = metrics.indexOf('idle')

export class SampleWriter {
  readonly #layout: Layout
  readonly #folder: TierFolder
  readonly #futureToleranceMs: number
  readonly #late = new Float32Array(1)
  readonly #lateBits = new Uint32Array(this.#late.buffer)
  #atMs: Float64Array = new Float64Array(0)
  #values: Float64Array = new Float64Array(0)
  #latestMs = Number.NEGATIVE_INFINITY
  #oldestStep = 0
  /** Counted up; whoever wants to know about one batch puts `noRefusals()` here first. */
  refusals: Refusals = noRefusals()

  constructor(layout: Layout, folder: TierFolder, futureToleranceMs: number) {
    this.#layout = layout
    this.#folder = folder
    this.#futureToleranceMs = futureToleranceMs
  }

  /** Row r of a batch: at atMs[r] the values from r * metrics.length on, in the order of `metrics`. */
  begin(batch: { atMs: Float64Array; values: Float64Array }, nowMs: number): void {
    this.#atMs = batch.atMs
    this.#values = batch.values
    this.#latestMs = nowMs + this.#futureToleranceMs
    this.#oldestStep = Math.max(0, Math.floor((nowMs - this.#layout.retentionMs) / this.#layout.stepMs))
  }

  /** Takes one row of the batch; false when nothing of it was taken. */
  write(block: Block, slot: number, batchRow: number): boolean {
    const index = indexInBlock(slot)
    const { stepMs, rows } = this.#layout
    const values = this.#values
    const atMs = this.#atMs[batchRow] as number
    const head = block.head[index] as number
    const step = Math.floor(atMs / stepMs)
    if (
      !(atMs <= this.#latestMs && step >= this.#oldestStep && step > head - rows && head * stepMs <= this.#latestMs)
    ) {
      this.#refuseTime(atMs, head * stepMs)
      return false
    }
    const offset = batchRow * metrics.length
    let usable = 0
    for (let metric = 0; metric < metrics.length; metric++) {
      const value = values[offset + metric] as number
      if (value >= 0 && value <= largestValue) usable |= 1 << metric
      else if (!Number.isNaN(value)) this.#refuseValue(value)
    }
    if (usable === 0) return false
    if (step > head) this.#advance(block, slot, step)
    else if (step < head) {
      block.rewrite(index)
      if (step < (block.firstStep[index] as number)) block.firstStep[index] = step
    }
    if (step < (block.foldedHours[index] as number) * this.#layout.stepsPerHour) {
      return this.#fillGaps(block, index, { step, usable, offset, atMs })
    }
    const base = index * metrics.length * rows + (step % rows)
    for (let metric = 0; metric < metrics.length; metric++) {
      if ((usable & (1 << metric)) !== 0) this.#store(block, base + metric * rows, offset + metric)
    }
    this.#touch(block, index, { usable, atMs })
    return true
  }

  #store(block: Block, position: number, from: number): void {
    const { ring, ringBits } = block
    const given = this.#values[from] as number
    const value = given < smallestValue ? 0 : given
    ring[position] = value
    const stored = ring[position]
    if (stored === undefined || stored === value) return
    const idle = from % metrics.length === idleMetric
    if (idle && stored > value) ringBits[position] = (ringBits[position] as number) - 1
    else if (!idle && stored < value) ringBits[position] = (ringBits[position] as number) + 1
  }

  #touch(block: Block, index: number, what: { usable: number; atMs: number }): void {
    const base = index * metrics.length
    for (let metric = 0; metric < metrics.length; metric++) {
      if ((what.usable & (1 << metric)) !== 0 && !((block.lastAtMs[base + metric] as number) >= what.atMs)) {
        block.lastAtMs[base + metric] = what.atMs
      }
    }
    block.revision[index] = (block.revision[index] as number) + 1
  }

  #advance(block: Block, slot: number, step: number): void {
    const index = indexInBlock(slot)
    const { rows, stepsPerHour } = this.#layout
    const head = block.head[index] as number
    const base = index * metrics.length * rows
    if (head === noStep) {
      block.foldedHours[index] = Math.max(0, Math.floor((step - rows) / stepsPerHour) + 1)
      block.head[index] = step
      block.firstStep[index] = step
      return
    }
    if (step >= this.#folder.dueStep(block.foldedHours[index] as number, slot)) this.#folder.foldUpTo(block, slot, step)
    if (step - head >= rows) block.ring.fill(Number.NaN, base, base + metrics.length * rows)
    else {
      for (let gap = head + 1; gap <= step; gap++) {
        const position = base + (gap % rows)
        for (let metric = 0; metric < metrics.length; metric++) block.ring[position + metric * rows] = Number.NaN
      }
    }
    block.head[index] = step
  }

  /** A late sample of an hour that is a sketch already, but still in the ring: new values join both, changes are refused. */
  #fillGaps(
    block: Block,
    index: number,
    late: { step: number; usable: number; offset: number; atMs: number },
  ): boolean {
    const { rows } = this.#layout
    block.rewrite(index)
    let filled = 0
    let same = false
    for (let metric = 0; metric < metrics.length; metric++) {
      if ((late.usable & (1 << metric)) === 0) continue
      const position = (index * metrics.length + metric) * rows + (late.step % rows)
      const before = block.ringBits[position] as number
      const gap = Number.isNaN(block.ring[position])
      this.#store(block, position, late.offset + metric)
      if (gap) {
        this.#lateBits[0] = block.ringBits[position] as number
        this.#folder.addLate(block, index, { metric, step: late.step, value: this.#late })
        filled |= 1 << metric
      } else if (block.ringBits[position] === before) same = true
      else {
        block.ringBits[position] = before
        this.refusals['too-old']++
      }
    }
    if (filled !== 0) this.#touch(block, index, { usable: filled, atMs: late.atMs })
    return filled !== 0 || same
  }

  #refuseTime(atMs: number, headMs: number): void {
    if (!Number.isFinite(atMs)) this.refusals['not-finite']++
    else if (atMs > this.#latestMs) this.refusals.future++
    else if (headMs > this.#latestMs) this.refusals['backwards-clock']++
    else this.refusals['too-old']++
  }

  #refuseValue(value: number): void {
    if (!Number.isFinite(value)) this.refusals['not-finite']++
    else if (value < 0) this.refusals.negative++
    else this.refusals['too-large']++
  }
}
