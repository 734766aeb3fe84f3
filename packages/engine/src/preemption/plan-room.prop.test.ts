// The engine's plan against every set of victims there is, over thousands of small clouds, for each objective.
import { objectives, type PlacementHost, type PlacementRequest } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planRoom, type RoomPlan } from './plan-room.ts'
import { type BestPlan, bruteForce } from './testing/brute-force.ts'
import { smallClouds } from './testing/random-clouds.ts'

/** What the victims of a plan cost, reckoned here and not by the engine. */
function lossOfPlan(plan: RoomPlan, hosts: readonly PlacementHost[], objective: string): BestPlan['loss'] {
  const leaving = plan.victims.map(({ id, host }) => {
    const victim = hosts.find(({ name }) => name === host)?.instances.find((one) => one.id === id)
    if (victim === undefined) throw new Error(`${id} is not on ${host}`)
    return victim
  })
  const costs = leaving.map(({ vcpus, ageS, priority = 0 }) => {
    const age = Math.max(0, ageS)
    const cost = objective === 'fewest-victims' ? 1 : objective === 'least-work' ? vcpus * age : age % 3600
    return { priority, cost }
  })
  return [...new Set(costs.map(({ priority }) => priority))]
    .sort((a, b) => b - a)
    .map((priority) => {
      const those = costs.filter((one) => one.priority === priority)
      return [priority, those.reduce((sum, { cost }) => sum + cost, 0), those.length]
    })
}

/** With the victims gone and the request in place no host that takes part holds more than it can. */
function checkFits(plan: RoomPlan, hosts: readonly PlacementHost[], request: PlacementRequest): void {
  const gone = new Set(plan.victims.map(({ id }) => id))
  expect(gone.size).toBe(plan.victims.length)
  for (const host of hosts) {
    const here = plan.placements.filter((placement) => placement.host === host.name).length
    if (here === 0) {
      expect(plan.victims.filter((victim) => victim.host === host.name)).toEqual([])
      continue
    }
    expect(host.state ?? 'up').toBe('up')
    expect(here).toBeLessThanOrEqual(request.hints?.maxPerHost ?? request.count)
    const kept = host.instances.filter(({ id }) => !gone.has(id))
    const held = (key: 'vcpus' | 'ramMiB' | 'diskGiB') => kept.reduce((sum, one) => sum + one[key], here * request[key])
    if (request.vcpus > 0) expect(held('vcpus')).toBeLessThanOrEqual(host.vcpus * (host.cpuRatio ?? 1) + 1e-6)
    if (request.ramMiB > 0)
      expect(held('ramMiB')).toBeLessThanOrEqual(host.ramMiB * (host.ramRatio ?? 1) - (host.reservedRamMiB ?? 0) + 1e-6)
    if (request.diskGiB > 0) expect(held('diskGiB')).toBeLessThanOrEqual(host.diskGiB * (host.diskRatio ?? 1) + 1e-6)
  }
}

describe.each(objectives)('planRoom, %s', (objective) => {
  it('finds what trying every set of victims finds', () => {
    let evicting = 0
    let several = 0
    fc.assert(
      fc.property(smallClouds, ({ hosts, request, minimumRunS }) => {
        const best = bruteForce(hosts, request, { objective, minimumRunS })
        const plan = planRoom({ hosts, request, settings: { objective, minimumRunS } })
        expect(plan.feasible).toBe(best.feasible)
        if (!plan.feasible) {
          expect(plan).toMatchObject({ placements: [], victims: [], cost: 0 })
          return
        }
        expect(plan.placements).toHaveLength(request.count)
        checkFits(plan, hosts, request)
        expect(lossOfPlan(plan, hosts, objective)).toEqual(best.loss)
        expect(plan.cost).toBeCloseTo(
          best.loss.reduce((sum, [, cost]) => sum + cost, 0),
          6,
        )
        if (plan.victims.length > 0) evicting++
        if (plan.victims.length > 1 && request.count > 1) several++
      }),
      { numRuns: 800 },
    )
    // The clouds are such that it means something.
    expect(evicting).toBeGreaterThan(60)
    expect(several).toBeGreaterThan(10)
  })
})

describe('planRoom', () => {
  it('tells every host why, and nobody leaves for a preemptible request', () => {
    fc.assert(
      fc.property(smallClouds, ({ hosts, request }) => {
        const plan = planRoom({ hosts, request })
        expect(Object.keys(plan.reasons)).toEqual(hosts.map(({ name }) => name))
        const chosen = new Set(plan.placements.map(({ host }) => host))
        for (const [name, codes] of Object.entries(plan.reasons)) {
          expect(codes.length).toBeGreaterThan(0)
          expect(codes.includes('chosen')).toBe(chosen.has(name))
        }
        if (request.preemptible) expect(plan.victims).toEqual([])
      }),
    )
  })

  it('gives the same answer to the same question', () => {
    fc.assert(
      fc.property(smallClouds, ({ hosts, request }) => {
        expect(planRoom({ hosts, request })).toEqual(planRoom({ hosts, request }))
      }),
      { numRuns: 50 },
    )
  })
})
