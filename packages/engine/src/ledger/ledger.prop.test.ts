import { defaultPolicy, type Host, type LedgerLine } from '@gleaner/model'
import { inventories, testCloud, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { allSupports } from '../testing/all-supports.ts'
import { type FakeSubject, fakeUsage } from '../testing/fake-usage.ts'
import { firmPeakRules } from './expected-peak.ts'
import { totalLedger } from './ledger-line.ts'
import { noUsage } from './usage-access.ts'
import { takeLedger } from './take-ledger.ts'

const nowMs = testStartMs
const number = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, 1e300),
)
const subject: fc.Arbitrary<FakeSubject> = fc.record({
  lastAtMs: fc.constantFrom(nowMs, nowMs - 1e9, Number.NaN),
  cpu: number,
  memory: number,
  peakCpu: number,
  peakMemory: number,
  coverage: fc.constantFrom(0, 0.5, 1, Number.NaN),
})

const worlds = inventories({ maxHosts: 5, maxInstances: 15 }).chain((inventory) => {
  const ids = [...inventory.hosts, ...inventory.instances].map(({ id }) => id as string)
  const snapshot = freezeSnapshot(inventory, { cloudId: testCloud, version: 1, takenAtMs: nowMs })
  return fc
    .record({
      usage: fc.tuple(...ids.map(() => fc.option(subject, { nil: undefined }))),
      headroomShare: fc.double({ min: 0, max: 1, noNaN: true }),
      placed: fc.boolean(),
    })
    .map(({ usage, headroomShare, placed }) => ({
      snapshot,
      usage: fakeUsage(new Map(ids.flatMap((id, at) => (usage[at] === undefined ? [] : [[id, usage[at]] as const])))),
      policy: { ...defaultPolicy, headroomShare },
      nowMs,
      supports: allSupports(testCloud),
      ...(placed
        ? {
            placements: new Map(
              snapshot.instances.flatMap(({ id, hostId }) =>
                hostId === undefined ? [] : [[id, { hostId, sinceMs: 0 }] as const],
              ),
            ),
          }
        : {}),
    }))
})

function near(a: number, b: number): void {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(a), Math.abs(b)))
}

function checkLine(line: LedgerLine): void {
  for (const [name, value] of Object.entries(line)) {
    if ((name === 'used' || name === 'estimatedPeak') && value === undefined) continue
    expect(value, name).toBeGreaterThanOrEqual(0)
    expect(value, name).toBeLessThan(Number.POSITIVE_INFINITY)
  }
  near(line.usable, line.physical - line.reserved)
  near(line.usable + line.overdrawn, line.firmPeak + line.leased + line.lent + line.headroom + line.idle)
}

test('every line of every host and their totals keep the identities, with no negative and no NaN', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const ledgers = takeLedger(world)
      expect(ledgers.map(({ hostId }) => hostId)).toEqual(world.snapshot.hosts.map(({ id }) => id))
      for (const { cores, memoryMiB } of ledgers) {
        for (const line of [cores, memoryMiB]) {
          checkLine(line)
          expect(Math.min(line.idle, line.overdrawn)).toBe(0)
        }
      }
      const totals = totalLedger(ledgers)
      checkLine(totals.cores)
      checkLine(totals.memoryMiB)
      near(
        totals.cores.idle,
        ledgers.reduce((sum, { cores }) => sum + cores.idle, 0),
      )
      near(
        totals.memoryMiB.sellable,
        ledgers.reduce((sum, { memoryMiB }) => sum + memoryMiB.sellable, 0),
      )
    }),
    { numRuns: 400 },
  )
})

test('of two peaks the larger counts, of a host without an estimate the measured one', () => {
  const rules = fc.constantFrom(...firmPeakRules)
  const peaks = fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }), { minLength: 1 })
  fc.assert(
    fc.property(worlds, rules, peaks, (world, rule, estimates) => {
      const at = (hostId: string) => estimates[hostId.length % estimates.length]
      const of = ({ id }: Host) => {
        const cores = at(id)
        return cores === undefined ? undefined : { cores, memoryMiB: cores * 1024 }
      }
      const plain = takeLedger(world)
      const ledgers = takeLedger({ ...world, expected: { rule, of, basisOf: () => undefined } })
      for (const [nth, { hostId, cores, memoryMiB }] of ledgers.entries()) {
        const measured = plain[nth]?.cores.firmPeak ?? Number.NaN
        checkLine(cores)
        checkLine(memoryMiB)
        expect(cores).toMatchObject({ measuredPeak: measured, estimatedPeak: at(hostId) })
        if (rule === 'larger') expect(cores.firmPeak).toBe(Math.max(measured, at(hostId) ?? 0))
        if (rule === 'measured') expect(cores.firmPeak).toBe(measured)
        if (rule === 'estimate') expect(cores.firmPeak).toBe(at(hostId) ?? measured)
      }
    }),
    { numRuns: 200 },
  )
})

test('no data is never idle: without usage nothing is more idle than the books say', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const blind = takeLedger({ ...world, usage: noUsage })
      for (const { hostId, cores, memoryMiB } of blind) {
        const running = (world.snapshot.instancesOfHost.get(hostId) ?? []).filter(
          ({ state, firmness }) =>
            firmness === 'firm' && !['paused', 'suspended', 'stopped', 'shelved'].includes(state),
        )
        const vcpus = running.reduce((sum, instance) => sum + instance.vcpus, 0)
        const memory = running.reduce((sum, instance) => sum + instance.memoryMiB, 0)
        near(cores.firmPeak, vcpus)
        expect(memoryMiB.firmPeak).toBeGreaterThanOrEqual(memory)
      }
    }),
  )
})
