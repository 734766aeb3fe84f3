import { describe, expect, it } from 'vitest'
import { onFrontier } from './frontier-chart.ts'
import { niceTicks } from './line-chart.ts'

describe('onFrontier', () => {
  it('keeps those nobody beats in both', () => {
    const point = (strategy: string, misprediction: number, violation: number) => ({
      strategy,
      misprediction,
      violation,
      color: '',
    })
    const points = [point('a', 1, 3), point('b', 2, 2), point('c', 3, 2), point('d', 5, 0), point('e', 5, 0)]
    expect(onFrontier(points).map(({ strategy }) => strategy)).toEqual(['a', 'b', 'd', 'e'])
  })
})

describe('niceTicks', () => {
  it('cover the range in round steps', () => {
    expect(niceTicks(0, 63)).toEqual([0, 20, 40, 60, 80])
    expect(niceTicks(-0.3, 0.9)).toEqual([-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1])
    expect(niceTicks(0, 0).length).toBeGreaterThan(1)
  })
})
