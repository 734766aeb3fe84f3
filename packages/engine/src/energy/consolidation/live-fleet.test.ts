// A running cloud as a consolidation policy sees it: who is counted where, with what, and what the policy is allowed.
import { freshPowerRecord, type Host, type HostId, type HostPowerRecord, type Instance } from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { type GateFacts, openGateWorld } from '../../gate/gate-world.ts'
import { aRoomWorld } from '../../testing/a-room-world.ts'
import { factsOf } from '../../testing/a-world.ts'
import { noPromise } from '../power/host-promise.ts'
import { defaultPowerOptions } from '../power/power-options.ts'
import { defaultConsolidationOptions } from './consolidation-options.ts'
import { DemandMemory } from './demand-memory.ts'
import { type FleetQuestion, liveFleet, movesUnderWay } from './live-fleet.ts'
import { usageOf } from './testing/usage-of.ts'

const nowMs = testStartMs
const nothing = { physicalCores: false, physicalMemory: false, sellable: false }
const sizes = { cores: 16, reservedCores: 4, memoryMiB: 32_768, reservedMemoryMiB: 768, coreRatio: 2, memoryRatio: 1.5 }
const h1 = aHost({ name: 'h1', ...sizes, idlePowerW: 90, fullPowerW: 210 })
const h2 = aHost({ name: 'h2', ...sizes, coreRatio: undefined, memoryRatio: undefined })
const on = (where: Host, name: string, more: Partial<Instance> = {}) =>
  anInstance({ name, hostId: where.id, vcpus: 4, memoryMiB: 4096, ...more })

interface Scene {
  readonly hosts?: readonly Host[]
  readonly instances: readonly Instance[]
  /** Cores by name; nobody knows of those that are not named. */
  readonly uses: Readonly<Record<string, number>>
  readonly facts?: Partial<GateFacts>
  readonly more?: Partial<FleetQuestion>
}

function fleet({ hosts = [h1, h2], instances, uses, facts = {}, more = {} }: Scene) {
  const reading = aSnapshot({ hosts, instances, takenAtMs: nowMs - 10_000 })
  const base = aRoomWorld(reading, nowMs)
  const support = new Map([...(base.support ?? []), ['sleep', nothing] as const])
  const usage = usageOf(
    instances.flatMap(({ id, name }) => (uses[name] === undefined ? [] : [[id, uses[name]] as const])),
    nowMs,
  )
  const hostUse = () => ({ isHeld: false, promise: noPromise, leadMs: 600_000 })
  return liveFleet({
    world: { ...base, support },
    gate: openGateWorld({ ...factsOf({ reading, rules: [], nowMs }), usage, hostUse, ...facts }),
    journal: [],
    demand: new DemandMemory(defaultConsolidationOptions.stepMs),
    isPowered: () => true,
    recordOf: () => undefined,
    efficiencyOf: () => 1,
    power: defaultPowerOptions,
    closing: new Set(),
    staysFor: () => undefined,
    options: defaultConsolidationOptions,
    ...more,
  })
}

describe('hosts', () => {
  it('have what is not reserved of them, sold as often as the cloud sells it', () => {
    const { view } = fleet({ instances: [], uses: {} })
    expect([...view.hosts.capacity]).toEqual([12, 12])
    expect([...view.hosts.memoryMiB]).toEqual([48_000, 32_000])
    expect([...(view.limits?.soldVcpus?.ofHost ?? [])]).toEqual([24, Number.POSITIVE_INFINITY])
  })

  it('draw what is known of them, and else what the settings say, twice as much at work', () => {
    const { view } = fleet({
      hosts: [h1, { ...h2, idlePowerW: undefined, fullPowerW: undefined }],
      instances: [],
      uses: {},
      more: { power: { ...defaultPowerOptions, idlePowerW: 70 } },
    })
    expect(view.hosts.curves).toEqual([
      [90, 210],
      [70, 140],
    ])
  })

  it('are emptied only where they can be switched, and have rested since they woke', () => {
    const asked = (more: Partial<FleetQuestion>) => fleet({ instances: [], uses: {}, more }).view.limits?.mayEmpty(0)
    expect(asked({})).toBe(true)
    expect(asked({ isPowered: () => false })).toBe(false)
    const woke = (agoMs: number) => asked({ recordOf: (hostId) => recordOf(hostId, nowMs - agoMs) })
    expect(woke(defaultPowerOptions.leastOnMs - 1)).toBe(false)
    expect(woke(defaultPowerOptions.leastOnMs)).toBe(true)
  })

  it('take nobody who are on their way to sleep, or whom a person wants asleep', () => {
    const asked = (more: Partial<FleetQuestion>) => fleet({ instances: [], uses: {}, more }).view.limits?.mayTake(0)
    expect(asked({})).toBe(true)
    expect(asked({ closing: new Set([h1.id]) })).toBe(false)
    const wish = { state: 'asleep', by: 'ada', atMs: nowMs, untilMs: nowMs + 3_600_000 } as const
    expect(asked({ recordOf: (hostId) => ({ ...recordOf(hostId, 0), wish }) })).toBe(false)
  })
})

const recordOf = (hostId: HostId, wokeAtMs: number): HostPowerRecord => ({ ...freshPowerRecord(hostId), wokeAtMs })

describe('instances', () => {
  it('count with what they use and at most what they were sold; who does not run uses nothing and holds no memory', () => {
    const instances = [on(h1, 'calm'), on(h1, 'wild'), on(h2, 'off', { state: 'stopped' })]
    const { view } = fleet({ instances, uses: { calm: 0.5, wild: 9 } })
    expect([...view.demand]).toEqual([0.5, 4, 0])
    expect([...view.hostOf]).toEqual([0, 0, 1])
    expect([...view.instances.size]).toEqual([4, 4, 4])
    expect(view.pastDemand(0, 0)).toBe(0.5)
    expect(view.pastDemand(0, 3)).toBe(0.5)
    expect(view.pastDemand(2, 3)).toBe(0)
  })

  it('whose use is not known leave their whole host out, with the reason', () => {
    const { hosts, instances, leftAlone } = fleet({
      instances: [on(h1, 'known'), on(h1, 'dark'), on(h2, 'other')],
      uses: { known: 1, other: 1 },
    })
    expect(hosts.map(({ name }) => name)).toEqual(['h2'])
    expect(instances.map(({ name }) => name)).toEqual(['other'])
    expect(leftAlone.get(h1.id)).toMatchObject({ code: 'telemetry-stale', facts: { instance: 'dark' } })
  })

  it('on their way count where they go, wherever the reading shows them', () => {
    const moving = on(h1, 'moving')
    const journal = [
      aJournalEntry({
        action: 'migrate',
        instanceId: moving.id,
        hostId: h1.id,
        setting: { toHostId: h2.id },
        state: 'accepted',
        finishedAtMs: undefined,
      }),
    ]
    const { view, instances } = fleet({ instances: [moving], uses: { moving: 1 }, more: { journal } })
    expect(instances.map(({ name }) => name)).toEqual(['moving'])
    expect([...view.hostOf]).toEqual([1])
    expect(movesUnderWay(journal)).toEqual(new Map([[moving.id, h2.id]]))
    const over = journal.map((entry) => ({ ...entry, state: 'done' as const, finishedAtMs: nowMs }))
    expect(movesUnderWay(over)).toEqual(new Map())
    expect([...fleet({ instances: [moving], uses: { moving: 1 }, more: { journal: over } }).view.hostOf]).toEqual([0])
  })

  it('that stay do not move, and the reason is kept', () => {
    const verdict = { code: 'protected', sentence: 'A lock.', facts: {} } as const
    const { view, stays } = fleet({
      instances: [on(h1, 'free'), on(h1, 'locked')],
      uses: { free: 1, locked: 1 },
      more: { staysFor: ({ name }) => (name === 'locked' ? verdict : undefined) },
    })
    expect(stays).toEqual([undefined, verdict])
    expect([0, 1].map((nth) => view.limits?.mayMove(nth))).toEqual([true, false])
  })
})
