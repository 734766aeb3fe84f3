// A month of a small cloud, simulated here without the book: what each outlet delivered is worked out from the readings that
// were given, and the book has to come to the same, however the hosts hang on the outlets, whoever moves where, and whatever
// is missing.
import { type HostId, type OutletId, cloudId, hostId, hourMs, instanceId, outletId, projectId } from '@gleaner/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EnergyBatch, EnergyBook, type HostTenancy } from './energy-book.ts'
import type { OutletPlan } from './outlet-plan.ts'
import { dynamicShareRules, idleShareRules } from './share-energy.ts'

const cloud = cloudId('lab')
const host = (nth: number) => ({ hostId: hostId(cloud, `h${nth}`), cloudId: cloud })
const outlet = (nth: number) => outletId('strip', `${nth}`)
const longestStepMs = 1_800_000
const plan = (nth: number, more: Partial<OutletPlan> = {}): OutletPlan => ({
  outlet: outlet(nth),
  hosts: [host(nth)],
  share: 'equal',
  longestStepMs,
  maxPowerW: 3680,
  stuckAfterMs: Number.POSITIVE_INFINITY,
  isEstimate: false,
  ...more,
})
// One host with two feeds, three on one outlet, two plain ones, one of them by a model.
const plans: readonly OutletPlan[] = [
  plan(0),
  plan(1, { hosts: [host(0)] }),
  plan(2, { hosts: [host(1), host(2), host(3)], share: 'cores' }),
  plan(4),
  plan(5, { isEstimate: true }),
]
const hosts = [0, 1, 2, 3, 4, 5]

const random = (seed: number) => {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 0x1_0000_0000
  }
}

class Sums {
  readonly ofHost = new Map<string, number>()
  readonly ofTenants = new Map<string, number>()
  hosts = 0
  tenants = 0
  estimated = 0
  readonly projects = new Map<string, number>()

  add({ hosts: lines, tenants }: EnergyBatch): void {
    const count = (sums: Map<string, number>, key: string, value: number) => sums.set(key, (sums.get(key) ?? 0) + value)
    for (const { hostId: id, atMs, energyJ } of lines) {
      count(this.ofHost, `${id} ${atMs}`, energyJ)
      this.hosts += energyJ
    }
    for (const line of tenants) {
      const joules = line.idleJ + line.dynamicJ
      count(this.ofTenants, `${line.hostId} ${line.atMs}`, joules)
      count(this.projects, line.projectId ?? '', joules)
      this.tenants += joules
      this.estimated += line.estimatedJ
    }
  }
}

describe('the book of energy', () => {
  it('adds up to the meters over a month with gaps, migrations and figures that are not believed', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1 }),
          idle: fc.constantFrom(...idleShareRules),
          dynamic: fc.constantFrom(...dynamicShareRules),
        }),
        ({ seed, idle, dynamic }) => {
          const draw = random(seed)
          const book = new EnergyBook({ idle, dynamic })
          book.wire(plans)
          const sums = new Sums()
          const where = Array.from({ length: 12 }, () => Math.floor(draw() * hosts.length))
          const tenancyOf = (id: HostId): HostTenancy => ({
            cores: 16,
            idlePowerW: 90,
            awake: true,
            leasedTo: undefined,
            tenants: where.flatMap((at, nth) =>
              hostId(cloud, `h${at}`) === id
                ? [
                    {
                      instanceId: instanceId(cloud, `i${nth}`),
                      projectId: projectId(cloud, `p${nth % 4}`),
                      vcpus: 1 + (nth % 4),
                      usedCores: draw() < 0.1 ? Number.NaN : draw() * 3,
                    },
                  ]
                : [],
            ),
          })
          const last = new Map<OutletId, { atMs: number; powerW: number }>()
          let expectedJ = 0
          let expectedEstimatedJ = 0
          let silentUntilMs = 0
          for (let atMs = 0; atMs < 30 * 24 * hourMs; atMs += 60_000 + Math.floor(draw() * 1_500_000)) {
            if (draw() < 0.003) silentUntilMs = atMs + draw() * 8 * hourMs
            if (draw() < 0.1) where[Math.floor(draw() * where.length)] = Math.floor(draw() * hosts.length)
            for (const { outlet: id, isEstimate } of plans) {
              if (atMs < silentUntilMs) continue
              const readAtMs = atMs + Math.floor(draw() * 5000)
              if (draw() < 0.01) {
                book.take(id, {
                  atMs: readAtMs,
                  powerW: draw() < 0.5 ? -3 : 65535,
                  energyJ: undefined,
                  fault: undefined,
                })
                last.delete(id)
                continue
              }
              const powerW = 100 + draw() * 200
              book.take(id, { atMs: readAtMs, powerW, energyJ: undefined, fault: undefined })
              const before = last.get(id)
              if (before !== undefined && readAtMs - before.atMs <= longestStepMs) {
                const joules = ((before.powerW + powerW) / 2) * ((readAtMs - before.atMs) / 1000)
                expectedJ += joules
                if (isEstimate) expectedEstimatedJ += joules
              }
              last.set(id, { atMs: readAtMs, powerW })
            }
            book.settle(atMs + 6000, tenancyOf)
            if (draw() < 0.02) sums.add(book.drain())
          }
          book.settle(30 * 24 * hourMs + 1, tenancyOf)
          sums.add(book.drain())
          expect(expectedJ).toBeGreaterThan(1e9)
          const off = (value: number, expected: number) => Math.abs(value - expected) / expected
          // The promise is 0.1 %; what is left is the rounding of the last digits.
          expect(off(sums.hosts, expectedJ)).toBeLessThan(1e-9)
          expect(off(sums.tenants, expectedJ)).toBeLessThan(1e-9)
          expect(off(sums.estimated, expectedEstimatedJ)).toBeLessThan(1e-9)
          expect(
            off(
              [...sums.projects.values()].reduce((a, b) => a + b),
              expectedJ,
            ),
          ).toBeLessThan(1e-9)
          // Of each host in each hour as well.
          const apart = [...sums.ofHost].filter(
            ([key, joules]) => Math.abs(joules - (sums.ofTenants.get(key) ?? 0)) > 1e-6 * Math.max(1, joules),
          )
          expect(apart).toEqual([])
        },
      ),
      { numRuns: 4 },
    )
  }, 120_000)
})
