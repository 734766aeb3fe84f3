import { defaultPolicy } from '@gleaner/model'
import { expect, it } from 'vitest'
import { isSampleFresh } from './sample-age.ts'

const policy = { ...defaultPolicy, telemetryMaxAgeMs: 300_000 }
const nowMs = 1_000_000_000

it('a sample counts until the moment at which it is too old, and of clocks that differ by a minute at most', () => {
  const isFresh = (ageMs: number) => isSampleFresh(nowMs - ageMs, policy, nowMs)
  expect([300_001, 300_000, 0, -60_000, -60_001].map(isFresh)).toEqual([false, true, true, true, false])
})

it('without a sample there is none that is fresh', () => {
  expect(isSampleFresh(Number.NaN, policy, nowMs)).toBe(false)
  expect(isSampleFresh(Number.NEGATIVE_INFINITY, policy, nowMs)).toBe(false)
})
