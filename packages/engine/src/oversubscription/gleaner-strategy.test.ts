import { describe, expect, it } from 'vitest'
import { defaultGleanerOptions } from './gleaner-options.ts'
import { defaultEstimatorOptions, HostEstimator, type SavedEstimator } from './host-estimator.ts'
import type { HostSlice } from './host-slice.ts'
import { buildSlice, type InstanceParts } from './testing/build-slice.ts'

const wave = (level: number, ripple = 0.1): number[] =>
  Array.from({ length: 12 }, (_, i) => level + ripple * Math.sin((2 * Math.PI * i) / 12))

function hostOf(
  index: number,
  instances: readonly (InstanceParts & { cpu: readonly number[] })[],
  capacity = 32,
): HostSlice {
  const cpu = Array.from({ length: 12 }, (_, i) => instances.reduce((sum, one) => sum + (one.cpu[i] as number), 0))
  return buildSlice({ index, capacity, cpu, instances })
}

function run(slices: readonly HostSlice[], gleaner = defaultGleanerOptions) {
  const estimator = new HostEstimator({ ...defaultEstimatorOptions, gleaner })
  return slices.map((slice) => {
    const estimate = estimator.add(slice).get('gleaner')
    if (estimate === undefined) throw new Error('no estimate')
    return estimate.cpu
  })
}

describe('gleaner', () => {
  it('comes close to what a steady host uses, from above', () => {
    const slices = Array.from({ length: 24 }, (_, index) => hostOf(index, [{ name: 'a', cores: 16, cpu: wave(5) }]))
    const last = run(slices).at(-1)
    expect(last?.used).toBeGreaterThanOrEqual(5.1)
    expect(last?.used).toBeLessThan(5.5)
    expect(last?.fared.violationRate).toBe(0)
    expect(last?.evidence['confidence']).toBeGreaterThan(0.9)
  })

  it('takes what has left out of the past at once', () => {
    const stay = { name: 'stays', cores: 8, cpu: wave(2) }
    const slices = Array.from({ length: 20 }, (_, index) =>
      hostOf(index, index < 18 ? [stay, { name: 'leaves', cores: 16, cpu: wave(10) }] : [stay]),
    )
    const estimates = run(slices)
    expect(estimates[17]?.used).toBeGreaterThan(12)
    expect(estimates[18]?.used).toBeLessThan(3)
  })

  it('keeps room for a newcomer until it is known', () => {
    const stay = { name: 'stays', cores: 8, cpu: wave(2) }
    const slices = Array.from({ length: 24 }, (_, index) =>
      hostOf(index, index < 18 ? [stay] : [stay, { name: 'new', cores: 16, cpu: wave(1) }]),
    )
    const estimates = run(slices)
    const kept = estimates.map(({ evidence }) => evidence['keptForNewcomers'] as number)
    expect(kept[17]).toBe(0)
    // A quarter of the 14.9 cores it has not touched, then half of that, then nothing.
    expect(kept[18]).toBeCloseTo(0.25 * 14.9, 1)
    expect(kept[19]).toBeCloseTo(0.125 * 14.9, 1)
    expect(kept[20]).toBe(0)
    expect(estimates[18]?.used).toBeGreaterThan(3 + 3)
  })

  it('backs off after a violation and calms down again', () => {
    const slices = Array.from({ length: 40 }, (_, index) =>
      hostOf(index, [{ name: 'a', cores: 30, cpu: wave(index === 20 ? 9 : 3) }]),
    )
    const estimates = run(slices)
    const kept = estimates.map(({ evidence }) => evidence['keptAfterViolation'] as number)
    expect(kept[19]).toBeCloseTo(0, 6)
    expect(kept[20]).toBeGreaterThan(1)
    expect(kept[21]).toBeCloseTo((kept[20] as number) / 5, 9)
    expect(estimates[20]?.evidence['confidence']).toBeLessThan(estimates[19]?.evidence['confidence'] as number)
    expect(estimates[21]?.used).toBeGreaterThan((estimates[19]?.used as number) + 3)
    expect(estimates[39]?.used).toBeLessThan(estimates[21]?.used as number)
  })

  it('finds a period and expects the peak before it comes', () => {
    const slices = Array.from({ length: 60 }, (_, index) =>
      hostOf(index, [{ name: 'a', cores: 40, cpu: wave(index % 6 === 0 ? 12 : 2) }], 48),
    )
    const estimates = run(slices)
    expect(estimates[59]?.evidence['periodScopes']).toBe(6)
    // Slice 60 would be the peak; the two after a peak are quiet ones.
    expect(estimates[59]?.used).toBeGreaterThan(estimates[55]?.used as number)
    expect(estimates[59]?.used).toBeGreaterThan(11)
  })

  it('goes on after a restart as if there had been none', () => {
    const slices = Array.from({ length: 30 }, (_, index) =>
      hostOf(index, [
        { name: 'a', cores: 16, cpu: wave(3 + (index % 5)) },
        ...(index % 7 === 0 ? [] : [{ name: 'b', cores: 8, cpu: wave(1 + (index % 3)) }]),
      ]),
    )
    const whole = run(slices)
    const first = new HostEstimator(defaultEstimatorOptions)
    for (const slice of slices.slice(0, 15)) first.add(slice)
    const saved = JSON.parse(JSON.stringify(first.save())) as SavedEstimator
    const second = new HostEstimator(defaultEstimatorOptions, saved)
    for (const slice of slices.slice(11, 15)) second.warm(slice)
    const rest = slices.slice(15).map((slice) => second.add(slice).get('gleaner')?.cpu.used)
    expect(rest).toEqual(whole.slice(15).map(({ used }) => used))
  })

  it('is more cautious with every step of caution, from last scope to nothing sold', () => {
    const cpu = (index: number) => wave(5 + (index % 5 === 3 ? 2 : 0), 1)
    const slices = Array.from({ length: 30 }, (_, index) => hostOf(index, [{ name: 'a', cores: 16, cpu: cpu(index) }]))
    const used = [0, 1, 2, 3, 5, 7, 10, 20].map(
      (caution) => run(slices, { ...defaultGleanerOptions, caution }).at(-1)?.used ?? Number.NaN,
    )
    expect(used).toEqual(used.toSorted((a, b) => a - b))
    expect(used[0]).toBeLessThan(7)
    expect(used.at(-1)).toBe(16)
  })

  it('forgets what an instance reached before it was made smaller', () => {
    const slices = Array.from({ length: 20 }, (_, index) =>
      hostOf(index, [{ name: 'a', cores: index < 15 ? 16 : 4, cpu: wave(index < 15 ? 10 : 3) }]),
    )
    const estimates = run(slices)
    expect(estimates[14]?.used).toBeGreaterThan(10)
    expect(estimates[15]?.used).toBeLessThanOrEqual(4)
  })

  it('is bolder with less caution', () => {
    const slices = Array.from({ length: 12 }, (_, index) => hostOf(index, [{ name: 'a', cores: 16, cpu: wave(5, 1) }]))
    const bold = run(slices, { ...defaultGleanerOptions, caution: 2 }).at(-1)?.used as number
    expect(bold).toBeLessThan(run(slices).at(-1)?.used as number)
  })
})
