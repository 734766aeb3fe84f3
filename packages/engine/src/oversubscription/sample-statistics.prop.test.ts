import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deviationOf,
  maximumOf,
  meanOf,
  percentileOf,
  percentileOfSorted,
  sampleDeviationOf,
} from './sample-statistics.ts'
import { roundToTenth, roundUpTo } from './round-half-even.ts'
import { tiersOf } from './tiers.ts'

const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })

describe('sample statistics', () => {
  it('a percentile by selection is the percentile by sorting', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 100, noNaN: true }), (list, percent) => {
        const sorted = Float64Array.from(list).sort()
        const position = (percent / 100) * (list.length - 1)
        const lower = sorted[Math.floor(position)] as number
        const upper = sorted[Math.ceil(position)] as number
        const found = percentileOf(Float64Array.from(list), percent)
        expect(found).toBeGreaterThanOrEqual(lower)
        expect(found).toBeLessThanOrEqual(upper)
        expect(found).toBe(percentileOfSorted(sorted, percent))
      }),
    )
  })

  it('missing samples change nothing', () => {
    fc.assert(
      fc.property(samples, fc.nat(), (list, at) => {
        const whole = Float64Array.from(list)
        const holed = Float64Array.from([
          ...list.slice(0, at % list.length),
          Number.NaN,
          ...list.slice(at % list.length),
        ])
        expect(meanOf(holed)).toBe(meanOf(whole))
        expect(deviationOf(holed)).toBe(deviationOf(whole))
        expect(maximumOf(holed)).toBe(maximumOf(whole))
        expect(percentileOf(holed, 90)).toBe(percentileOf(whole, 90))
      }),
    )
  })

  it('of nothing there is no figure', () => {
    for (const empty of [new Float64Array(), Float64Array.of(Number.NaN)]) {
      for (const figure of [meanOf(empty), deviationOf(empty), maximumOf(empty), percentileOf(empty, 50)]) {
        expect(figure).toBeNaN()
      }
    }
  })

  it('the sample deviation divides by one less', () => {
    expect(sampleDeviationOf(Float64Array.of(1, 3))).toBeCloseTo(Math.SQRT2, 12)
    expect(sampleDeviationOf(Float64Array.of(5))).toBe(0)
  })
})

describe('rounding', () => {
  it('halves go to the even neighbour, after scaling', () => {
    expect([0.25, 0.35, 0.15, 8.25, -0.25, 2.449].map(roundToTenth)).toEqual([0.2, 0.4, 0.2, 8.2, -0.2, 2.4])
  })

  it('rounds up to a step', () => {
    expect(roundUpTo(5.03, 0.1)).toBeCloseTo(5.1, 12)
    expect(roundUpTo(5, 1)).toBe(5)
  })
})

describe('tiersOf', () => {
  it('leaves the tenth of an exact half in tier 1', () => {
    // 8.25 → 8.2; the residue 0.05 (and a hair) → 0.1; 16 − 0.1 − 8.2.
    expect(tiersOf('cpu', 8.25, 16)).toEqual({ tier0: 8.2, tier1: 0.1, tier2: 7.7 })
  })

  it('cuts memory off and is never negative', () => {
    expect(tiersOf('memory', 99.9, 200)).toEqual({ tier0: 99, tier1: 0, tier2: 101 })
    expect(tiersOf('cpu', 20, 16)).toEqual({ tier0: 20, tier1: 0, tier2: 0 })
    expect(tiersOf('cpu', -4, 16)).toEqual({ tier0: -4, tier1: 0, tier2: 20 })
  })
})
