import type { ConsolidationPolicy } from '@gleaner/engine/energy'
import { expect, test } from 'vitest'
import type { SetUp } from './cloudsim-set-up.ts'
import { consolidationPolicy } from './policies.ts'
import type { Loads } from './read-loads.ts'
import { replayConsolidation } from './replay-consolidation.ts'

const nobodyMoves: ConsolidationPolicy = { name: 'none', decide: () => [] }
const loads = (...shares: readonly (readonly number[])[]): Loads => ({
  name: 'day',
  stepS: 300,
  shares: shares.map((row) => Float64Array.from(row)),
})
/** Two hosts of 100 (one core each), 100 W at rest and 200 W at full load; instances of 100 and 625 MiB: ten seconds. */
const setUp = (...hostOf: readonly number[]): SetUp => ({
  hosts: {
    count: 2,
    capacity: Float64Array.of(100, 100),
    coreCapacity: Float64Array.of(100, 100),
    memoryMiB: Float64Array.of(4096, 4096),
    curves: [
      [100, 200],
      [100, 200],
    ],
  },
  instances: {
    count: hostOf.length,
    size: new Float64Array(hostOf.length).fill(100),
    memoryMiB: new Float64Array(hostOf.length).fill(625),
  },
  firstHostOf: Int32Array.from(hostOf),
})

test('energy is power over time of the hosts at work; the rest is off', () => {
  const outcome = replayConsolidation(nobodyMoves, { loads: loads([0.5, 0.5]), setUp: setUp(0), memoryBinds: false })
  expect(outcome.energyKWh).toBeCloseTo((150 * 300) / 3.6e6, 12)
  expect(outcome).toMatchObject({ slatah: 0, pdm: 0, slav: 0, migrations: 0, meanHosts: 1, shutdowns: 0 })
})

test('between two steps demand changes along a line', () => {
  const outcome = replayConsolidation(nobodyMoves, { loads: loads([0, 1]), setUp: setUp(0), memoryBinds: false })
  expect(outcome.energyKWh).toBeCloseTo((150 * 300) / 3.6e6, 12)
})

test('a host that is asked for more than it has counts as short for all that time', () => {
  const rows = loads([0.75, 0.75, 0.25], [0.75, 0.75, 0.25])
  const outcome = replayConsolidation(nobodyMoves, { loads: rows, setUp: setUp(0, 0), memoryBinds: false })
  expect(outcome.slatah).toBe(0.5)
  expect(outcome.pdm).toBe(0)
})

test('an instance runs on the old host until its memory is over, with nine tenths', () => {
  const moveFirst: ConsolidationPolicy = {
    name: 'once',
    decide: ({ step }) => (step === 0 ? [{ instance: 0, to: 1 }] : []),
  }
  const rows = loads([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
  const outcome = replayConsolidation(moveFirst, { loads: rows, setUp: setUp(0, 0), memoryBinds: false })
  expect(outcome.migrations).toBe(1)
  // Ten of 600 seconds, a tenth of 50 of the 100 that are asked for.
  expect(outcome.pdm).toBeCloseTo((10 * 5) / (600 * 100), 12)
  // Full host for ten seconds, then two at half load.
  expect(outcome.energyKWh).toBeCloseTo((200 * 10 + 2 * 150 * 590) / 3.6e6, 12)
  expect(outcome.meanHosts).toBeCloseTo((10 + 2 * 590) / 600, 12)
})

test('a host that is left by its last instance was shut down once', () => {
  const moveFirst: ConsolidationPolicy = {
    name: 'once',
    decide: ({ step }) => (step === 0 ? [{ instance: 0, to: 1 }] : []),
  }
  const rows = loads([0.2, 0.2, 0.2], [0.2, 0.2, 0.2])
  expect(replayConsolidation(moveFirst, { loads: rows, setUp: setUp(0, 1), memoryBinds: false }).shutdowns).toBe(1)
})

test('a move to where the instance already is costs nothing', () => {
  const stay: ConsolidationPolicy = { name: 'stay', decide: () => [{ instance: 0, to: 0 }] }
  expect(replayConsolidation(stay, { loads: loads([1, 1]), setUp: setUp(0), memoryBinds: false }).migrations).toBe(0)
})

test('an instance that has left is counted no longer, and one that comes not before', () => {
  const gone = Number.NaN
  const rows = loads([0.5, 0.5, gone, gone, gone], [gone, gone, gone, 0.2, 0.2])
  const outcome = replayConsolidation(nobodyMoves, { loads: rows, setUp: setUp(0, 1), memoryBinds: false })
  // Two steps of the one, nobody, then one of the other: a value counts until the next is due.
  expect(outcome.energyKWh).toBeCloseTo(((150 * 2 + 120) * 300) / 3.6e6, 12)
  expect(outcome).toMatchObject({ meanHosts: 0.75, shutdowns: 1 })
})

test.each(['gleaner', 'lr-1.2-mmt', 'mad-2.5-mc', 'thr-0.8-mu', 'iqr-1.5-rs'])(
  '%s copes with instances that come and go',
  (name) => {
    const gone = Number.NaN
    const steps = 40
    const row = (from: number, to: number, share: number) =>
      Array.from({ length: steps }, (_, step) => (step >= from && step < to ? share * (1 + 0.3 * (step % 3)) : gone))
    const rows = loads(row(0, 40, 0.1), row(0, 11, 0.5), row(5, 40, 0.3), row(12, 20, 0.6), row(30, 40, 0.2))
    const decided: (readonly number[])[] = []
    const policy = consolidationPolicy(name)
    const watched: ConsolidationPolicy = {
      name,
      decide(fleet) {
        const moves = policy.decide(fleet)
        decided.push(moves.filter(({ instance }) => fleet.hostOf[instance] === -1).map(({ instance }) => instance))
        return moves
      },
    }
    const outcome = replayConsolidation(watched, { loads: rows, setUp: setUp(0, 0, 1, 1, 0), memoryBinds: false })
    expect(decided.length).toBe(steps - 1)
    expect(decided.flat()).toEqual([])
    expect(Object.values(outcome).every(Number.isFinite)).toBe(true)
    expect(outcome.meanHosts).toBeGreaterThan(0.9)
  },
)

test('where nobody asks for anything, the figures are zero', () => {
  const outcome = replayConsolidation(nobodyMoves, { loads: loads([0, 0]), setUp: setUp(0), memoryBinds: false })
  expect(outcome).toMatchObject({ slatah: 0, pdm: 0, slav: 0 })
})

test('those who come are placed by nominal size; who fits nowhere at the start is an error', () => {
  const { hosts, instances } = setUp(0, 0, 0)
  const three = loads([0.1, 0.1], [0.1, 0.1], [0.1, 0.1])
  const replay = (rows: Loads) =>
    replayConsolidation(nobodyMoves, { loads: rows, setUp: { hosts, instances }, memoryBinds: false })
  expect(() => replay(three)).toThrow('instance 3 of 3 finds no room on 2 hosts')
  const later = loads([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], [Number.NaN, 0.1, 0.1])
  expect(replay(later).meanHosts).toBe(2)
})
