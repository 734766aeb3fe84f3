// Lending on random clouds: never more than the estimate leaves, never at the expense of a firm sale, and as few leave as can.
import type { Host, Instance } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdingTable } from '../ledger/holding.ts'
import { ledgerLine } from '../ledger/ledger-line.ts'
import { anEstimate } from '../testing/an-estimate.ts'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { type LendableRoom, lendableRoom } from './lendable-room.ts'
import { planEviction } from './plan-eviction.ts'
import { planShrink } from './plan-proactive.ts'

const eps = 1e-6

const drawn = fc.record({
  cores: fc.integer({ min: 4, max: 24 }),
  ratio: fc.constantFrom(undefined, 1, 1.5, 2, 4),
  headroomShare: fc.constantFrom(0, 0.1),
  firm: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 5 }),
  lent: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
  /**
   * Share of what is promised to firm ones that is expected to be used; undefined: no estimate. In thousandths, so that no
   * excess lies between what counts as none in cores and in MiB.
   */
  used: fc.option(
    fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
    { nil: undefined },
  ),
  /** How many of the firm ones came after the estimate. */
  newcomers: fc.integer({ min: 0, max: 2 }),
  isStale: fc.constantFrom(false, false, false, true),
  fenced: fc.constantFrom(true, true, false),
})
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never

interface Made {
  readonly host: Host
  readonly instances: readonly Instance[]
  readonly room: LendableRoom | undefined
  readonly estimated: number | undefined
  readonly promised: number
}

/** Memory is as many GiB as there are cores, so that one of the two never hides the other. */
function made(given: Drawn, nth: number): Made {
  const { cores, ratio, headroomShare } = given
  const host = aHost({
    name: `h${nth}`,
    cores,
    reservedCores: 0,
    memoryMiB: cores * 1024,
    reservedMemoryMiB: 0,
    coreRatio: ratio,
    memoryRatio: ratio,
    diskGiB: 0,
  })
  const one = (name: string, vcpus: number, firmness: Instance['firmness']) =>
    anInstance({ name: `${name}-${nth}`, hostId: host.id, vcpus, memoryMiB: vcpus * 1024, diskGiB: 0, firmness })
  const firm = given.firm.map((vcpus, at) => one(`firm${at}`, vcpus, 'firm'))
  const lent = given.lent.map((vcpus, at) => one(`lent${at}`, vcpus, 'preemptible'))
  const promised = given.firm.reduce((sum, vcpus) => sum + vcpus, 0)
  const old = firm.slice(given.newcomers)
  const young = firm.slice(0, given.newcomers).reduce((sum, { vcpus }) => sum + vcpus, 0)
  const before = old.reduce((sum, { vcpus }) => sum + vcpus, 0)
  const estimated = given.used === undefined ? undefined : given.used * Math.min(before, cores)
  const line = (unit: number) =>
    ledgerLine({
      physical: cores * unit,
      reserved: 0,
      booked: promised * unit,
      used: undefined,
      firmPeak: 0,
      measuredPeak: 0,
      estimatedPeak: undefined,
      leased: 0,
      lent: 0,
      headroomShare,
      ratio,
    })
  const instances = [...firm, ...lent]
  const room = lendableRoom({
    host,
    instances,
    holding: holdingTable(undefined),
    estimate:
      estimated === undefined
        ? undefined
        : {
            estimate: anEstimate(host, { cores: estimated, memoryMiB: estimated * 1024, atMs: testStartMs }),
            known: new Set(old.map(({ id }) => id)),
            keepMs: 1000,
            nowMs: testStartMs + (given.isStale ? 2000 : 0),
          },
    ledger: { hostId: host.id, cores: line(1), memoryMiB: line(1024), measured: true },
    rule: 'larger',
    headroomShare,
  })
  return {
    host,
    instances,
    room: given.fenced ? room : undefined,
    estimated: estimated === undefined ? undefined : estimated + young,
    promised,
  }
}

const worldOf = (all: readonly Made[], more: readonly Instance[] = []) =>
  aRoomWorld(
    aSnapshot({
      hosts: all.map(({ host }) => host),
      instances: [...all.flatMap(({ instances }) => instances), ...more],
    }),
    testStartMs,
    { lendable: new Map(all.flatMap(({ host, room }) => (room === undefined ? [] : [[host.id, room]]))) },
  )

const lentOn = (host: Host, instances: readonly Instance[]) =>
  instances
    .filter(({ hostId, firmness }) => hostId === host.id && firmness === 'preemptible')
    .reduce((sum, { vcpus }) => sum + vcpus, 0)

describe('lending', () => {
  it('may be no more than the estimate leaves, and without one no more than is not sold', () => {
    let byEstimate = 0
    fc.assert(
      fc.property(drawn, (given) => {
        const { room, estimated, promised, host } = made({ ...given, fenced: true }, 0)
        if (room === undefined) throw new Error('fenced')
        const leaves = (peak: number) => Math.max(0, host.cores * (1 - given.headroomShare) - peak)
        const used = estimated === undefined || given.isStale ? promised : Math.min(promised, host.cores, estimated)
        expect(room.vcpus).toBeCloseTo(leaves(used), 6)
        expect(room.ramMiB).toBeCloseTo(leaves(used) * 1024, 3)
        if (room.basis === 'estimate' && promised > host.cores && room.vcpus > 0) byEstimate++
      }),
      { numRuns: 500 },
    )
    expect(byEstimate).toBeGreaterThan(20)
  })

  it('goes no further than that however many ask, nor further than the books of the cloud', () => {
    let placed = 0
    fc.assert(
      fc.property(
        fc.array(drawn, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
        (given, asked) => {
          const all = given.map(made)
          const came: Instance[] = []
          for (const [nth, vcpus] of asked.entries()) {
            const wish = aWish({ firmness: 'preemptible', vcpus, memoryMiB: vcpus * 1024, diskGiB: 0 })
            const plan = planEviction({ world: worldOf(all, came), wish, mayEvict: true })
            expect(plan.victims).toEqual([])
            const hostId = plan.placements[0]?.hostId
            if (hostId === undefined) continue
            const { memoryMiB } = wish
            came.push(
              anInstance({ name: `came-${nth}`, hostId, vcpus, memoryMiB, diskGiB: 0, firmness: 'preemptible' }),
            )
          }
          for (const { host, instances, room, promised } of all) {
            if (!came.some(({ hostId }) => hostId === host.id)) continue
            const lent = lentOn(host, [...instances, ...came])
            placed++
            if (room !== undefined) expect(lent).toBeLessThanOrEqual(room.vcpus + eps)
            const books =
              host.coreRatio === undefined && room !== undefined ? undefined : host.cores * (host.coreRatio ?? 1)
            if (books !== undefined) expect(lent + promised).toBeLessThanOrEqual(books + eps)
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(placed).toBeGreaterThan(100)
  })

  it('refuses no firm request that would be placed if nothing were lent', () => {
    let sold = 0
    let leaving = 0
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 12 }), (given, vcpus) => {
        const all = given.map(made)
        const wish = aWish({ vcpus, memoryMiB: vcpus * 1024, diskGiB: 0 })
        const bare = aRoomWorld(
          aSnapshot({
            hosts: all.map(({ host }) => host),
            instances: all.flatMap(({ instances }) => instances.filter(({ firmness }) => firmness === 'firm')),
          }),
          testStartMs,
        )
        const without = planEviction({ world: bare, wish, mayEvict: true })
        const plan = planEviction({ world: worldOf(all), wish, mayEvict: true })
        expect(plan.feasible).toBe(without.feasible)
        if (plan.feasible) sold++
        if (plan.victims.length > 0) leaving++
      }),
      { numRuns: 400 },
    )
    expect(sold).toBeGreaterThan(100)
    expect(leaving).toBeGreaterThan(20)
  })

  it('ends for as few as it takes when less may be lent', () => {
    let shrunk = 0
    fc.assert(
      fc.property(drawn, (given) => {
        const one = made({ ...given, fenced: true }, 0)
        const { host, instances, room } = one
        const plan = planShrink(worldOf([one]))
        const sizes = instances.filter(({ firmness }) => firmness === 'preemptible').map(({ vcpus }) => vcpus)
        const excess = lentOn(host, instances) - (room?.vcpus ?? 0)
        if (room?.basis === 'none' || excess <= eps) {
          expect(plan).toBeUndefined()
          return
        }
        // The largest first is the fewest when only the sum counts.
        let fewest = 0
        let freed = 0
        for (const size of sizes.toSorted((a, b) => b - a)) {
          if (freed >= excess - eps) break
          freed += size
          fewest++
        }
        expect(plan?.victims).toHaveLength(fewest)
        const gone = new Set(plan?.victims.map(({ instanceId }) => instanceId))
        const stay = instances.filter(({ id }) => !gone.has(id))
        expect(lentOn(host, stay)).toBeLessThanOrEqual((room?.vcpus ?? 0) + eps)
        shrunk++
      }),
      { numRuns: 400 },
    )
    expect(shrunk).toBeGreaterThan(50)
  })
})
