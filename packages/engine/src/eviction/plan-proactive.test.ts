// Evictions nobody asked for: whose maximum run time is over, and what is lent beyond what may be.
import { defaultPreemptionPolicy, type HostId } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { checkEviction } from './check-eviction.ts'
import type { LendableRoom } from './lendable-room.ts'
import { makeDecision } from './make-decision.ts'
import { planEviction } from './plan-eviction.ts'
import { planExpiry, planShrink } from './plan-proactive.ts'

const hourMs = 3_600_000
const host = aHost({ name: 'h1', cores: 8, reservedCores: 0, coreRatio: 1 })
const spot = (name: string, hours: number, more: Parameters<typeof anInstance>[0] = {}) =>
  anInstance({
    name,
    hostId: host.id,
    firmness: 'preemptible',
    vcpus: 2,
    memoryMiB: 1024,
    stateSinceMs: testStartMs - hours * hourMs,
    createdAtMs: testStartMs - hours * hourMs,
    ...more,
  })

type Spot = ReturnType<typeof spot>

describe('the maximum run time', () => {
  const preemption = { ...defaultPreemptionPolicy, action: 'stop', maximumRunMs: 4 * hourMs } as const
  const leaving = (
    instances: readonly ReturnType<typeof spot>[],
    more: Partial<Parameters<typeof aRoomWorld>[2]> = {},
  ) =>
    planExpiry(aRoomWorld(aSnapshot({ hosts: [host], instances }), testStartMs, { preemption, ...more }))?.victims.map(
      ({ instanceId }) => instanceId,
    )

  it('is over for who has run so long, to the millisecond', () => {
    const justBefore = spot('before', 4, { stateSinceMs: testStartMs - 4 * hourMs + 1 })
    expect(leaving([spot('young', 1), spot('over', 4), justBefore])).toEqual(['test:over'])
  })

  it('is none where none is set', () => {
    const endless = { ...preemption, maximumRunMs: Number.POSITIVE_INFINITY }
    expect(leaving([spot('old', 10_000)], { preemption: endless })).toBeUndefined()
  })

  it('does not end firm ones, stopped ones, protected ones, and those that opted out', () => {
    const none = [
      spot('firm', 9, { firmness: 'firm' }),
      spot('stopped', 9, { state: 'stopped' }),
      spot('locked', 9, { protectedBy: 'a lock' }),
      spot('out', 9, { tags: [preemption.optOutTag] }),
    ]
    expect(leaving(none)).toBeUndefined()
  })

  it('was agreed beforehand: a budget that is used up does not keep them', () => {
    const budget = { evictions: 0, windowMs: hourMs }
    expect(leaving([spot('over', 5)], { preemption: { ...preemption, budget } })).toEqual(['test:over'])
  })

  it('does not begin for an instance of which the cloud does not say how long it runs', () => {
    expect(leaving([spot('unknown', 0, { stateSinceMs: undefined, createdAtMs: undefined })])).toBeUndefined()
  })
})

describe('what is lent', () => {
  const room = (vcpus: number, ramMiB: number, basis: LendableRoom['basis'] = 'estimate'): LendableRoom => ({
    vcpus,
    ramMiB,
    unsold: { vcpus: 0, ramMiB: 0 },
    basis,
  })
  const worldOf = (
    lendable: LendableRoom | undefined,
    instances: readonly ReturnType<typeof spot>[],
    more: Parameters<typeof aRoomWorld>[2] = {},
  ) =>
    aRoomWorld(aSnapshot({ hosts: [host], instances }), testStartMs, {
      ...more,
      ...(lendable === undefined ? {} : { lendable: new Map<HostId, LendableRoom>([[host.id, lendable]]) }),
    })
  const shrink = (...given: Parameters<typeof worldOf>) =>
    planShrink(worldOf(...given))?.victims.map(({ instanceId }) => instanceId)
  const three = [spot('a', 1), spot('b', 2), spot('c', 3)]

  it('stays while it is no more than may be lent', () => {
    expect(shrink(room(6, 3072), three)).toBeUndefined()
  })

  it('leaves as far as it is more, and no further', () => {
    expect(shrink(room(5, 3072), three)).toHaveLength(1)
    expect(shrink(room(6, 1024), three)).toHaveLength(2)
    expect(shrink(room(0, 0), three)).toHaveLength(3)
  })

  it('is not looked at on hosts where nothing is lent', () => {
    expect(shrink(undefined, three)).toBeUndefined()
  })

  it('leaves when the estimate is too old, and stays until there is one', () => {
    expect(shrink(room(0, 0, 'stale'), three)).toHaveLength(3)
    expect(shrink(room(0, 0, 'none'), three)).toBeUndefined()
  })

  it('leaves as far as it can where somebody has to stay', () => {
    const [a, b, c] = three as [Spot, Spot, Spot]
    expect(shrink(room(0, 0), [{ ...a, protectedBy: 'a lock' }, b, c])).toEqual(['test:b', 'test:c'])
    expect(shrink(room(4, 3072), [{ ...a, protectedBy: 'a lock' }, b, c])).toHaveLength(1)
    const preemption = { ...defaultPreemptionPolicy, action: 'stop', minimumRunMs: 2 * hourMs } as const
    expect(shrink(room(0, 0), [a, b, c], { preemption })).toEqual(['test:b', 'test:c'])
    expect(shrink(room(0, 0), [{ ...a, protectedBy: 'a lock' }])).toBeUndefined()
  })

  it('leaves within the budget of a project, over all hosts together', () => {
    const hosts = ['h1', 'h2', 'h3'].map((name) => aHost({ name, cores: 8, reservedCores: 0, coreRatio: 1 }))
    const instances = hosts.map(({ id, name }) => spot(`on-${name}`, 1, { hostId: id }))
    const lendable = new Map(hosts.map(({ id }) => [id, room(0, 0)]))
    const within = (evictions: number) => {
      const budget = { evictions, windowMs: hourMs }
      const preemption = { ...defaultPreemptionPolicy, action: 'stop', budget } as const
      return planShrink(aRoomWorld(aSnapshot({ hosts, instances }), testStartMs, { preemption, lendable }))?.victims
    }
    expect(within(0)).toBeUndefined()
    expect(within(2)).toHaveLength(2)
    expect(within(3)).toHaveLength(3)
  })

  it('counts those who cannot leave, and a firm one that is promised room there', () => {
    // c moves and cannot leave just now; it has its part all the same.
    const moving = [spot('a', 1), spot('b', 2), spot('c', 3, { state: 'migrating' })]
    expect(shrink(room(4, 3072), moving)).toHaveLength(1)
    const wish = aWish({ vcpus: 2, memoryMiB: 1024 })
    const world = worldOf(room(6, 8192), three)
    const order = { id: 'dec_1', requestId: 'req_1', kind: 'room', mode: 'enforce', by: 'front', wish } as const
    const plan = planEviction({ world, wish, mayEvict: true })
    const decision = makeDecision(order, plan, world)
    expect(plan.victims).toEqual([])
    expect(shrink(room(6, 8192), three, { decisions: [decision] })).toHaveLength(1)
  })

  it('need not leave, or not all, when more may be lent again by the end of the notice', () => {
    const world = worldOf(room(2, 8192), three)
    const plan = planShrink(world)
    if (plan === undefined) throw new Error('nobody leaves')
    expect(plan.victims).toHaveLength(2)
    const order = { id: 'dec_1', requestId: 'req_1', kind: 'shrink', mode: 'enforce', by: 'Gleaner' } as const
    const decision = makeDecision({ ...order, wish: undefined }, plan, world)
    const check = (vcpus: number) =>
      checkEviction(decision, worldOf(room(vcpus, 8192), three, { decisions: [decision] }))
    expect(check(2)).toEqual({ kind: 'stands' })
    expect(check(1)).toEqual({ kind: 'stands' })
    const half = check(4)
    if (half.kind !== 'elsewhere') throw new Error(half.kind)
    expect(half).toMatchObject({ because: { code: 'offer-restored', facts: { before: 2, now: 1 } } })
    expect(plan.victims).toEqual(expect.arrayContaining([...half.plan.victims]))
    expect(check(6)).toMatchObject({ kind: 'elsewhere', plan: { victims: [] } })
  })
})
