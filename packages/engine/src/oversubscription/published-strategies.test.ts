// The published formulas on cases worked out by hand; the arithmetic stands beside each expectation.
import { describe, expect, it } from 'vitest'
import { defaultEstimatorOptions, type EstimatorOptions, HostEstimator } from './host-estimator.ts'
import type { HostSlice } from './host-slice.ts'
import type { StrategyName } from './strategy.ts'
import { buildSlice } from './testing/build-slice.ts'

function usedBy(
  strategy: StrategyName,
  slices: readonly HostSlice[],
  options: Partial<EstimatorOptions> = {},
): { used: number[]; free: number[]; memory: number[] } {
  const estimator = new HostEstimator({
    ...defaultEstimatorOptions,
    historyScopes: 1,
    ...options,
    strategies: [strategy],
  })
  const estimates = slices.map((slice) => estimator.add(slice).get(strategy))
  return {
    used: estimates.map((estimate) => estimate?.cpu.used ?? Number.NaN),
    free: estimates.map((estimate) => estimate?.cpu.free ?? Number.NaN),
    memory: estimates.map((estimate) => estimate?.memory.used ?? Number.NaN),
  }
}

const asPublished = { asPublished: true }
const six = [{ name: 'a', cores: 6, cpu: [1, 2, 3, 4] }]
const two = [
  buildSlice({ index: 0, cpu: [1, 2, 3, 4], instances: six }),
  buildSlice({ index: 1, cpu: [2, 4, 4, 6], instances: [{ ...six[0], name: 'a', cpu: [2, 4, 4, 6] }] }),
]

describe('percentile', () => {
  it('is P90 of the window, interpolated', () => {
    // [1 2 3 4]: position 0.9·3 = 2.7 → 3.7. [1 2 2 3 4 4 4 6]: position 6.3 → 4 + 0.3·2 = 4.6.
    const { used, free } = usedBy('percentile', two)
    expect(used[0]).toBeCloseTo(3.7, 12)
    expect(used[1]).toBeCloseTo(4.6, 12)
    expect(free).toEqual([4.3, 3.4])
  })

  it('treats memory alike and cuts it off to whole MB', () => {
    const slice = buildSlice({ cpu: [1], memoryCapacity: 100, memory: [10, 20.5] })
    // P90 of two: 10 + 0.9·10.5 = 19.45.
    expect(usedBy('percentile', [slice]).memory[0]).toBeCloseTo(19.45, 12)
    const estimator = new HostEstimator({ ...defaultEstimatorOptions, strategies: ['percentile'] })
    expect(estimator.add(slice).get('percentile')?.memory.tiers).toEqual({ tier0: 19, tier1: 0, tier2: 81 })
  })

  it('forgets what is older than the history', () => {
    const third = buildSlice({ index: 2, cpu: [0, 0, 0, 0], instances: six })
    const fourth = buildSlice({ index: 3, cpu: [0, 0, 0, 0], instances: six })
    expect(usedBy('percentile', [...two, third, fourth]).used[3]).toBe(0)
  })

  it('keeps a window for each slice of the scope', () => {
    const slices = [5, 1, 5, 1].map((level, index) => buildSlice({ index, cpu: [level, level] }))
    expect(usedBy('percentile', slices, { slicesPerScope: 2 }).used).toEqual([5, 1, 5, 1])
  })
})

describe('nsigma', () => {
  it('is mean + 5 population deviations, above the capacity as published', () => {
    // [1 2 3 4]: 2.5 + 5·√1.25 = 8.0902; eight samples: 3.25 + 5·√2.1875 = 10.6451.
    const { used, free } = usedBy('nsigma', two, asPublished)
    expect(used[0]).toBeCloseTo(8.0902, 4)
    expect(used[1]).toBeCloseTo(10.6451, 4)
    expect(free).toEqual([0, 0])
  })

  it('stays within the capacity in the corrected form', () => {
    expect(usedBy('nsigma', two).used).toEqual([8, 8])
  })
})

describe('borg', () => {
  it('is what is booked over 1.1', () => {
    // 6 / 1.1 = 5.4545: tier 0 is 5.5, free 8 − 5.5.
    const { used, free } = usedBy('borg', two)
    expect(used[0]).toBeCloseTo(5.4545, 4)
    expect(free[0]).toBe(2.5)
  })
})

describe('doa', () => {
  const host = (cpu: readonly number[], index: number, capacity: number) =>
    buildSlice({ index, capacity, cpu, instances: [{ name: 'a', cores: 100, cpu }] })

  it('takes a twentieth off each quiet slice and adds the half to a busy one', () => {
    // 64 cores: steps 3 (64/20 = 3.2 rounded) and 32; 60.8 is the threshold.
    const slices = [host([1], 0, 64), host([60.7], 1, 64), host([60.8], 2, 64), host([1], 3, 64)]
    expect(usedBy('doa', slices, asPublished).used).toEqual([97, 94, 126, 123])
    // Exact: 3.2, and never above the capacity.
    expect(usedBy('doa', slices).used).toEqual([64, 64, 64, 64])
  })

  it('rounds halves to even, so that ten cores never move', () => {
    const step = (capacity: number) => 100 - (usedBy('doa', [host([0], 0, capacity)], asPublished).used[0] as number)
    expect([10, 11, 29, 30, 50, 64, 256].map(step)).toEqual([0, 1, 1, 2, 2, 3, 13])
  })

  it('moves on small hosts in the corrected form', () => {
    const small = [0, 1].map((index) => buildSlice({ index, cpu: [1], instances: [{ name: 'a', cores: 6 }] }))
    const { used } = usedBy('doa', small)
    expect(used[0]).toBeCloseTo(5.6, 12)
    expect(used[1]).toBeCloseTo(5.2, 12)
  })

  it('never sells more than three times the capacity', () => {
    const slices = Array.from({ length: 90 }, (_, index) => host([0], index, 64))
    expect(usedBy('doa', slices, asPublished).used.at(-1)).toBe(-128)
  })

  it('starts again each scope without history, but only as published', () => {
    const slices = [0, 1, 2].map((index) =>
      buildSlice({ index, capacity: 40, cpu: [1], instances: [{ name: 'a', cores: 30, cpu: [index] }] }),
    )
    expect(usedBy('doa', slices, { ...asPublished, historyScopes: 0 }).used).toEqual([28, 28, 28])
    expect(usedBy('doa', slices, { historyScopes: 0 }).used).toEqual([28, 26, 24])
  })
})

describe('greedy', () => {
  const flags = (...cpu: boolean[]) => ({ stabilityFlags: { cpu, memory: cpu.map(() => true) } })
  // Each record differs from the one before: equal ones would count as ended, as published.
  const slice = (index: number, level: number, cores: number) =>
    buildSlice({ index, capacity: 20, cpu: [level, level], instances: [{ name: 'a', cores, cpu: [index] }] })

  it('starts from what is booked, follows the peak up by at least what was newly booked, and down only when stable', () => {
    const slices = [slice(0, 3, 6), slice(1, 5.03, 6), slice(2, 7.5, 9), slice(3, 1, 9), slice(4, 1, 9), slice(5, 1, 9)]
    // booked 6; 5.1 < 6: 6; 7.5 > 6 by 1.5, booked + 3: 9; window max 7.5 < 9: 9; stable: 1.0 once 7.5 has left the window.
    const { used } = usedBy('greedy', slices, { ...asPublished, ...flags(false, false, false, false, true, true) })
    expect(used.slice(0, 4)).toEqual([6, 6, 9, 9])
    expect(used[4]).toBeCloseTo(1, 12)
  })

  it('rounds the peak up to a tenth of a core', () => {
    // 5.03 → 5.1
    expect(usedBy('greedy', [slice(0, 5.03, 6)], flags(true)).used[0]).toBeCloseTo(5.1, 12)
  })
})

describe('scroogevm', () => {
  const flags = (...cpu: boolean[]) => ({ stabilityFlags: { cpu, memory: cpu.map(() => true) }, historyScopes: 0 })
  const slice = (index: number, low: number, high: number) => buildSlice({ index, capacity: 100, cpu: [low, high] })

  it('walks its ratio: down when stable, up when unstable and rising, unchanged when falling', () => {
    // Each window is one slice [m − 1, m + 1]: deviation 1, so used = m + r.
    const slices = [slice(0, 9, 11), slice(1, 9, 11), slice(2, 14, 16), slice(3, 4, 6)]
    const { used } = usedBy('scroogevm', slices, flags(false, true, false, false))
    // 3.5 at first (not rising); stable 3.4; rising 3.6; falling 3.6.
    expect(used.map((value) => Number(value.toFixed(9)))).toEqual([13.5, 13.4, 18.6, 8.6])
  })

  it('compares with the mean before rounded up to a tenth', () => {
    // 10.02 rounds up to 10.1: a rise to 10.05 is none.
    const slices = [slice(0, 9.02, 11.02), slice(1, 9.05, 11.05)]
    expect(usedBy('scroogevm', slices, flags(false, false)).used[1]).toBeCloseTo(10.05 + 3.5, 9)
  })

  it('keeps the ratio between 2 and 5', () => {
    const stable = Array.from({ length: 40 }, (_, index) => slice(index, 9, 11))
    expect(usedBy('scroogevm', stable, flags(...stable.map(() => true))).used.at(-1)).toBeCloseTo(12, 9)
    const rising = Array.from({ length: 40 }, (_, index) => slice(index, 9 + index, 11 + index))
    expect(usedBy('scroogevm', rising, flags(...rising.map(() => false))).used.at(-1)).toBeCloseTo(49 + 5, 9)
  })

  it('loses its ratio each scope without history as published', () => {
    const slices = [slice(0, 9, 11), slice(1, 9, 11)]
    expect(usedBy('scroogevm', slices, { ...asPublished, ...flags(true, true) }).used[1]).toBeCloseTo(13.4, 9)
    expect(usedBy('scroogevm', slices, flags(true, true)).used[1]).toBeCloseTo(13.3, 9)
  })
})

describe('rclike and maxpeak', () => {
  const quiet = { name: 'a', cores: 4, memoryMB: 100, cpu: [0.5, 0.5], memory: [30, 40] }
  const other = { name: 'b', cores: 2, memoryMB: 100, cpu: [0.1, 0.2], memory: [10, 10] }
  const slice = (index: number, instances: (typeof quiet)[]) =>
    buildSlice({ index, capacity: 16, memoryCapacity: 1000, cpu: [1, 1], memory: [50, 50], instances })

  it('counts an instance whole until its window is full, then with P99 of its usage in cores', () => {
    const { used, memory } = usedBy('rclike', [slice(0, [quiet]), slice(1, [{ ...quiet, cpu: [0.5, 0.6] }])])
    // P99 of [0.5 0.5 0.5 0.6]: position 2.97 → 0.5 + 0.97·0.1 = 0.597; memory: P100 of [30 40 30 40].
    expect(used[0]).toBe(4)
    expect(used[1]).toBeCloseTo(0.597, 12)
    expect(memory).toEqual([100, 40])
  })

  it('multiplies cores by cores as published, clamped to what was promised', () => {
    // 0.5 · 4 cores = 2; P99 of [0.1 0.2] = 0.199 · 2 = 0.398.
    const { used } = usedBy('rclike', [slice(0, [quiet, other])], { ...asPublished, historyScopes: 0 })
    expect(used[0]).toBeCloseTo(2.398, 12)
    const busy = { ...quiet, cpu: [3, 3] }
    expect(usedBy('rclike', [slice(0, [busy])], { ...asPublished, historyScopes: 0 }).used[0]).toBe(4)
  })

  it('goes on counting what is absent as published, and not in the corrected form', () => {
    const slices = [slice(0, [quiet, other]), slice(1, [quiet])]
    const published = usedBy('rclike', slices, { ...asPublished, historyScopes: 0 })
    // "a" repeats itself exactly, which counts as ended: 0. "b" is absent and still counts.
    expect(published.used[1]).toBeCloseTo(0.398, 12)
    expect(usedBy('rclike', slices, { historyScopes: 0 }).used[1]).toBeCloseTo(0.5, 12)
  })

  it('forgets for ever what ended by repeating itself, as published', () => {
    const slices = [slice(0, [quiet]), slice(1, [quiet]), slice(2, [{ ...quiet, cpu: [1, 1.5] }])]
    expect(usedBy('rclike', slices, { ...asPublished, historyScopes: 0 }).used).toEqual([2, 0, 0])
  })

  it('leaves out what the source marks as a repeat of the dead', () => {
    const slices = [slice(0, [quiet, other]), slice(1, [quiet, { ...other, isRepeat: true } as typeof other])]
    expect(usedBy('rclike', slices, { historyScopes: 0 }).used[1]).toBeCloseTo(0.5, 12)
    expect(usedBy('borg', slices, { historyScopes: 0 }).used[1]).toBeCloseTo(4 / 1.1, 12)
  })

  it('maxpeak is the larger of nsigma and rclike', () => {
    // nsigma: usage 1 without spread = 1. rclike with a full window: 0.5.
    expect(usedBy('maxpeak', [slice(0, [quiet])], { historyScopes: 0 }).used[0]).toBe(1)
    expect(usedBy('maxpeak', [slice(0, [quiet])]).used[0]).toBe(4)
  })
})
