import { isError } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { SimulatedCloud } from './simulated-cloud.ts'
import { SimulatedMeter } from './simulated-meter.ts'

const never = new AbortController().signal

function strip() {
  const clock = new VirtualClock(Date.UTC(2026, 2, 4, 12))
  const cloud = new SimulatedCloud({ clock, hosts: 6, desktops: 0, instances: 60, activity: 0 })
  return { clock, cloud, meter: new SimulatedMeter({ id: 'strip', cloud, clock }) }
}

describe('the simulated strip', () => {
  it('tells what each host draws: between rest and full load, never twice the same, more where more is done', async () => {
    const { clock, cloud, meter } = strip()
    const { hosts } = await cloud.observe(never)
    const names = hosts.map(({ name }) => name)
    const readings = await meter.read(names, never)
    expect(readings.map(({ outlet }) => outlet)).toEqual(names)
    readings.forEach(({ powerW = Number.NaN, atMs }, nth) => {
      const host = hosts[nth]
      expect(atMs).toBe(clock.nowMs())
      expect(powerW).toBeGreaterThanOrEqual((host?.idlePowerW ?? 0) * 0.99)
      expect(powerW).toBeLessThanOrEqual((host?.fullPowerW ?? 0) * 1.01)
    })
    await clock.advance(1000)
    const later = await meter.read(names, never)
    expect(later.filter(({ powerW }, nth) => powerW === readings[nth]?.powerW).length).toBeLessThan(3)
  })

  it('knows no outlet but its hosts', async () => {
    const { meter, cloud } = strip()
    const [first] = (await cloud.observe(never)).hosts
    const readings = await meter.read(['nobody', first?.name ?? ''], never)
    expect(readings.map(({ fault }) => fault)).toEqual(['absent', undefined])
    expect((await meter.check(['nobody'])).map(({ ok }) => ok)).toEqual([true, false])
  })

  it('says nothing once it is closed', async () => {
    const { meter } = strip()
    await meter.close()
    await expect(meter.read(['x'], never)).rejects.toSatisfy((error) => isError(error, 'meter-unavailable'))
  })
})
