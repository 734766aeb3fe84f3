import { describe, expect, it } from 'vitest'
import { OutletIntegral } from './outlet-integral.ts'

const hourMs = 3_600_000
const limits = { longestStepMs: 30_000, maxPowerW: 3680, hourEndMs: hourMs }

function take(integral: OutletIntegral, atMs: number, powerW: number | undefined, energyJ?: number): boolean {
  return integral.take({ atMs, powerW, energyJ }, limits)
}

describe('the energy of an outlet', () => {
  it('is the trapezoid between readings at any distance', () => {
    const integral = new OutletIntegral()
    take(integral, 0, 100)
    take(integral, 1000, 300)
    take(integral, 11_000, 200)
    // 200 J in the first second, 250 W for ten.
    expect(integral.settle().hour).toEqual({ energyJ: 2700, measuredMs: 11_000 })
    expect(integral.settle().hour).toEqual({ energyJ: 0, measuredMs: 0 })
  })

  it('is not counted over a gap, nor on either side of a figure that is not believed', () => {
    const integral = new OutletIntegral()
    take(integral, 0, 100)
    take(integral, 31_000, 100)
    integral.doubt(32_000)
    take(integral, 33_000, 100)
    take(integral, 34_000, 100)
    expect(integral.settle().hour).toEqual({ energyJ: 100, measuredMs: 1000 })
  })

  it('leaves out a reading that is not later than the one before', () => {
    const integral = new OutletIntegral()
    take(integral, 5000, 100)
    expect([take(integral, 5000, 900), take(integral, 1000, 900), take(integral, 6000, 100)]).toEqual([
      false,
      false,
      true,
    ])
    expect(integral.settle().hour.energyJ).toBe(100)
  })

  it('is split where an hour ends, each side with what was drawn in it', () => {
    const integral = new OutletIntegral()
    take(integral, hourMs - 6000, 100)
    take(integral, hourMs + 4000, 200)
    const { hour, next } = integral.settle()
    // 100 to 160 W in six seconds, 160 to 200 W in four.
    expect([hour.energyJ, hour.measuredMs]).toEqual([780, 6000])
    expect([next.energyJ, next.measuredMs]).toEqual([720, 4000])
  })

  it('is bridged over a gap by what the device counted, unless that cannot be', () => {
    const integral = new OutletIntegral()
    take(integral, 0, 100, 5000)
    take(integral, 100_000, 120, 16_000)
    expect(integral.settle()).toEqual({
      hour: { energyJ: 0, measuredMs: 0 },
      next: { energyJ: 0, measuredMs: 0 },
      bridges: [{ fromMs: 0, toMs: 100_000, energyJ: 11_000 }],
    })
    take(integral, 200_000, 120, 3)
    take(integral, 300_000, 120, 900_000_000)
    expect(integral.settle().bridges, 'a counter that began anew, and one that leapt').toEqual([])
  })

  it('of a device that only counts is the mean between two changes of its counter', () => {
    const integral = new OutletIntegral()
    const counted = [0, 0, 0, 360_000, 360_000, 720_000, 10, 360_010]
    const readings = counted.map((energyJ, nth) => take(integral, nth * 600_000, undefined, energyJ))
    expect(readings).toEqual([true, false, false, true, false, true, true, true])
    // 360 kJ in 30 minutes, in 20, and after it began anew, in the next hour, in 10.
    const { hour, next } = integral.settle()
    expect([hour.energyJ, next.energyJ]).toEqual([720_000, 360_000])
    expect(integral.powerW).toBe(600)
  })
})
