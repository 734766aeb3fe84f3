import { defaultPolicy, type GivesBack, type Host, type Instance } from '@gleaner/model'
import { aHost, anInstance, anInventory, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { type FakeSubject, fakeUsage } from '../testing/fake-usage.ts'
import { indexSupports } from './action-support.ts'
import type { Expectations, FirmPeakRule } from './expected-peak.ts'
import type { Placements } from './placements.ts'
import { totalLedger } from './ledger-line.ts'
import { takeLedger } from './take-ledger.ts'

const nowMs = testStartMs
const policy = { ...defaultPolicy, headroomShare: 0.1 }
const fresh = { lastAtMs: nowMs - 30_000 }

interface Case {
  readonly host?: Partial<Host>
  readonly instances: readonly Instance[]
  readonly usage?: Readonly<Record<string, FakeSubject>>
  readonly gives?: Readonly<Partial<Record<'suspend' | 'stop' | 'pause', GivesBack>>>
  readonly placements?: Placements
  readonly leased?: { cores: number; memoryMiB: number }
  readonly expected?: Expectations
}

function ledgerOf({ host, instances, usage = {}, gives = {}, placements, leased, expected }: Case) {
  const inventory = anInventory({ hosts: [aHost(host)], instances })
  const snapshot = freezeSnapshot(inventory, { cloudId: testCloud, version: 1, takenAtMs: nowMs })
  const actions = Object.entries(gives).map(([action, givesBack]) => ({ action: action as 'suspend', givesBack }))
  const [ledger] = takeLedger({
    snapshot,
    usage: fakeUsage(new Map(Object.entries(usage).map(([name, subject]) => [`${testCloud}:${name}`, subject]))),
    policy,
    nowMs,
    supports: indexSupports([{ id: testCloud, actions }]),
    ...(placements === undefined ? {} : { placements }),
    ...(expected === undefined ? {} : { expected }),
    ...(leased === undefined ? {} : { leased: new Map([[aHost().id, leased]]) }),
  })
  if (ledger === undefined) throw new Error('no ledger')
  return ledger
}

const two = [anInstance({ name: 'a' }), anInstance({ name: 'b' })]
const bothMeasured = {
  a: { ...fresh, cpu: 0.1, memory: 1000, peakCpu: 0.5, peakMemory: 1500 },
  b: { ...fresh, cpu: 0.2, memory: 2000, peakCpu: 1.5, peakMemory: 2500 },
}

test('without data the firm peak is what is booked', () => {
  const { cores, memoryMiB, measured } = ledgerOf({ instances: two })
  expect(measured).toBe(false)
  expect(cores).toEqual({
    physical: 16,
    reserved: 1,
    usable: 15,
    booked: 4,
    used: undefined,
    firmPeak: 4,
    measuredPeak: 4,
    estimatedPeak: undefined,
    leased: 0,
    lent: 0,
    headroom: 1.5,
    idle: 9.5,
    overdrawn: 0,
    physicallyFree: 11,
    sellable: 26,
  })
  expect(memoryMiB.firmPeak).toBe(8192)
})

test('with data it is the sum of what each used at most', () => {
  const { cores, memoryMiB, measured } = ledgerOf({ instances: two, usage: bothMeasured })
  expect(measured).toBe(true)
  expect(cores.firmPeak).toBe(2)
  expect(cores.used).toBeCloseTo(0.3)
  expect(cores.physicallyFree).toBeCloseTo(14.7)
  expect(memoryMiB.firmPeak).toBe(4000)
  expect(memoryMiB.used).toBe(3000)
})

describe('an instance counts as booked while it', () => {
  const doubtful = [
    ['has no fresh sample', { lastAtMs: nowMs - policy.telemetryMaxAgeMs - 1 }],
    ['is sampled in the future', { lastAtMs: nowMs + 120_000 }],
    ['has not been watched long enough', { ...fresh, coverage: 0.01 }],
    ['reports no number', { ...fresh, peakCpu: Number.NaN }],
    ['reports a negative number', { ...fresh, peakCpu: -3 }],
    ['reports infinity', { ...fresh, peakCpu: Number.POSITIVE_INFINITY }],
  ] as const
  test.each(doubtful)('%s', (_, subject) => {
    const b = { cpu: 0.1, memory: 100, peakCpu: 0.5, peakMemory: 100, ...subject }
    const { cores, measured } = ledgerOf({ instances: two, usage: { a: bothMeasured.a, b } })
    expect(cores.firmPeak).toBe(0.5 + 2)
    expect(measured).toBe(false)
  })
})

describe('states', () => {
  const one = (state: Instance['state']) => [anInstance({ name: 'a', state })]
  const none: GivesBack = { physicalCores: true, physicalMemory: true, sellable: false }
  const sells: GivesBack = { ...none, sellable: true }

  test('paused holds memory and no cores', () => {
    const { cores, memoryMiB, measured } = ledgerOf({ instances: one('paused') })
    expect(cores.firmPeak).toBe(0)
    expect(memoryMiB.firmPeak).toBe(4096)
    expect(cores.booked).toBe(2)
    expect(measured).toBe(true)
  })

  test('suspended gives the machine back its memory; whether the scheduler can sell it is the cloud’s word', () => {
    const kept = ledgerOf({ instances: one('suspended'), gives: { suspend: none } })
    const sold = ledgerOf({ instances: one('suspended'), gives: { suspend: sells } })
    for (const ledger of [kept, sold]) expect(ledger.memoryMiB.firmPeak).toBe(0)
    expect(kept.memoryMiB.booked).toBe(4096)
    expect(sold.memoryMiB.booked).toBe(0)
    expect(sold.memoryMiB.sellable - kept.memoryMiB.sellable).toBe(4096)
    // A cloud that does not declare the action is taken to keep it in its books.
    expect(ledgerOf({ instances: one('suspended') }).memoryMiB.booked).toBe(4096)
  })

  test('without a scheduler the books are what is physically held, and nothing can be sold', () => {
    const host = { coreRatio: undefined, memoryRatio: undefined }
    const { cores, memoryMiB } = ledgerOf({ host, instances: one('suspended') })
    expect(cores.booked).toBe(0)
    expect(cores.sellable).toBe(0)
    expect(memoryMiB.sellable).toBe(0)
  })

  test('what nobody can vouch for holds everything', () => {
    for (const state of ['error', 'unknown', 'deleting', 'starting', 'migrating'] as const)
      expect(ledgerOf({ instances: one(state) }).cores.firmPeak).toBe(2)
  })
})

test('preemptible instances are lent, not firm', () => {
  const { cores } = ledgerOf({ instances: [anInstance({ name: 'a', firmness: 'preemptible' })], usage: bothMeasured })
  expect(cores.firmPeak).toBe(0)
  expect(cores.lent).toBe(2)
})

test('leases count, and promises beyond what is usable are overdrawn', () => {
  const { cores } = ledgerOf({ instances: two, leased: { cores: 20, memoryMiB: 0 } })
  expect(cores.leased).toBe(20)
  expect(cores.idle).toBe(0)
  expect(cores.overdrawn).toBeCloseTo(4 + 20 + 1.5 - 15)
})

test('a host that is down offers nothing and owes what was promised', () => {
  const { cores } = ledgerOf({ host: { state: 'down' }, instances: two })
  expect(cores.usable).toBe(0)
  expect(cores.overdrawn).toBe(4)
  expect(cores.sellable).toBe(0)
})

test('a host that is asleep offers nothing until it wakes', () => {
  const { cores, memoryMiB } = ledgerOf({ host: { state: 'asleep' }, instances: [] })
  expect([cores.usable, cores.idle, cores.sellable, cores.overdrawn]).toEqual([0, 0, 0, 0])
  expect([memoryMiB.usable, memoryMiB.idle]).toEqual([0, 0])
  expect(ledgerOf({ host: { state: 'up' }, instances: [] }).cores.idle).toBeGreaterThan(0)
})

test('only a host that is up can sell', () => {
  for (const state of ['disabled', 'maintenance'] as const)
    expect(ledgerOf({ host: { state }, instances: two }).cores.sellable).toBe(0)
})

describe('the use of the host as a whole', () => {
  const hostUse = { 'hv-1': { ...fresh, cpu: 0.4, memory: 3000, peakCpu: 1.2, peakMemory: 3500 } }
  const dayAgoMs = nowMs - policy.peakWindowMs
  const placed = (sinceMs: number): Placements => new Map(two.map(({ id }) => [id, { hostId: aHost().id, sinceMs }]))
  const usage = { ...bothMeasured, ...hostUse }

  test('bounds the peak when everything on it has been there for the whole window', () => {
    const { cores, memoryMiB } = ledgerOf({ instances: two, usage, placements: placed(dayAgoMs) })
    expect(cores.firmPeak).toBe(1.2)
    expect(memoryMiB.firmPeak).toBe(3500)
  })

  test('says nothing about an instance that came later', () => {
    expect(ledgerOf({ instances: two, usage, placements: placed(dayAgoMs + 1) }).cores.firmPeak).toBe(2)
    expect(ledgerOf({ instances: two, usage }).cores.firmPeak).toBe(2)
  })

  test('needs samples of the whole window', () => {
    const gappy = { ...usage, 'hv-1': { ...hostUse['hv-1'], coverage: 0.9 } }
    expect(ledgerOf({ instances: two, usage: gappy, placements: placed(dayAgoMs) }).cores.firmPeak).toBe(2)
  })

  test('is what is used now', () => {
    expect(ledgerOf({ instances: two, usage }).cores.used).toBe(0.4)
  })
})

describe('with an estimate', () => {
  const withEstimate = (rule: FirmPeakRule, cores: number) =>
    ledgerOf({
      instances: two,
      usage: bothMeasured,
      expected: { rule, of: () => ({ cores, memoryMiB: 3000 }), basisOf: () => cores },
    })

  test('the larger of the two peaks counts unless told otherwise, and both are shown', () => {
    expect(withEstimate('larger', 3).cores).toMatchObject({ firmPeak: 3, measuredPeak: 2, estimatedPeak: 3 })
    expect(withEstimate('larger', 1).cores).toMatchObject({ firmPeak: 2, measuredPeak: 2, estimatedPeak: 1 })
    expect(withEstimate('estimate', 1).cores).toMatchObject({ firmPeak: 1, measuredPeak: 2, idle: 12.5 })
    expect(withEstimate('measured', 3).cores).toMatchObject({ firmPeak: 2, estimatedPeak: 3 })
    expect(withEstimate('larger', 1).memoryMiB).toMatchObject({ firmPeak: 4000, estimatedPeak: 3000 })
  })

  test('a host without one counts with what is measured, in the totals too', () => {
    const none = ledgerOf({ instances: two, usage: bothMeasured })
    expect(none.cores).toMatchObject({ firmPeak: 2, estimatedPeak: undefined })
    expect(totalLedger([none, withEstimate('larger', 3), none]).cores).toMatchObject({
      firmPeak: 7,
      measuredPeak: 6,
      estimatedPeak: 7,
    })
    expect(totalLedger([none]).cores.estimatedPeak).toBeUndefined()
  })
})
