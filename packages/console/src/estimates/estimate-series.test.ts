import type { EstimatePointView } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { exceededScopes, fleetSeries, hostSeries } from './estimate-series.ts'

const hourMs = 3_600_000

function point(hour: number, figures: Partial<EstimatePointView['cores']> = {}): EstimatePointView {
  const part = { capacity: 16, booked: 12, peak: 4, estimate: 5, violation: 0, confidence: 0.9, ...figures }
  return {
    at: new Date(hour * hourMs).toISOString(),
    scopeS: 3600,
    strategy: 'gleaner',
    blind: false,
    cores: part,
    memoryMiB: part,
  }
}
const valuesOf = (items: readonly EstimatePointView[], name: string) =>
  hostSeries(items, 'cores').find((series) => series.name === name)?.values

describe('estimates as lines', () => {
  it('stand at the scope they were made for, not at the one they were made from', () => {
    const items = [point(1, { estimate: 5 }), point(2, { estimate: 6 }), point(3, { estimate: 7 })]
    expect(valuesOf(items, 'expected at most')).toEqual([null, 5, 6])
  })

  it('count what was sold since the estimate in full, as the judgement does', () => {
    const items = [
      point(1, { estimate: 5, booked: 12 }),
      point(2, { estimate: 6, booked: 20 }),
      point(3, { booked: 14 }),
    ]
    expect(valuesOf(items, 'expected at most')).toEqual([null, 13, 6])
  })

  it('have a gap after a scope without an estimate', () => {
    const items = [point(1), point(2, { estimate: 8 }), point(5), point(6)]
    expect(valuesOf(items, 'expected at most')).toEqual([null, 5, null, 5])
  })

  it('show what was not measured as a gap, never as nothing used', () => {
    const { peak: _, ...unmeasured } = point(2).cores
    const items = [point(1), { ...point(2), cores: unmeasured }]
    expect(valuesOf(items, 'used at most')).toEqual([4, null])
  })

  it('of all hosts have what was sold since the estimate in them as well', () => {
    const figures = { capacity: 60, booked: 40, mean: 4, peak: 10, estimate: 20, violatedHosts: 0, violation: 0 }
    const at = (hour: number, expected?: number) => {
      const part = { ...figures, ...(expected === undefined ? {} : { expected }) }
      return { at: new Date(hour * hourMs).toISOString(), hosts: 2, blindHosts: 0, cores: part, memoryMiB: part }
    }
    const lines = fleetSeries([at(1), at(2, 28), at(3, 20)], 'cores')
    expect(lines.find(({ name }) => name === 'expected at most')?.values).toEqual([null, 28, 20])
  })

  it('count the scopes that used more', () => {
    expect(exceededScopes([point(1), point(2, { violation: 0.5 })], 'cores').map(({ at }) => at)).toEqual([point(2).at])
  })
})
