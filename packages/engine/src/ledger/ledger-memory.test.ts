import { defaultPolicy, type Instance } from '@gleaner/model'
import { aHost, anInstance, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { allSupports } from '../testing/all-supports.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { createLedgerMemory } from './ledger-memory.ts'
import { takeLedger } from './take-ledger.ts'

const hosts = Array.from({ length: 4 }, (_, nth) => aHost({ name: `hv-${nth}` }))
const instances = Array.from({ length: 8 }, (_, nth) => anInstance({ name: `i${nth}`, hostId: hosts[nth % 4]?.id }))
const supports = allSupports(testCloud)

/** Cycles in which every instance uses as many cores as the cycle has passed minutes. */
function ledgers(perCycle: number) {
  const memory = createLedgerMemory(perCycle)
  let snapshot: Snapshot | undefined
  let cycle = 0
  return (present: readonly Instance[] = instances, policy = defaultPolicy) => {
    const nowMs = testStartMs + ++cycle * 60_000
    snapshot = freezeSnapshot(
      anInventory({ hosts, instances: present }),
      { cloudId: testCloud, version: cycle, takenAtMs: nowMs },
      snapshot,
    )
    const usage = fakeUsage(
      new Map(present.map(({ id }) => [id as string, { lastAtMs: nowMs, cpu: cycle / 100, memory: 1 }])),
    )
    const taken = takeLedger({ snapshot, usage, policy, nowMs, supports, memory })
    return taken.map(({ cores }) => Math.round((cores.firmPeak * 100) / 2))
  }
}

test('a small cloud is measured anew in every cycle', () => {
  const take = ledgers(8)
  expect(take()).toEqual([1, 1, 1, 1])
  expect(take()).toEqual([2, 2, 2, 2])
})

test('a large one in turns, every host within as many cycles as there are turns', () => {
  const take = ledgers(4)
  expect(take()).toEqual([1, 1, 1, 1])
  expect(take()).toEqual([1, 2, 1, 2])
  expect(take()).toEqual([3, 2, 3, 2])
})

test('a host whose instances changed is measured at once', () => {
  const take = ledgers(4)
  take()
  const [first, ...rest] = instances as [Instance, ...Instance[]]
  expect(take([{ ...first, state: 'suspended' }, ...rest])[0]).toBe(1)
  expect(take(instances.slice(1))[1]).toBe(2)
})

test('a changed policy measures everything', () => {
  const take = ledgers(4)
  take()
  expect(take(instances, { ...defaultPolicy, headroomShare: 0.2 })).toEqual([2, 2, 2, 2])
})
