// Who leaves so that headroom is free before anybody asks; and the one that leaves because a person wants to see it.
import { defaultPreemptionPolicy, type Instance, type InstanceId, type PreemptionPolicy } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { anEviction } from '../testing/an-eviction.ts'
import { aRoomWorld } from '../testing/a-room-world.ts'
import { makeDecision } from './make-decision.ts'
import { planExpiry, planHeadroom, planShrink, planTest, stillShrunk } from './plan-proactive.ts'
import type { RoomWorld } from './room-world.ts'

const hourMs = 3_600_000
const host = aHost({ name: 'h1', cores: 8, reservedCores: 0, coreRatio: 1 })
const spot = (name: string, more: Partial<Instance> = {}) =>
  anInstance({ name, hostId: host.id, firmness: 'preemptible', vcpus: 2, memoryMiB: 1024, ...more })
const four = ['a', 'b', 'c', 'd'].map((name) => spot(name))

function worldOf(
  instances: readonly Instance[],
  policy: Partial<PreemptionPolicy> = {},
  more: Partial<RoomWorld> = {},
): RoomWorld {
  const preemption = { ...defaultPreemptionPolicy, action: 'stop', watermark: 0.25, ...policy } as const
  return aRoomWorld(aSnapshot({ hosts: [host], instances }), testStartMs, { preemption, ...more })
}
const leaving = (...given: Parameters<typeof worldOf>) =>
  planHeadroom(worldOf(...given))?.victims.map(({ instanceId }) => instanceId)

describe('the headroom', () => {
  it('is made by the fewest, and by nobody while it is there', () => {
    expect(leaving(four)).toHaveLength(1)
    expect(leaving(four, { watermark: 0.26 })).toHaveLength(2)
    expect(leaving(four.slice(0, 3))).toBeUndefined()
    expect(leaving(four.slice(0, 3), { watermark: 0.2501 })).toHaveLength(1)
  })

  it('is a plan without placements, that tells the hosts and what it costs', () => {
    expect(planHeadroom(worldOf(four))).toMatchObject({
      feasible: true,
      placements: [],
      victims: [{ hostId: 'test:h1' }],
      action: 'stop',
      hostReasons: { 'test:h1': ['chosen'] },
      reasons: { chosen: 1 },
      verdict: undefined,
    })
  })

  it('is not made where none is set, or nothing that can be done gives any', () => {
    for (const watermark of [0, -1, Number.NaN]) expect(leaving(four, { watermark })).toBeUndefined()
    expect(leaving(four, {}, { support: undefined })).toBeUndefined()
  })

  it('makes nobody leave when it cannot be reached even if all left', () => {
    const firm = spot('firm', { firmness: 'firm', vcpus: 7 })
    expect(leaving([firm, spot('a', { vcpus: 1 })])).toBeUndefined()
    expect(leaving([{ ...firm, vcpus: 6 }, spot('a')])).toEqual(['test:a'])
  })

  it('leaves alone who is protected or has opted out, and who is too young to the second', () => {
    const [a, b, c, d] = four as [Instance, Instance, Instance, Instance]
    const kept = { protectedBy: 'a lock' }
    const out = { tags: [defaultPreemptionPolicy.optOutTag] }
    expect(leaving([{ ...a, ...kept }, { ...b, ...out }, { ...c, ...kept }, d])).toEqual(['test:d'])
    const young = (agoMs: number) => ({ stateSinceMs: testStartMs - agoMs })
    const aged = (agoMs: number) =>
      leaving(
        [
          { ...a, ...young(1000) },
          { ...b, ...young(1000) },
          { ...c, ...young(1000) },
          { ...d, ...young(agoMs) },
        ],
        {
          minimumRunMs: hourMs,
        },
      )
    expect(aged(hourMs)).toEqual(['test:d'])
    expect(aged(hourMs - 1)).toBeUndefined()
  })

  it('is made as far as the budget of a project allows now; what has left lately counts', () => {
    const all = { watermark: 1 }
    const budget = (evictions: number) => ({ ...all, budget: { evictions, windowMs: hourMs } })
    expect(leaving(four, all)).toHaveLength(4)
    expect(leaving(four, budget(3))).toHaveLength(3)
    const left = (agoMs: number) => ({ evictions: [anEviction({ evictedAtMs: testStartMs - agoMs })] })
    expect(leaving(four, budget(3), left(hourMs - 1))).toHaveLength(2)
    expect(leaving(four, budget(3), left(hourMs))).toHaveLength(3)
    expect(leaving(four, budget(0))).toBeUndefined()
  })

  it('is not made twice: who is under way counts as gone', () => {
    const world = worldOf(four)
    const plan = planHeadroom(world)
    if (plan === undefined) throw new Error('nobody leaves')
    const order = { id: 'dec_1', requestId: 'r', kind: 'watermark', mode: 'enforce', by: 'Gleaner' } as const
    const decision = makeDecision({ ...order, wish: undefined }, plan, world)
    expect(planHeadroom({ ...world, decisions: [decision] })).toBeUndefined()
  })
})

describe('a test', () => {
  const tested = (instance: Partial<Instance> = {}, more: Partial<RoomWorld> = {}) =>
    planTest(worldOf([spot('a', instance)], {}, more), 'test:a' as InstanceId)

  it('lets one leave, with what is done to victims', () => {
    expect(tested()).toMatchObject({ victims: [{ instanceId: 'test:a', hostId: 'test:h1' }], cost: 1, action: 'stop' })
  })

  it('is none of what could not begin to leave, is on no host, or is not there', () => {
    expect(tested({ state: 'stopped' })).toBeUndefined()
    expect(tested({ state: 'migrating' })).toBeUndefined()
    expect(tested({ hostId: undefined })).toBeUndefined()
    expect(planTest(worldOf([]), 'test:a' as InstanceId)).toBeUndefined()
    expect(tested({}, { support: undefined })).toBeUndefined()
  })
})

describe('where nothing that can be done to a victim gives anything back', () => {
  it('nobody leaves for a smaller offer or after its run time, and no decision about it shrinks', () => {
    const room = { vcpus: 0, ramMiB: 0, unsold: { vcpus: 0, ramMiB: 0 }, basis: 'estimate' } as const
    const world = worldOf(four, { maximumRunMs: 1 }, { lendable: new Map([[host.id, room]]) })
    const plan = planShrink(world)
    if (plan === undefined) throw new Error('nobody leaves')
    expect(planExpiry(world)?.victims).toHaveLength(4)
    const order = { id: 'dec_1', requestId: 'r', kind: 'shrink', mode: 'enforce', by: 'Gleaner' } as const
    const decision = makeDecision({ ...order, wish: undefined }, plan, world)
    const blind = { ...world, support: undefined, decisions: [decision] }
    expect([planShrink(blind), planExpiry(blind), stillShrunk(blind, decision)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(stillShrunk({ ...world, decisions: [decision] }, decision)?.victims).toHaveLength(4)
  })
})
