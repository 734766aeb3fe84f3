import { type TenantHour, cloudId, hostId, hourMs, instanceId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { savedEnergyJ, wholeHourBefore } from './saved-energy.ts'

const cloud = cloudId('lab')
const hour = (dynamicJ: number, measuredMs: number): TenantHour => ({
  instanceId: instanceId(cloud, 'web'),
  hostId: hostId(cloud, 'kvm1'),
  atMs: 0,
  dynamicJ,
  measuredMs,
})

describe('what an instance saves while it is away', () => {
  it('is the mean power of its work before, times how long it is away', () => {
    // 20 W over the hour, for three hours.
    expect(savedEnergyJ(hour(20 * 3600, hourMs), 3 * hourMs)).toBe(60 * 3600)
    // The host was metered for 45 minutes of it: the mean is over these.
    expect(savedEnergyJ(hour(20 * 2700, 0.75 * hourMs), hourMs)).toBeCloseTo(20 * 3600, 6)
    expect(savedEnergyJ(hour(20 * 3600, hourMs), 0)).toBe(0)
  })

  it('is nothing for one that was metered and did nothing, and not known for one that was not metered', () => {
    expect(savedEnergyJ(hour(0, hourMs), hourMs)).toBe(0)
    expect(savedEnergyJ(undefined, hourMs)).toBeUndefined()
    expect(savedEnergyJ(hour(0, 0), hourMs)).toBeUndefined()
    expect(savedEnergyJ(hour(500, 0), hourMs)).toBeUndefined()
    expect(savedEnergyJ(hour(500, hourMs / 2 - 1), hourMs)).toBeUndefined()
    expect(savedEnergyJ(hour(500, Number.NaN), hourMs)).toBeUndefined()
  })

  it.each([
    ['2026-03-04T10:20:00Z', '2026-03-04T09:00:00Z'],
    ['2026-03-04T10:00:00Z', '2026-03-04T09:00:00Z'],
    ['2026-03-04T09:59:59.999Z', '2026-03-04T08:00:00Z'],
    ['2026-03-04T00:30:00Z', '2026-03-03T23:00:00Z'],
  ])('what happened at %s is judged by the hour from %s', (at, from) => {
    expect(new Date(wholeHourBefore(Date.parse(at))).toISOString()).toBe(from.replace('Z', '.000Z'))
  })
})
