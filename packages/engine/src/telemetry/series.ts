// Usage over time for drawing: at most `maxPoints` points, each with average, minimum and maximum of its stretch. Within
// the ring the stretches are equal; where only tiles are left, a tile is a point of its own, drawn at its start (or at the
// start of the window when that cuts it) unless the stretches are longer. A stretch without samples is null: nothing is
// interpolated.
import { metrics } from '@gleaner/model'
import { type Block, noStep } from './block.ts'
import type { Layout } from './layout.ts'
import { TileWalk } from './tile-walk.ts'

export interface TelemetrySeries {
  readonly atMs: readonly number[]
  readonly average: readonly (number | null)[]
  readonly minimum: readonly (number | null)[]
  readonly maximum: readonly (number | null)[]
}

export interface SeriesWindow {
  readonly fromMs: number
  readonly toMs: number
  readonly maxPoints: number
}

/** A stretch of time [start, end) in steps with its summary. */
interface Segment {
  readonly start: number
  readonly end: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
}

export function readSeries(
  layout: Layout,
  at: { readonly block: Block; readonly series: number },
  window: SeriesWindow,
): TelemetrySeries {
  const { stepMs } = layout
  const first = Math.max(0, Math.ceil(window.fromMs / stepMs))
  const last = Math.ceil(window.toMs / stepMs) - 1
  const result = { atMs: [], average: [], minimum: [], maximum: [] } as {
    atMs: number[]
    average: (number | null)[]
    minimum: (number | null)[]
    maximum: (number | null)[]
  }
  const points = Math.floor(window.maxPoints)
  if (!(last >= first && points >= 1)) return result
  const length = Math.ceil((last - first + 1) / points)
  const segments = [...tileSegments(layout, at, { first, last }), ...rowSegments(layout, at, { first, last })]

  let next = 0
  for (let start = first; start <= last; start += length) {
    const end = start + length
    let count = 0
    let sum = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    let hidden = next > 0 && (segments[next - 1] as Segment).end >= end && (segments[next - 1] as Segment).count > 0
    for (; next < segments.length; next++) {
      const segment = segments[next] as Segment
      if (Math.max(segment.start, first) >= end) break
      hidden = false
      if (segment.count === 0) continue
      count += segment.count
      sum += segment.sum
      if (segment.min < min) min = segment.min
      if (segment.max > max) max = segment.max
    }
    // Inside a tile that has been drawn already there is nothing to add, and no gap either.
    if (hidden && count === 0) continue
    result.atMs.push(start * stepMs)
    result.average.push(count > 0 ? Math.min(Math.max(sum / count, min), max) : null)
    result.minimum.push(count > 0 ? min : null)
    result.maximum.push(count > 0 ? max : null)
  }
  return result
}

function rowSegments(
  layout: Layout,
  at: { readonly block: Block; readonly series: number },
  range: { first: number; last: number },
): Segment[] {
  const { rows, stepsPerHour } = layout
  const { block, series } = at
  const index = Math.floor(series / metrics.length)
  const head = block.head[index] as number
  if (head === noStep) return []
  const oldestRow = Math.max(0, head - rows + 1)
  const folded = (block.foldedHours[index] as number) * stepsPerHour
  const from = range.first >= oldestRow ? range.first : Math.max(oldestRow, folded)
  const segments: Segment[] = []
  for (let step = from; step <= Math.min(range.last, head); step++) {
    const value = block.ring[series * rows + (step % rows)] as number
    if (value >= 0) segments.push({ start: step, end: step + 1, count: 1, sum: value, min: value, max: value })
  }
  return segments
}

/** None when the window begins within the ring: the rows tell everything then. */
function tileSegments(
  layout: Layout,
  at: { readonly block: Block; readonly series: number },
  range: { first: number; last: number },
): Segment[] {
  const { block, series } = at
  const index = Math.floor(series / metrics.length)
  const head = block.head[index] as number
  if (head === noStep || range.first >= Math.max(0, head - layout.rows + 1)) return []
  const segments: Segment[] = []
  const walk = new TileWalk(layout, block, index)
  while (walk.next()) {
    const { ordinal, startStep, endStep } = walk
    if (endStep <= range.first || startStep > range.last) continue
    const tile = series * layout.tiles + ordinal
    segments.push({
      start: startStep,
      end: endStep,
      count: block.counts[tile] as number,
      sum: block.sums[tile] as number,
      min: block.minimums[tile] as number,
      max: block.maximums[tile] as number,
    })
  }
  return segments.reverse()
}
