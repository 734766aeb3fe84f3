import { describe, expect, it } from 'vitest'
import { frontierChart, knobLines, onFrontier } from './frontier-chart.ts'
import { niceTicks } from './line-chart.ts'

const point = (strategy: string, misprediction: number, violation: number) => ({
  strategy,
  misprediction,
  violation,
  color: '',
})

describe('onFrontier', () => {
  it('keeps those nobody beats in both', () => {
    const points = [point('a', 1, 3), point('b', 2, 2), point('c', 3, 2), point('d', 5, 0), point('e', 5, 0)]
    expect(onFrontier(points).map(({ strategy }) => strategy)).toEqual(['a', 'b', 'd', 'e'])
  })
})

describe('knobLines', () => {
  const points = [point('g@10', 3, 0), point('n@2', 1, 1), point('g', 2, 2), point('g@2', 1, 3), point('o', 1, 1)]

  it('join what is one strategy by its knob, in the order of numbers', () => {
    const [line, ...others] = knobLines(points)
    expect(line?.map(({ strategy }) => strategy)).toEqual(['g@2', 'g@10'])
    expect(others).toEqual([])
  })

  it('are marked with the value of the knob, where there is room for it', () => {
    const chart = frontierChart([...points, point('g@10.1', 3, 0)])
    expect(chart).toContain('>2</text>')
    expect(chart).not.toContain('>10</text>')
    expect(chart).toContain('>g@10.1</text>')
    expect(chart.match(/<path class="line" /g)).toHaveLength(1)
    expect(chart).toContain('<title>g@10:')
  })
})

describe('niceTicks', () => {
  it('cover the range in round steps', () => {
    expect(niceTicks(0, 63)).toEqual([0, 20, 40, 60, 80])
    expect(niceTicks(-0.3, 0.9)).toEqual([-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1])
    expect(niceTicks(0, 0).length).toBeGreaterThan(1)
  })
})
