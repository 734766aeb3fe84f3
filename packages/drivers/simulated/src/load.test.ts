// Each shape of load is what its name says, over weeks of its own time.
import { testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import type { LoadProfile, Shape } from './load.ts'
import { demandAt, fullMemory, shapes } from './load.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const minuteMs = 60_000
/** Monday 00:00 UTC. */
const mondayMs = testStartMs - 8 * hourMs
const unattended = { bootedMs: 0, attendedUntilMs: 0 }

function profile(shape: Shape, seed = 77): LoadProfile {
  const periodS = {
    office: 86_400,
    weekly: 604_800,
    idle: 20 * 86_400,
    bursty: 1800,
    decreasing: 5 * 86_400,
    steady: 86_400,
  }
  return {
    shape,
    seed,
    levelPermille: 700,
    shiftS: 0,
    createdAtMinute: Math.floor(mondayMs / minuteMs),
    periodS: periodS[shape],
    restMemoryPermille: 200,
    vcpus: 4,
  }
}

/** Mean cpu share over [fromMs, toMs), every five minutes. */
function mean(of: LoadProfile, fromMs: number, toMs: number): number {
  let sum = 0
  let count = 0
  for (let atMs = fromMs; atMs < toMs; atMs += 5 * minuteMs, count++) sum += demandAt(of, unattended, atMs).cpuShare
  return sum / count
}

describe('load shapes', () => {
  it('stay within their bounds at every moment', () => {
    for (const shape of shapes)
      for (let seed = 0; seed < 20; seed++)
        for (let atMs = mondayMs - dayMs; atMs < mondayMs + 15 * dayMs; atMs += 47 * minuteMs) {
          const demand = demandAt(profile(shape, seed), { bootedMs: mondayMs - 2 * dayMs, attendedUntilMs: 0 }, atMs)
          const { cpuShare, memoryShare, networkRx, networkTx, disk, users, idleS } = demand
          const good =
            cpuShare > 0 &&
            cpuShare <= 1 &&
            memoryShare > 0.1 &&
            memoryShare <= fullMemory &&
            [networkRx, networkTx, disk, users, idleS].every((value) => value >= 0 && Number.isFinite(value)) &&
            idleS <= (atMs - mondayMs + 2 * dayMs) / 1000
          // A matcher a hundred thousand times over takes seconds: it is called only to say what is wrong.
          if (!good) expect.fail(`${shape} ${seed} ${atMs} ${JSON.stringify(demand)}`)
        }
  })

  it('office: busy in working hours, quiet by night and at the weekend', () => {
    // Seeds without a day off that week.
    const quiet = mean(profile('office'), mondayMs + 20 * hourMs, mondayMs + 30 * hourMs)
    const week = [0, 1, 2, 3, 4].map((day) =>
      mean(profile('office'), mondayMs + day * dayMs + 9 * hourMs, mondayMs + day * dayMs + 17 * hourMs),
    )
    expect(week.filter((day) => day > 0.4).length).toBeGreaterThanOrEqual(4)
    expect(quiet).toBeLessThan(0.02)
    expect(mean(profile('office'), mondayMs + 5 * dayMs, mondayMs + 7 * dayMs)).toBeLessThan(0.02)
    const sundayNoon = demandAt(profile('office'), unattended, mondayMs + 6.5 * dayMs)
    expect(sundayNoon.users).toBe(0)
    expect(sundayNoon.idleS).toBeGreaterThan(40 * 3600)
  })

  it('idle: nearly nothing for weeks, a visit now and then', () => {
    const idle = profile('idle')
    expect(mean(idle, mondayMs, mondayMs + 20 * dayMs)).toBeLessThan(0.02)
    let longestS = 0
    let visits = 0
    for (let atMs = mondayMs; atMs < mondayMs + 40 * dayMs; atMs += 10 * minuteMs) {
      const { idleS, users } = demandAt(idle, unattended, atMs)
      longestS = Math.max(longestS, idleS)
      if (users > 0) visits++
    }
    expect(longestS).toBeGreaterThan(19 * 86_400)
    expect(visits).toBeGreaterThanOrEqual(2)
  })

  it('weekly: one heavy day of seven', () => {
    const days = [0, 1, 2, 3, 4, 5, 6].map((day) =>
      mean(profile('weekly'), mondayMs + day * dayMs, mondayMs + (day + 1) * dayMs),
    )
    expect(days.filter((day) => day > 0.3).length).toBe(1)
    expect(days.filter((day) => day < 0.03).length).toBe(6)
  })

  it('bursty: either at full tilt or at rest', () => {
    let busy = 0
    let resting = 0
    for (let atMs = mondayMs; atMs < mondayMs + 7 * dayMs; atMs += 30 * minuteMs) {
      const { cpuShare } = demandAt(profile('bursty'), unattended, atMs)
      if (cpuShare > 0.5) busy++
      else if (cpuShare < 0.03) resting++
    }
    expect(busy + resting).toBe(7 * 48)
    expect(busy).toBeGreaterThan(20)
    expect(resting).toBeGreaterThan(busy)
  })

  it('decreasing: half of it gone with every half-life, then forgotten', () => {
    const dying = profile('decreasing')
    const first = mean(dying, mondayMs, mondayMs + 2 * dayMs)
    const later = mean(dying, mondayMs + 10 * dayMs, mondayMs + 12 * dayMs)
    expect(later / first).toBeGreaterThan(0.2)
    expect(later / first).toBeLessThan(0.3)
    expect(demandAt(dying, unattended, mondayMs + 60 * dayMs).idleS).toBeGreaterThan(30 * 86_400)
  })

  it('steady: never at rest', () => {
    for (let atMs = mondayMs; atMs < mondayMs + 7 * dayMs; atMs += 30 * minuteMs) {
      const { cpuShare, idleS } = demandAt(profile('steady'), unattended, atMs)
      expect(cpuShare).toBeGreaterThan(0.35)
      expect(idleS).toBeLessThan(5)
    }
  })

  it('counts idleness from the boot or the last visit of the owner', () => {
    const idle = profile('idle')
    const atMs = mondayMs + 10 * dayMs
    expect(demandAt(idle, { bootedMs: atMs - 90_000, attendedUntilMs: 0 }, atMs).idleS).toBe(90)
    expect(demandAt(idle, { bootedMs: 0, attendedUntilMs: atMs - 60_000 }, atMs).idleS).toBe(60)
    const attended = demandAt(idle, { bootedMs: 0, attendedUntilMs: atMs + 1 }, atMs)
    expect(attended.users).toBe(1)
    expect(attended.cpuShare).toBeGreaterThan(0.2)
    expect(attended.idleS).toBeLessThan(60)
  })
})
