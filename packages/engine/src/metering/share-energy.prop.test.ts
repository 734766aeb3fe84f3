import { cloudId, instanceId, projectId } from '@gleaner/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Tenant, dynamicShareRules, idleShareRules, shareEnergy } from './share-energy.ts'

const cloud = cloudId('lab')
const tenant = (nth: number, vcpus: number, usedCores: number): Tenant => ({
  instanceId: instanceId(cloud, `i${nth}`),
  projectId: projectId(cloud, `p${nth % 3}`),
  vcpus,
  usedCores,
})
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)

describe('sharing energy', () => {
  it('gives away what was measured, no more and no less, under every pair of rules', () => {
    const tenants = fc.array(
      fc.record({
        vcpus: fc.integer({ min: 1, max: 64 }),
        used: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 64, noNaN: true })),
      }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(
        tenants,
        fc.record({
          energyJ: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e9, noNaN: true })),
          durationMs: fc.integer({ min: 0, max: 3_600_000 }),
          idlePowerW: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 3000, noNaN: true })),
          cores: fc.integer({ min: 0, max: 128 }),
          idle: fc.constantFrom(...idleShareRules),
          dynamic: fc.constantFrom(...dynamicShareRules),
        }),
        (who, { energyJ, durationMs, idlePowerW, cores, idle, dynamic }) => {
          const shares = shareEnergy(
            { energyJ, durationMs },
            {
              cores,
              idlePowerW,
              leasedTo: undefined,
              tenants: who.map(({ vcpus, used }, nth) => tenant(nth, vcpus, used)),
            },
            { idle, dynamic },
          )
          const parts = [...shares.idleJ, ...shares.dynamicJ, shares.restIdleJ, shares.restDynamicJ]
          expect(Math.abs(sum(parts) - energyJ)).toBeLessThanOrEqual(1e-9 * energyJ)
          // Nobody pays less than nothing, but for the last digit of a rest.
          for (const part of parts) expect(part).toBeGreaterThanOrEqual(-1e-9 * energyJ)
        },
      ),
    )
  })

  // 100 W at rest for ten seconds, 1000 J more by work; 3 and 1 of 8 vcpus, busy with 2 cores and with none.
  const tenancy = {
    cores: 8,
    idlePowerW: 100,
    leasedTo: undefined,
    tenants: [tenant(1, 3, 2), tenant(2, 1, 0)],
  }
  const drawn = { energyJ: 2000, durationMs: 10_000 }

  it.each([
    ['equal', [500, 500], 0],
    ['size', [375, 125], 500],
    ['usage', [1000, 0], 0],
    ['none', [0, 0], 1000],
  ] as const)('idle by %s', (idle, shares, rest) => {
    const given = shareEnergy(drawn, tenancy, { idle, dynamic: 'usage' })
    expect([[...given.idleJ], given.restIdleJ]).toEqual([shares, rest])
  })

  it.each([
    ['equal', [500, 500]],
    ['size', [750, 250]],
    ['usage', [1000, 0]],
  ] as const)('dynamic by %s', (dynamic, shares) => {
    const given = shareEnergy(drawn, tenancy, { idle: 'none', dynamic })
    expect([[...given.dynamicJ], given.restDynamicJ]).toEqual([shares, 0])
  })

  it('takes who is not measured for as busy as the others, and goes by size when nobody is', () => {
    const usage = { idle: 'none', dynamic: 'usage' } as const
    const one = { ...tenancy, tenants: [tenant(1, 4, 2), tenant(2, 2, Number.NaN)] }
    expect([...shareEnergy(drawn, one, usage).dynamicJ]).toEqual([2000 / 3, 1000 / 3])
    const none = { ...tenancy, tenants: [tenant(1, 3, Number.NaN), tenant(2, 1, Number.NaN)] }
    expect([...shareEnergy(drawn, none, usage).dynamicJ]).toEqual([750, 250])
  })

  it('takes next to nothing for nothing: the smallest number there is shares nothing out', () => {
    const idle = { ...tenancy, tenants: [tenant(1, 3, 5e-324), tenant(2, 1, 1e-310)] }
    const given = shareEnergy(drawn, idle, { idle: 'none', dynamic: 'usage' })
    expect([[...given.dynamicJ], given.restDynamicJ]).toEqual([[750, 250], 0])
  })

  it('leaves all with nobody where nobody is', () => {
    const given = shareEnergy(drawn, { ...tenancy, tenants: [] }, { idle: 'equal', dynamic: 'usage' })
    expect([given.restIdleJ, given.restDynamicJ]).toEqual([1000, 1000])
  })
})
