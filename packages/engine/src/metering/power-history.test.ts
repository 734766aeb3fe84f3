import { describe, expect, it } from 'vitest'
import { PowerHistory } from './power-history.ts'

describe('the power of a host over time', () => {
  it('is the mean of each step, and unknown where nothing was read', () => {
    const history = new PowerHistory()
    for (const [atS, powerW] of [
      [0, 100],
      [5, 200],
      [30, 300],
    ] as const)
      history.add(atS * 1000, powerW)
    const { stepMs, startMs, powerW } = history.read(0, 40_000)
    expect([stepMs, startMs, [...powerW]]).toEqual([10_000, 0, [150, Number.NaN, Number.NaN, 300]])
  })

  it('is kept more coarsely the older it is, and not for ever', () => {
    const history = new PowerHistory()
    const endS = 8 * 86_400
    for (let atS = 0; atS < endS; atS += 60) history.add(atS * 1000, Math.floor(atS / 86_400))
    const endMs = endS * 1000
    const hour = history.read(endMs - 1_800_000, endMs)
    const sixHours = history.read(endMs - 6 * 3_600_000, endMs)
    const week = history.read(0, endMs)
    expect([hour.stepMs, sixHours.stepMs, week.stepMs]).toEqual([10_000, 60_000, 900_000])
    expect(sixHours.powerW.length).toBe(360)
    expect([...sixHours.powerW].every((powerW) => powerW === 7)).toBe(true)
    expect([week.startMs, week.powerW.length, week.powerW[0], week.powerW[671]]).toEqual([86_400_000, 672, 1, 7])
  })

  it('lies on the line of two readings that are joined, and is unknown between others', () => {
    const history = new PowerHistory()
    history.add(5000, 100, 30_000)
    history.add(35_000, 400, 30_000)
    history.add(66_000, 100, 30_000)
    history.add(85_000, Number.NaN, 30_000)
    expect([...history.read(0, 90_000).powerW]).toEqual([100, 200, 300, 400, NaN, NaN, 100, NaN, NaN])
  })

  it('leaves out what comes late', () => {
    const history = new PowerHistory()
    history.add(100_000, 5)
    history.add(10_000, 900)
    expect([...history.read(0, 110_000).powerW].filter((powerW) => !Number.isNaN(powerW))).toEqual([5])
  })
})
