import { defaultPolicy } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { type FakeSubject, fakeUsage } from '../testing/fake-usage.ts'
import { createPeakMeter } from './firm-peak.ts'

const hourMs = 3_600_000
const nowMs = 1_000 * hourMs
const policy = { ...defaultPolicy, telemetryMaxAgeMs: 300_000, peakWindowMs: 24 * hourMs }
const meterOf = (subject: Partial<FakeSubject>, peakWindowMs = policy.peakWindowMs) =>
  createPeakMeter(fakeUsage(new Map([['it', { lastAtMs: nowMs, ...subject }]])), { ...policy, peakWindowMs }, nowMs)

describe('the peak of one subject', () => {
  it('counts from three quarters of an hour of samples on, of a shorter window three quarters', () => {
    const least = 0.75 / 24
    expect(meterOf({ coverage: least }).isLearned(0)).toBe(true)
    expect(meterOf({ coverage: least - 1e-9 }).isLearned(0)).toBe(false)
    expect(meterOf({ coverage: 0.75 }, hourMs / 2).isLearned(0)).toBe(true)
    expect(meterOf({ coverage: 0.7 }, hourMs / 2).isLearned(0)).toBe(false)
  })

  it('covers the window with 95 % of it', () => {
    expect(meterOf({ coverage: 0.95 }).coversWindow(0)).toBe(true)
    expect(meterOf({ coverage: 0.949 }).coversWindow(0)).toBe(false)
  })

  it('is not relied upon when the newest sample is too old, however many there were, or nobody knows the subject', () => {
    const old = meterOf({ lastAtMs: nowMs - 300_001, coverage: 1 })
    expect([old.isLearned(0), old.coversWindow(0)]).toEqual([false, false])
    expect(meterOf({ coverage: 1 }).isLearned(-1)).toBe(false)
  })

  it('is the highest of the window, of the metric that is asked for, and no number where there is none', () => {
    const meter = meterOf({ cpu: 1, memory: 512, peakCpu: 3, peakMemory: 2048 })
    expect([meter.peak(0, 'cpu'), meter.peak(0, 'memory')]).toEqual([3, 2048])
    expect([meter.latest(0, 'cpu'), meter.latest(0, 'memory')]).toEqual([1, 512])
    expect([meter.latest(-1, 'cpu'), meter.peak(-1, 'cpu')]).toEqual([Number.NaN, Number.NaN])
    const broken = meterOf({ cpu: -1, peakCpu: Number.POSITIVE_INFINITY })
    expect([broken.latest(0, 'cpu'), broken.peak(0, 'cpu')]).toEqual([Number.NaN, Number.NaN])
  })
})
