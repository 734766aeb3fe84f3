import { describe, expect, it } from 'vitest'
import { defaultEstimatorOptions, HostEstimator } from './host-estimator.ts'
import type { HostSlice } from './host-slice.ts'
import { peakOracle } from './peak-oracle.ts'
import type { StrategyName } from './strategy.ts'
import { publishedParameters } from './strategy-parameters.ts'
import { buildSlice } from './testing/build-slice.ts'

const parameters = {
  ...publishedParameters,
  google: { ...publishedParameters.google, warmSamples: 4, historySamples: 4, percentile: 50, deviations: 2 },
}

function last(strategy: StrategyName, slices: readonly HostSlice[]): number {
  const estimator = new HostEstimator({ ...defaultEstimatorOptions, strategies: [strategy], parameters })
  let used = Number.NaN
  for (const slice of slices) used = estimator.add(slice).get(strategy)?.cpu.used ?? Number.NaN
  return used
}

// Two warm instances of 4 and 2 cores, one cold of 3 (two samples only).
const slice = buildSlice({
  capacity: 100,
  cpu: [3, 3, 3, 3],
  instances: [
    { name: 'a', cores: 4, cpu: [1, 2, 2, 3] },
    { name: 'b', cores: 2, cpu: [1, 1, 2, 0] },
    { name: 'c', cores: 3, cpu: [1, 1] },
  ],
})

describe('Google’s predictors', () => {
  it('limit and its share', () => {
    expect(last('google-limit', [slice])).toBe(9)
    expect(last('google-borg-default', [slice])).toBeCloseTo(8.1, 12)
  })

  it('percentile of each instance: ratios times the limit, the cold one whole', () => {
    // a: median of .25 .5 .5 .75 = .5 → 2; b: median of .5 .5 1 0 = .5 → 1; c: 3.
    expect(last('google-instance-percentile', [slice])).toBeCloseTo(6, 12)
  })

  it('percentile of the host: usage over limit per lag', () => {
    // Lags, newest first: (3+0)/6 = .5, (2+2)/6 = .667, (2+1)/6 = .5, (1+1)/6 = .333: median .5 → 3, and 3 for the cold one.
    expect(last('google-host-percentile', [slice])).toBeCloseTo(6, 12)
  })

  it('N-sigma with the sample deviation', () => {
    // Ratios .5 .667 .5 .333: mean .5, squares 0 + 1/36 + 0 + 1/36 over 3 = .0185, root .1361: .5 + 2 · .1361 = .7722 → 4.633 + 3.
    expect(last('google-nsigma', [slice])).toBeCloseTo(6 * (0.5 + 2 * Math.sqrt(1 / 54)) + 3, 12)
    expect(last('google-max-peak', [slice])).toBeCloseTo(6 * (0.5 + 2 * Math.sqrt(1 / 54)) + 3, 12)
  })

  it('the largest ever, beyond the window, for those that are present', () => {
    const quiet = (index: number) =>
      buildSlice({ index, capacity: 100, cpu: [1], instances: [{ name: 'a', cores: 4, cpu: [1, 1, 1, 1] }] })
    const slices = [slice, quiet(1), quiet(2), quiet(3), quiet(4), quiet(5)]
    expect(last('google-max', slices)).toBe(3)
  })
})

describe('peakOracle', () => {
  const future = buildSlice({
    index: 1,
    cpu: [],
    instances: [
      { name: 'a', cores: 4, cpu: [1, 2, Number.NaN] },
      { name: 'new', cores: 4, cpu: [4, 4, 4] },
      { name: 'b', cores: 2, cpu: [0.5, 1, 1.5] },
    ],
  })

  it('is the highest usage together of those present now', () => {
    // a + b: 1.5, 3, 1.5 (a is missing).
    expect(peakOracle([slice, future], 0, { resource: 'cpu', horizon: 1 })).toBe(3)
  })

  it('is what was promised when nothing comes', () => {
    expect(peakOracle([slice], 0, { resource: 'cpu', horizon: 1 })).toBe(9)
  })
})
