import { expect, test } from 'vitest'
import { maximumCorrelation, minimumMigrationTime, minimumUtilisation, randomChoice } from './instance-choice.ts'
import { FleetDraft } from './fleet-draft.ts'
import { thresholdDetector } from './overload-detectors.ts'
import { publishedConsolidation } from './published-consolidation.ts'
import { aFleet } from './testing/a-fleet.ts'

const policy = publishedConsolidation({
  name: 'thr-0.8-mmt',
  isOverloaded: thresholdDetector(0.8),
  choose: minimumMigrationTime,
})

test('from an overloaded host the smallest memory leaves, and no more than needed', () => {
  const fleet = aFleet({
    hosts: 2,
    instances: [
      { on: 0, asks: 40, memoryMiB: 900 },
      { on: 0, asks: 20, memoryMiB: 100 },
      { on: 0, asks: 30, memoryMiB: 500 },
      { on: 1, asks: 45 },
    ],
  })
  expect(policy.decide(fleet)).toEqual([{ instance: 1, to: 1 }])
})

test('it goes where power grows least, to a host at rest if need be', () => {
  const fleet = aFleet({
    hosts: 3,
    instances: [
      { on: 0, asks: 40 },
      { on: 0, asks: 45, memoryMiB: 600 },
      { on: 1, asks: 45 },
    ],
    curves: [
      [100, 200],
      [100, 200],
      [50, 90],
    ],
  })
  expect(policy.decide(fleet)).toEqual([{ instance: 0, to: 2 }])
})

test('the least used host is emptied when all it has fits elsewhere', () => {
  const fleet = aFleet({
    hosts: 2,
    instances: [
      { on: 0, asks: 10 },
      { on: 1, asks: 40 },
      { on: 0, asks: 20 },
    ],
  })
  expect(policy.decide(fleet)).toEqual([
    { instance: 0, to: 1 },
    { instance: 2, to: 1 },
  ])
})

test('all or nothing: a host stays as it is when one of its instances finds no room', () => {
  const fleet = aFleet({
    hosts: 2,
    instances: [
      { on: 0, asks: 10 },
      { on: 0, asks: 30 },
      { on: 1, asks: 30 },
      { on: 1, asks: 30 },
    ],
  })
  expect(policy.decide(fleet)).toEqual([])
})

test('no host at rest is started to empty another', () => {
  const fleet = aFleet({ hosts: 2, instances: [{ on: 0, asks: 10 }] })
  expect(policy.decide(fleet)).toEqual([])
})

test('an instance for which there is no room stays where it is', () => {
  const fleet = aFleet({
    hosts: 2,
    instances: [
      { on: 0, asks: 45 },
      { on: 0, asks: 45 },
      { on: 1, asks: 45 },
      { on: 1, asks: 35 },
    ],
  })
  expect(policy.decide(fleet)).toEqual([])
})

test('memory counts where it binds', () => {
  const instances = [
    { on: 0, asks: 10, memoryMiB: 3000 },
    { on: 1, asks: 40, memoryMiB: 3000 },
  ]
  expect(policy.decide(aFleet({ hosts: 2, instances, memoryBinds: true }))).toEqual([])
  expect(policy.decide(aFleet({ hosts: 2, instances }))).toEqual([{ instance: 0, to: 1 }])
})

test('the other ways to choose: least use of the own size, or by chance', () => {
  const instances = [
    { on: 0, asks: 20, size: 50 },
    { on: 0, asks: 15, size: 20 },
    { on: 0, asks: 10, size: 50 },
  ]
  const draft = new FleetDraft(aFleet({ hosts: 1, instances }))
  expect(minimumUtilisation(draft, [0, 1, 2])).toBe(2)
  expect(randomChoice(() => 0.5)(draft, [7, 8, 9])).toBe(8)
  expect(randomChoice(() => 0.5)(draft, [])).toBeUndefined()
  expect(minimumMigrationTime(draft, [])).toBeUndefined()
})

test('by correlation the one leaves whose past the others explain best', () => {
  const wave = [10, 30, 10, 30, 10, 30]
  const fleet = aFleet({
    hosts: 1,
    step: 6,
    instances: [
      { on: 0, asks: 12, past: [9, 11, 14, 8, 10, 13] },
      { on: 0, asks: 20, past: wave },
      { on: 0, asks: 7, past: [20, 5, 7, 25, 6, 4] },
      { on: 0, asks: 40, past: wave.map((value) => 2 * value) },
      { on: 0, asks: 5, past: [5, 5, 5, 5, 5, 5] },
    ],
  })
  const draft = new FleetDraft(fleet)
  // 1 and 3 go together wholly; of equals the one that has been there longest. What never changes is explained by nobody.
  expect(maximumCorrelation(draft, [0, 1, 2, 3, 4])).toBe(1)
  expect(maximumCorrelation(draft, [0, 3, 4, 1])).toBe(3)
  expect(maximumCorrelation(draft, [4])).toBe(4)
  expect(maximumCorrelation(draft, [])).toBeUndefined()
})

test('while fewer steps are known than instances, correlation says nothing and the smallest memory leaves', () => {
  const instances = [
    { on: 0, asks: 12, past: [9, 11], memoryMiB: 900 },
    { on: 0, asks: 20, past: [10, 30], memoryMiB: 600 },
    { on: 0, asks: 40, past: [20, 60], memoryMiB: 700 },
  ]
  const draft = new FleetDraft(aFleet({ hosts: 1, step: 2, instances }))
  expect(maximumCorrelation(draft, [0, 1, 2])).toBe(1)
  expect(maximumCorrelation(draft, [0, 2])).toBe(0)
})
