// Whatever is fed in: an estimate that can be acted on, or the last one, never a figure above the capacity or a NaN.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultEstimatorOptions, HostEstimator } from './host-estimator.ts'
import type { HostSlice } from './host-slice.ts'
import { strategyNames } from './strategy.ts'
import { buildSlice } from './testing/build-slice.ts'

const usage = fc.array(
  fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(Number.NaN), fc.constant(0)),
  { maxLength: 12 },
)
const instance = fc.record({
  name: fc.constantFrom('a', 'b', 'c', '', '__proto__', 'a\nb', '😀'),
  cores: fc.constantFrom(0, 1, 4, 64),
  memoryMB: fc.constantFrom(0, 1000),
  cpu: usage,
  memory: usage,
})
const slices = fc
  .array(
    fc.record({
      capacity: fc.constantFrom(1, 8, 64),
      memoryCapacity: fc.constantFrom(0, 500),
      cpu: usage,
      memory: usage,
      instances: fc.uniqueArray(instance, { maxLength: 5, selector: ({ name }) => name }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => list.map((parts, index) => buildSlice({ index, ...parts })))

describe('estimates of poisoned slices', () => {
  it('are within the capacity, and Gleaner’s within what is booked too', () => {
    fc.assert(
      fc.property(slices, fc.constantFrom(1, 3), (list: readonly HostSlice[], slicesPerScope) => {
        const estimator = new HostEstimator({ ...defaultEstimatorOptions, strategies: strategyNames, slicesPerScope })
        for (const slice of list) {
          for (const [name, estimate] of estimator.add(slice)) {
            for (const { used, free, capacity, booked, fared, evidence } of [estimate.cpu, estimate.memory]) {
              expect(used).toBeLessThanOrEqual(capacity)
              expect(free).toBeGreaterThanOrEqual(0)
              if (name === 'gleaner' && evidence['blind'] === undefined) {
                expect(used).toBeLessThanOrEqual(booked)
                expect(used).toBeGreaterThanOrEqual(0)
                expect(evidence['confidence']).toBeGreaterThan(0)
                expect(evidence['confidence']).toBeLessThan(1)
              }
              for (const figure of [used, free, ...Object.values(fared)]) expect(figure).not.toBeNaN()
            }
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('keep the last answer when no sample came, and all of the capacity when none ever did', () => {
    const estimator = new HostEstimator({ ...defaultEstimatorOptions, strategies: ['percentile', 'gleaner'] })
    const seen = { name: 'a', cores: 8, cpu: [2, 2] }
    const blind = buildSlice({ cpu: [Number.NaN], instances: [seen] })
    expect(estimator.add(blind).get('percentile')?.cpu.used).toBe(8)
    expect(estimator.add(buildSlice({ index: 1, cpu: [2, 2], instances: [seen] })).get('percentile')?.cpu.used).toBe(2)
    const after = estimator.add({ ...blind, index: 2 }).get('percentile')?.cpu
    expect(after).toMatchObject({ used: 2, evidence: { blind: 1 } })
    // Judged: only slices that could be seen.
    expect(after?.fared.judged).toBe(1)
  })

  it('take given flags and then judge for themselves', () => {
    const flags = { cpu: [true], memory: [true] }
    const estimator = new HostEstimator({
      ...defaultEstimatorOptions,
      strategies: ['scroogevm'],
      stabilityFlags: flags,
    })
    const states = [0, 1].map(
      (index) => estimator.add(buildSlice({ index, cpu: [1, 1] })).get('scroogevm')?.cpu.isStable,
    )
    expect(states).toEqual([true, false])
  })
})
