import { describe, expect, it } from 'vitest'
import { holdingTable } from '../../ledger/holding.ts'
import { allSupports } from '../../testing/all-supports.ts'
import { proposeRatios } from './propose-ratios.ts'
import { ratioAim, ratioOfBooked } from './ratio-aim.ts'
import { anOccupant, cloud, type LiveHost, liveHost, minuteMs, type Use } from './testing/live-host.ts'
import { usedSince } from './used-since.ts'

const quiet = (): Use => ({ cpu: 0.5, memory: 1024 })
const limits = { min: 1, max: 4, largestStep: 0.5 }

function four(live: LiveHost): LiveHost {
  for (const name of ['a', 'b', 'c', 'd']) live.instances.set(name, anOccupant(name))
  return live
}

function propose(live: LiveHost) {
  const snapshot = live.snapshot()
  return proposeRatios({
    snapshots: [snapshot],
    estimator: live.estimator,
    usedSince: (host, fromMs, bound) =>
      usedSince({
        host,
        instances: [...live.instances.values()],
        holding: holdingTable(undefined),
        rings: live.windows,
        fromMs,
        bound,
        nowMs: live.nowMs,
        stepMs: minuteMs,
        longestMs: 110 * minuteMs,
      }),
    supports: allSupports(cloud),
    ratios: live.ratios,
    headroomShare: 0.1,
    nowMs: live.nowMs,
  })
}

function hours(live: LiveHost, count: number, use: (name: string, minute: number) => Use | undefined = quiet): void {
  for (let hour = 0; hour < count; hour++) {
    live.run(60, use)
    live.estimate()
  }
}

/** Carries out what is proposed, as the cloud would. */
function follow(live: LiveHost): void {
  for (const { setting } of propose(live).candidates) live.host = { ...live.host, ...setting }
}

describe('the aim', () => {
  it('is what is booked and what is left of what can be used, without the headroom', () => {
    // 16 can be used, 1.6 of them are headroom; 12 booked use 4 at most: 12 + (16 - 1.6 - 4) = 22.4.
    expect(ratioAim({ capacity: 16, booked: 12, estimate: 4 }, limits, 0.1)).toBe(1.4)
    expect(ratioAim({ capacity: 16, booked: 0, estimate: 0 }, { ...limits, min: 0 }, 0.1)).toBe(0.9)
    expect(ratioAim({ capacity: 16, booked: 24, estimate: 16 }, limits, 0.1)).toBe(1.5)
  })

  it('stays within the limits, whatever the figures', () => {
    expect(ratioAim({ capacity: 16, booked: 200, estimate: 1 }, limits, 0.1)).toBe(4)
    expect(ratioAim({ capacity: 16, booked: 1, estimate: 16 }, limits, 0.1)).toBe(1)
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1])
      expect(ratioAim({ capacity: 0, booked: bad, estimate: bad }, limits, 0.1)).toBe(1)
    expect(ratioAim({ capacity: 16, booked: Number.NaN, estimate: 1 }, limits, 0.1)).toBe(1)
    expect(ratioOfBooked({ capacity: 16, booked: 24, estimate: 0 }, limits)).toBe(1.5)
    expect(ratioOfBooked({ capacity: 0, booked: 24, estimate: 0 }, limits)).toBe(1)
  })
})

describe('a ratio', () => {
  it('is raised only after enough estimates have held, and one step in a scope', () => {
    const live = four(liveHost())
    hours(live, 6)
    expect(propose(live)).toMatchObject({
      candidates: [],
      refused: [{ action: 'raise-ratio', hostId: live.host.id, verdict: { code: 'estimate-learning' } }],
    })
    hours(live, 1)
    const [raise] = propose(live).candidates
    expect(raise).toMatchObject({
      capability: 'oversubscription',
      claim: 'lending',
      action: 'raise-ratio',
      setting: { coreRatio: 1.5, memoryRatio: 1.1 },
      cause: 'estimate',
      reason: { code: 'estimate-room' },
    })
    expect(raise?.gives).toMatchObject({ sellableCores: 8, physicalCores: 0 })
    expect(raise?.gives.sellableMemoryMiB).toBeCloseTo(3276.8, 6)
    follow(live)
    // In this scope that was all, however often it is asked.
    live.run(5, quiet)
    expect(propose(live).candidates).toEqual([])
    hours(live, 1)
    follow(live)
    // (16 + 14.4 - 2.x) / 16 = 1.77, less the deadband.
    expect(live.host.coreRatio).toBeGreaterThan(1.65)
    expect(live.host.coreRatio).toBeLessThan(1.78)
  })

  it('is lowered at once to what is booked when more is used than was estimated', () => {
    const live = four(liveHost())
    hours(live, 9)
    follow(live)
    const before = live.host.coreRatio ?? 0
    expect(before).toBeGreaterThan(1.2)
    live.run(3, () => ({ cpu: 1.2, memory: 1024 }))
    const { candidates } = propose(live)
    expect(candidates).toMatchObject([
      {
        action: 'lower-ratio',
        claim: 'firm-instance',
        setting: { coreRatio: 1 },
        reason: { code: 'estimate-exceeded' },
        gives: { sellableCores: 0 },
      },
    ])
    expect(candidates[0]?.setting?.memoryRatio).toBeUndefined()
    follow(live)
    // Quiet again: not raised within the scope, nor until enough estimates have held.
    live.run(57, quiet)
    expect(propose(live).candidates).toEqual([])
    live.estimate()
    for (let hour = 0; hour < 2; hour++) {
      hours(live, 1)
      expect(propose(live).candidates.filter(({ setting }) => setting?.coreRatio !== undefined)).toEqual([])
    }
    expect(propose(live).refused).toMatchObject([{ verdict: { code: 'estimate-recovering' } }])
    hours(live, 2)
    expect(propose(live).candidates).toMatchObject([{ action: 'raise-ratio' }])
  })

  it('is lowered when the estimate leaves less room than is sold', () => {
    const live = four(liveHost())
    live.host = { ...live.host, coreRatio: 3, memoryRatio: 1 }
    hours(live, 3)
    const [lower] = propose(live).candidates
    expect(lower).toMatchObject({ action: 'lower-ratio', reason: { code: 'estimate-oversold' } })
    expect(lower?.setting?.coreRatio).toBeLessThan(1.9)
  })

  it('falls back to what is there when nothing is measured for too long', () => {
    const live = four(liveHost())
    hours(live, 9)
    follow(live)
    expect(live.host.coreRatio).toBeGreaterThan(1.2)
    live.run(3 * 60, () => undefined, {})
    expect(propose(live).candidates).toEqual([])
    live.run(1, () => undefined, {})
    expect(propose(live).candidates).toMatchObject([
      { action: 'lower-ratio', setting: { coreRatio: 1, memoryRatio: 1 }, reason: { code: 'estimate-stale' } },
    ])
  })

  it('does not flap: a restless load that stays within the estimates changes it once a scope at most', () => {
    const live = four(liveHost())
    let seed = 7
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
    const restless = (): Use => ({ cpu: 0.4 + 0.4 * random(), memory: 1000 + 200 * random() })
    hours(live, 24, restless)
    let directions = ''
    for (let hour = 0; hour < 72; hour++) {
      for (let minute = 0; minute < 60; minute += 10) {
        live.run(10, restless)
        for (const { action } of propose(live).candidates) directions += action[0]
        follow(live)
      }
      live.estimate()
    }
    // Up to where there is no room, then at rest: over three days hardly a change of direction.
    expect(directions.match(/rl|lr/g)?.length ?? 0).toBeLessThanOrEqual(4)
    expect(directions.length).toBeLessThan(20)
    expect(live.host.coreRatio).toBeGreaterThan(1.4)
  })

  it('is nobody’s business on a desktop, without a scheduler, without an estimate, on a cloud that cannot', () => {
    const live = four(liveHost())
    expect(propose(live)).toEqual({ candidates: [], refused: [], reasons: {} })
    hours(live, 9)
    const { host } = live
    expect(propose(live).candidates).toHaveLength(1)
    live.host = { ...host, kind: 'desktop' }
    expect(propose(live).candidates).toEqual([])
    live.host = { ...host, coreRatio: undefined, memoryRatio: undefined }
    expect(propose(live).candidates).toEqual([])
    live.host = host
    const answer = proposeRatios({
      snapshots: [live.snapshot()],
      estimator: live.estimator,
      usedSince: () => ({ cores: Number.NaN, memoryMiB: Number.NaN }),
      supports: new Map([[cloud, new Map()]]),
      ratios: live.ratios,
      headroomShare: 0.1,
      nowMs: live.nowMs,
    })
    expect(answer.candidates).toEqual([])
  })

  it('waits for enough confidence', () => {
    const live = four(liveHost({}, { leastConfidence: 0.999 }))
    hours(live, 9)
    expect(propose(live).refused).toMatchObject([{ verdict: { code: 'estimate-unsure', facts: { needed: 0.999 } } }])
  })
})
