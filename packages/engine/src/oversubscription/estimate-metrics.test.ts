import { describe, expect, it } from 'vitest'
import { addJudgement, judgeSlice, nothingJudged, type SliceOutcome } from './estimate-metrics.ts'

const outcome = (parts: Partial<SliceOutcome>): SliceOutcome => ({
  capacity: 10,
  booked: 12,
  free: 4,
  used: 6,
  p99: 5,
  peak: 5.5,
  samples: Float64Array.of(4, 5, 5.5, Number.NaN),
  ...parts,
})

describe('judgeSlice', () => {
  it('expects what was free less what was newly booked', () => {
    // expected 4 − 2 = 2; truth 10 − 5 = 5; misprediction 3, no violation. Prediction 6 + 2 = 8.
    const judged = judgeSlice(outcome({}), outcome({ booked: 14, free: 1 }))
    expect(judged).toMatchObject({ misprediction: 3, violation: 0, decrease: 1, isViolated: false, severity: 0 })
    expect(judged.savings).toBeCloseTo(1 - 8 / 14, 12)
  })

  it('corrects by the usage itself when less is booked', () => {
    // correction 3 − 5 = −2; expected 6; truth 7; misprediction 1.
    expect(judgeSlice(outcome({}), outcome({ booked: 10, p99: 3 })).misprediction).toBe(1)
  })

  it('counts a violation by its size, and in parts of the peak', () => {
    // expected 4, truth 10 − 8 = 2: misprediction −2. Peak 9 over a prediction of 6.
    const judged = judgeSlice(outcome({}), outcome({ p99: 8, peak: 9, samples: Float64Array.of(5, 7, 9, 6) }))
    expect(judged).toMatchObject({ misprediction: 2, violation: 2, isViolated: true, samplesAbove: 0.5, excess: 1 })
    expect(judged.severity).toBeCloseTo(1 / 3, 12)
  })
})

describe('addJudgement', () => {
  it('sums in parts of the capacity and averages the rates', () => {
    const good = judgeSlice(outcome({}), outcome({}))
    const bad = judgeSlice(outcome({}), outcome({ p99: 8, peak: 9, samples: Float64Array.of(9) }))
    const fared = addJudgement(addJudgement(nothingJudged, good, 10), bad, 10)
    expect(fared).toMatchObject({ judged: 2, violationRate: 0.5, violation: 0.2 })
    expect(fared.misprediction).toBeCloseTo(0.1 + 0.2, 12)
  })

  it('leaves out what makes no sense', () => {
    const judged = judgeSlice(outcome({}), outcome({}))
    expect(addJudgement(nothingJudged, judged, 0)).toBe(nothingJudged)
    expect(addJudgement(nothingJudged, { ...judged, misprediction: Number.NaN }, 10)).toBe(nothingJudged)
  })
})
