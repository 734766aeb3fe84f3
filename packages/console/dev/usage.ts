// How the fake instances and hosts use what they have: a value for every moment, made from the id alone, so that charts,
// sparklines and current values always agree.
import type { Metric, SeriesView } from '@gleaner/model'
import { metricUnits } from '@gleaner/model'
import { hashOf, seeded } from './random.ts'

const dayMs = 86_400_000

export interface UsageShape {
  readonly id: string
  readonly cores: number
  readonly memoryMiB: number
  /** idle: nearly nothing; daily: follows office hours; steady; bursty. */
  readonly load: 'idle' | 'daily' | 'steady' | 'bursty'
}

/** Cores used at a moment. */
export function cpuAt({ id, cores, load }: UsageShape, atMs: number): number {
  const noise = seeded(hashOf(id) ^ Math.floor(atMs / 60_000))()
  const phase = (hashOf(id) % 1000) / 1000
  const day = Math.sin(((atMs / dayMs + phase * 0.1) % 1) * 2 * Math.PI - Math.PI / 2) / 2 + 0.5
  if (load === 'idle') return cores * (0.002 + 0.006 * noise)
  if (load === 'daily') return cores * (0.05 + 0.65 * day * (0.8 + 0.4 * noise) * 0.9)
  if (load === 'steady') return cores * (0.4 + 0.2 * phase + 0.08 * noise)
  return cores * (noise > 0.88 ? 0.9 : 0.04 + 0.08 * noise)
}

export function valueAt(shape: UsageShape, metric: Metric, atMs: number): number {
  const cpu = cpuAt(shape, atMs)
  const share = shape.cores === 0 ? 0 : cpu / shape.cores
  switch (metric) {
    case 'cpu':
      return cpu
    case 'memory':
      return shape.memoryMiB * (0.25 + 0.5 * Math.min(1, share + ((hashOf(shape.id) >>> 8) % 100) / 250))
    case 'networkRx':
      return share * 4_000_000 + 800
    case 'networkTx':
      return share * 2_500_000 + 300
    case 'disk':
      return share * 9_000_000 + 2000
    case 'users':
      return share > 0.3 ? 1 + (hashOf(shape.id) % 3) : 0
    case 'idle':
      return shape.load === 'idle' ? (atMs % (3 * dayMs)) / 1000 : share * 60
  }
}

export function seriesOf(
  shape: UsageShape,
  metric: Metric,
  span: { fromMs: number; toMs: number; points: number },
): SeriesView {
  const stepMs = (span.toMs - span.fromMs) / span.points
  const view: SeriesView = { metric, unit: metricUnits[metric], at: [], average: [], minimum: [], maximum: [] }
  const gapAt = hashOf(shape.id) % span.points
  for (let i = 0; i < span.points; i++) {
    const atMs = span.fromMs + i * stepMs
    view.at.push(new Date(atMs).toISOString())
    if (Math.abs(i - gapAt) < span.points / 60) {
      view.average.push(null)
      view.minimum.push(null)
      view.maximum.push(null)
      continue
    }
    const values = [0.1, 0.4, 0.7, 0.95].map((part) => valueAt(shape, metric, atMs + stepMs * part))
    view.average.push(values.reduce((a, b) => a + b, 0) / values.length)
    view.minimum.push(Math.min(...values))
    view.maximum.push(Math.max(...values))
  }
  return view
}
