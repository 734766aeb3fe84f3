// Since when have all samples of a metric been below a bound, without a break, up to now? The run begins with its first
// sample and ends, looking back, at a sample that is not below the bound or at more than `maxGapMs` without any sample.
// `sinceMs` is the latest time at which the run can have begun (exact in the ring, by tile beyond), `earliestMs` the
// earliest: what a tile hides (where its gaps are, when it was busy) counts against the run. A busy present is a run of
// no length, `toMs`; no sample within `maxGapMs` is no answer, NaN: no data is never quiet.
import { metrics } from '@gleaner/model'
import { type Block, noStep } from './block.ts'
import type { Layout } from './layout.ts'
import { TileWalk } from './tile-walk.ts'

export interface QuietQuestion {
  readonly below: number
  readonly toMs: number
  readonly maxGapMs: number
}

export interface QuietAnswer {
  readonly sinceMs: number
  readonly earliestMs: number
}

const noAnswer: QuietAnswer = { sinceMs: Number.NaN, earliestMs: Number.NaN }

export function quietSince(
  layout: Layout,
  at: { readonly block: Block; readonly series: number },
  question: QuietQuestion,
): QuietAnswer {
  const { stepMs, rows } = layout
  const { block, series } = at
  const head = block.head[Math.floor(series / metrics.length)] as number
  const last = Math.ceil(question.toMs / stepMs) - 1
  const maxGap = Math.floor(question.maxGapMs / stepMs)
  if (head === noStep || !Number.isFinite(last)) return noAnswer

  let begin = last + 1
  const oldestRow = Math.max(0, head - rows + 1)
  for (let step = Math.min(last, head); step >= oldestRow; step--) {
    const value = block.ring[series * rows + (step % rows)] as number
    if (!(value >= 0)) continue
    if (begin - step - 1 > maxGap)
      return begin > last ? noAnswer : { sinceMs: begin * stepMs, earliestMs: begin * stepMs }
    if (!(value < question.below)) {
      const sinceMs = Math.min(begin * stepMs, question.toMs)
      return { sinceMs, earliestMs: sinceMs }
    }
    begin = step
  }
  return beyondRing(layout, at, { question, last, maxGap, begin })
}

/** Goes on in the tiles: `begin` stops at the first doubt, `earliest` at the first certainty. */
function beyondRing(
  layout: Layout,
  at: { readonly block: Block; readonly series: number },
  run: { question: QuietQuestion; last: number; maxGap: number; begin: number },
): QuietAnswer {
  const { block, series } = at
  const { question, last, maxGap } = run
  let { begin } = run
  let earliest = begin
  let sure = true
  const walk = new TileWalk(layout, block, Math.floor(series / metrics.length))
  while (walk.next()) {
    const { ordinal, startStep, endStep } = walk
    if (startStep > last || startStep >= earliest) continue
    const tile = series * layout.tiles + ordinal
    const samples = block.counts[tile] as number
    if (earliest - (samples === 0 ? startStep : endStep) > maxGap) break
    if (samples === 0) continue
    const missing = endStep - startStep - samples
    if (missing + Math.max(0, begin - endStep) > maxGap || endStep > last + 1) sure = false
    if (!((block.maximums[tile] as number) < question.below)) {
      if ((block.minimums[tile] as number) < question.below) earliest = Math.min(earliest, startStep + 1)
      break
    }
    // With all its samples at its end, the first one is this late.
    if (sure) begin = Math.min(begin, endStep - samples)
    earliest = startStep
  }
  if (earliest > last) return noAnswer
  const sinceMs = Math.min(begin * layout.stepMs, question.toMs)
  return { sinceMs, earliestMs: Math.min(earliest * layout.stepMs, sinceMs) }
}
