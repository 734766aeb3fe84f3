// The forecast against the formula it states, worked out by hand, and its limits.
import type { EvictionKind } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { type ForecastInput, forecastSurvival } from './forecast-survival.ts'

const hourMs = 3_600_000
const windowMs = 24 * hourMs
const hosts = ['busy', 'calm', 'empty'].map((name) => aHost({ name }))
const preemptible = (name: string, host: string, ranH: number) =>
  anInstance({
    name,
    hostId: hosts.find((each) => each.name === host)?.id,
    firmness: 'preemptible',
    stateSinceMs: testStartMs - ranH * hourMs,
  })
const reading = aSnapshot({
  hosts,
  instances: [preemptible('a', 'busy', 6), preemptible('b', 'calm', 100), anInstance({ name: 'firm' })],
})

const eviction = (host: string, agoH: number, kind: EvictionKind = 'room') => ({
  hostId: aHost({ name: host }).id,
  evictedAtMs: testStartMs - agoH * hourMs,
  kind,
})

const forecast = (evictions: ForecastInput['evictions']) =>
  forecastSurvival({ snapshot: freezeSnapshot(reading, reading), evictions, nowMs: testStartMs, windowMs })

describe('the forecast of survival', () => {
  it('is that of the formula', () => {
    const rows = forecast([eviction('busy', 1), eviction('busy', 2)])
    expect(rows.map(({ hostId, instances, evictions, hours }) => [hostId, instances, evictions, hours])).toEqual([
      ['test:busy', 1, 2, 28.5],
      ['test:calm', 1, 0, 24],
    ])
    // On the busy host one runs for 6 hours; those that left an hour and two hours ago ran for half of 23 and 22 hours.
    // Two evictions in 52.5 hours: 2.5 / 53.5 per hour in the cloud; on the busy host 2 + 24 x that in 28.5 + 24.
    const ofCloud = 2.5 / 53.5
    expect(rows[0]?.survival['6']).toBeCloseTo((52.5 / 58.5) ** (2 + 24 * ofCloud), 10)
    expect(rows[1]?.survival['6']).toBeCloseTo((48 / 54) ** (24 * ofCloud), 10)
  })

  it('counts the hours of those that left, within the window', () => {
    const left = (agoH: number, ranH: number) => ({
      ...eviction('empty', agoH),
      runningSinceMs: testStartMs - (agoH + ranH) * hourMs,
    })
    expect(forecast([left(1, 3), left(20, 100)]).find(({ hostId }) => hostId === 'test:empty')).toMatchObject({
      evictions: 2,
      hours: 7,
    })
    expect(forecast([left(1, -5)]).find(({ hostId }) => hostId === 'test:empty')?.hours).toBe(0)
  })

  it('forgets what is long ago, and leaves rehearsals out', () => {
    expect(forecast([eviction('busy', 25), eviction('busy', 1, 'test')])).toEqual(forecast([]))
  })

  it('is lower where more were evicted, falls with time, and is never certain', () => {
    const [busy, calm] = forecast([eviction('busy', 1)])
    for (const span of ['1', '6', '24'] as const) expect(busy?.survival[span]).toBeLessThan(calm?.survival[span] ?? 0)
    expect(calm?.survival['24']).toBeLessThan(calm?.survival['1'] ?? 0)
    expect(calm?.survival['1']).toBeLessThan(1)
  })

  it('names a host that lost its last one', () => {
    expect(forecast([eviction('empty', 1)]).map(({ hostId }) => hostId)).toContain('test:empty')
  })
})
