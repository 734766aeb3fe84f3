// Fleets whose loads wander, moved about for hours of virtual time: what never happens, whatever the loads do.
import { type Host, type HostId, type Instance, type InstanceId, type JournalEntry } from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, aSnapshot, testCloud, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openGateWorld } from '../../gate/gate-world.ts'
import { aRoomWorld } from '../../testing/a-room-world.ts'
import { factsOf } from '../../testing/a-world.ts'
import { namedConsolidation, steadyConsolidations } from '../named-consolidation.ts'
import { type HostPromise, noPromise } from '../power/host-promise.ts'
import { defaultPowerOptions } from '../power/power-options.ts'
import { defaultConsolidationOptions } from './consolidation-options.ts'
import { DemandMemory } from './demand-memory.ts'
import { proposeConsolidation } from './propose-consolidation.ts'
import { usageOf } from './testing/usage-of.ts'

const options = { ...defaultConsolidationOptions, hostsAtOnce: 2, movesAtOnce: 6 }
const nothing = { physicalCores: false, physicalMemory: false, sellable: false }

interface Fleet {
  readonly hosts: readonly {
    readonly cores: number
    readonly memoryMiB: number
    readonly lease: 'none' | 'now' | 'soon'
    readonly closed: boolean
  }[]
  readonly instances: readonly {
    readonly at: number
    readonly vcpus: number
    readonly memoryMiB: number
    readonly locked: boolean
    readonly measured: boolean
  }[]
  readonly policy: string
  readonly seed: number
  readonly isSteady: boolean
}

const fleets: fc.Arbitrary<Fleet> = fc.record({
  hosts: fc.array(
    fc.record({
      cores: fc.constantFrom(4, 8, 16),
      memoryMiB: fc.constantFrom(16_384, 32_768),
      lease: fc.constantFrom('none', 'none', 'none', 'now', 'soon'),
      closed: fc.boolean(),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  instances: fc.array(
    fc.record({
      at: fc.nat({ max: 5 }),
      vcpus: fc.constantFrom(1, 2, 4),
      memoryMiB: fc.constantFrom(1024, 4096, 8192),
      locked: fc.nat({ max: 9 }).map((nth) => nth === 0),
      measured: fc.nat({ max: 9 }).map((nth) => nth > 0),
    }),
    { minLength: 1, maxLength: 16 },
  ),
  policy: fc.constantFrom('gleaner', 'gleaner', ...steadyConsolidations),
  seed: fc.nat(),
  isSteady: fc.boolean(),
})

interface Moved {
  readonly atMs: number
  readonly id: InstanceId
  readonly from: HostId
  readonly to: HostId
}

/** Every proposal is done at once, as the gate might let it. */
function run(fleet: Fleet, steps: number): readonly Moved[] {
  const hosts = fleet.hosts.map(({ cores, memoryMiB, closed }, nth) =>
    aHost({
      name: `h${nth}`,
      cores,
      memoryMiB,
      reservedCores: 0,
      reservedMemoryMiB: 0,
      coreRatio: 2,
      memoryRatio: 1,
      state: closed && nth > 1 ? 'disabled' : 'up',
    }),
  )
  const promiseOf = (id: HostId, nowMs: number): HostPromise => {
    const { lease } = fleet.hosts[hosts.findIndex((host) => host.id === id)] ?? {}
    if (lease === 'now') return { isActive: true, nextStartMs: Number.POSITIVE_INFINITY }
    return lease === 'soon' ? { isActive: false, nextStartMs: nowMs + 7_200_000 } : noPromise
  }
  let instances: Instance[] = fleet.instances.map(({ at, vcpus, memoryMiB, locked }, nth) =>
    anInstance({
      name: `i${nth}`,
      hostId: (hosts[at % hosts.length] as Host).id,
      vcpus,
      memoryMiB,
      diskGiB: 0,
      protectedBy: locked ? 'a lock' : undefined,
    }),
  )
  let random = fleet.seed
  const next = () => (random = (random * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const used = fleet.instances.map(({ vcpus }) => vcpus * next() * 0.6)
  const demand = new DemandMemory(options.stepMs)
  const journal: JournalEntry[] = []
  const moves: Moved[] = []
  for (let step = 0; step < steps; step++) {
    const nowMs = testStartMs + step * options.stepMs
    if (!fleet.isSteady)
      for (const [nth, { vcpus }] of fleet.instances.entries())
        used[nth] = Math.min(vcpus, Math.max(0, (used[nth] as number) + (next() - 0.5) * 0.4 * vcpus))
    const reading = aSnapshot({ hosts, instances, takenAtMs: nowMs, version: step + 1 })
    const base = aRoomWorld(reading, nowMs)
    const support = new Map([...(base.support ?? []), ['migrate', nothing] as const, ['sleep', nothing] as const])
    const measured = instances.flatMap(({ id }, nth) =>
      fleet.instances[nth]?.measured ? [[id, used[nth] as number] as const] : [],
    )
    const facts = {
      ...factsOf({ reading, rules: [], nowMs }),
      usage: usageOf(measured, nowMs),
      supports: new Map([[testCloud, support]]),
      journal,
      hostUse: ({ id }: Host) => ({ isHeld: false, promise: promiseOf(id, nowMs), leadMs: 600_000 }),
    }
    const policy = namedConsolidation(fleet.policy)
    if (policy === undefined) throw new Error(fleet.policy)
    const { candidates } = proposeConsolidation({
      world: { ...base, support },
      gate: openGateWorld(facts),
      journal,
      proposals: [],
      policy,
      mode: 'enforce',
      options,
      demand,
      power: defaultPowerOptions,
      isPowered: () => true,
      recordOf: () => undefined,
      efficiencyOf: () => 1,
      closing: new Set(),
      wanted: new Set(),
    })
    for (const { instanceId, setting } of candidates) {
      const moved = instances.find(({ id }) => id === instanceId) as Instance
      const to = setting?.toHostId as HostId
      moves.push({ atMs: nowMs, id: moved.id, from: moved.hostId as HostId, to })
      expect(moved.protectedBy).toBeUndefined()
      const host = hosts.find(({ id }) => id === to) as Host
      expect(host.state).toBe('up')
      for (const id of [to, moved.hostId as HostId]) {
        expect(promiseOf(id, nowMs)).toBe(noPromise)
        // Nobody is there whose use is not known.
        expect(instances.every((each, nth) => each.hostId !== id || fleet.instances[nth]?.measured)).toBe(true)
      }
      instances = instances.map((each) => (each.id === moved.id ? { ...each, hostId: to } : each))
      const there = instances.filter((each) => each.hostId === to)
      const sum = (of: (each: Instance) => number) => there.reduce((total, each) => total + of(each), 0)
      expect(sum(({ vcpus }) => vcpus)).toBeLessThanOrEqual(2 * host.cores)
      expect(sum(({ memoryMiB }) => memoryMiB)).toBeLessThanOrEqual(host.memoryMiB)
      expect(
        there.reduce((total, { id }) => total + (used[Number(id.split(':i')[1])] as number), 0),
      ).toBeLessThanOrEqual(host.cores)
      journal.push(
        aJournalEntry({
          id: `act_${journal.length}`,
          instanceId: moved.id,
          hostId: moved.hostId as HostId,
          action: 'migrate',
          capability: 'energy',
          setting,
          state: 'done',
          intendedAtMs: nowMs,
          acceptedAtMs: nowMs,
          finishedAtMs: nowMs,
        }),
      )
    }
    expect(candidates.length).toBeLessThanOrEqual(options.movesAtOnce)
  }
  return moves
}

test('nobody is moved to where there is no room, to or from hosts of others, twice within the rest, or if protected', () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const last = new Map<InstanceId, number>()
      for (const { id, atMs } of run(fleet, 24)) {
        expect(atMs - (last.get(id) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(options.restMs)
        last.set(id, atMs)
      }
    }),
    { numRuns: 150 },
  )
})

test('under steady loads nobody goes back to a host he has left, and it comes to rest', () => {
  const step = 24
  fc.assert(
    fc.property(fleets, (fleet) => {
      const moves = run({ ...fleet, isSteady: true, policy: 'gleaner' }, 6 * step)
      const left = new Set<string>()
      for (const { id, from, to } of moves) {
        expect(left.has(`${id} ${to}`)).toBe(false)
        left.add(`${id} ${from}`)
      }
      expect(moves.filter(({ atMs }) => atMs >= testStartMs + 5 * step * options.stepMs)).toEqual([])
    }),
    { numRuns: 60 },
  )
})
