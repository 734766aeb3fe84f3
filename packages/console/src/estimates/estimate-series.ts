// Estimates over time as lines of a chart. What was expected of a scope was estimated at the end of the one before, and what was sold
// on a host since counts besides; of all hosts the server has added it up; where the one before is missing nothing was expected, and the line has a gap.
import { type EstimatePointView, expectedPeak, type FleetPointView } from '@gleaner/model'
import type { ChartSeries } from '../charts/chart-types.ts'

type Key = 'cores' | 'memoryMiB'

/** A little more than any scope that is late. */
const lateShare = 1.5

export function hostSeries(items: readonly EstimatePointView[], key: Key): readonly ChartSeries[] {
  return lines({
    capacity: items.map((item) => item[key].capacity),
    booked: items.map((item) => item[key].booked),
    used: items.map((item) => item[key].peak ?? null),
    expected: expectedBefore(items, (before, point) => expectedPeak(before[key], point[key])),
  })
}

export function fleetSeries(items: readonly FleetPointView[], key: Key): readonly ChartSeries[] {
  return lines({
    capacity: items.map((item) => item[key].capacity),
    booked: items.map((item) => item[key].booked),
    used: items.map((item) => (item.hosts === item.blindHosts ? null : item[key].peak)),
    expected: items.map((item) => item[key].expected ?? null),
  })
}

/** Scopes that used more than was expected of them. */
export function exceededScopes(items: readonly EstimatePointView[], key: Key): readonly EstimatePointView[] {
  return items.filter((item) => item[key].violation > 0)
}

interface Lines {
  readonly capacity: readonly number[]
  readonly booked: readonly number[]
  readonly used: readonly (number | null)[]
  readonly expected: readonly (number | null)[]
}

function lines({ capacity, booked, used, expected }: Lines): readonly ChartSeries[] {
  return [
    { name: 'used at most', tone: 'accent', fill: true, values: used },
    { name: 'expected at most', tone: 'wheat', values: expected },
    { name: 'sold', tone: 'text', dash: true, values: booked },
    { name: 'capacity', tone: 'quiet', values: capacity },
  ]
}

function expectedBefore(
  items: readonly EstimatePointView[],
  expectedOf: (before: EstimatePointView, point: EstimatePointView) => number,
): (number | null)[] {
  const atMs = items.map(({ at }) => Date.parse(at))
  const steps = atMs.slice(1).map((ms, nth) => ms - (atMs[nth] ?? ms))
  const usualMs = Math.min(...steps)
  return items.map((point, nth) => {
    const before = items[nth - 1]
    return before !== undefined && (steps[nth - 1] ?? 0) <= usualMs * lateShare ? expectedOf(before, point) : null
  })
}
