// Preemptible instances on a host that a lease of another project begins on: in time, and only they.
import { defaultPreemptionPolicy, type HostId, type LeaseId, projectId } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld } from '../testing/a-room-world.ts'
import { checkEviction } from './check-eviction.ts'
import { makeDecision } from './make-decision.ts'
import { leavingMs, planForLeases } from './plan-for-leases.ts'
import type { HostLease, RoomWorld } from './room-world.ts'

const minuteMs = 60_000
const noticeMs = 10 * minuteMs
const leased = aHost({ name: 'h1', cores: 8, reservedCores: 0, coreRatio: 1 })
const other = aHost({ name: 'h2', cores: 8, reservedCores: 0, coreRatio: 1 })
const spot = (name: string, more: Parameters<typeof anInstance>[0] = {}) =>
  anInstance({ name, hostId: leased.id, firmness: 'preemptible', vcpus: 2, memoryMiB: 1024, ...more })
const physics = projectId(leased.cloudId, 'physics')
const lease = (startMs: number): ReadonlyMap<HostId, HostLease> =>
  new Map([[leased.id, { leaseId: 'lea_1' as LeaseId, projectId: physics, startMs }]])
const preemption = { ...defaultPreemptionPolicy, action: 'stop', noticeMs } as const
const worldOf = (
  instances: readonly ReturnType<typeof spot>[],
  startMs: number,
  more: Partial<RoomWorld> = {},
): RoomWorld =>
  aRoomWorld(aSnapshot({ hosts: [leased, other], instances }), testStartMs, {
    preemption,
    promisedTo: lease(startMs),
    ...more,
  })
const leaving = (...given: Parameters<typeof worldOf>) =>
  planForLeases(worldOf(...given))?.victims.map(({ instanceId }) => instanceId)

describe('a host that is promised', () => {
  const last = testStartMs + noticeMs + leavingMs

  it('is left as late as the notice and the leaving allow, to the millisecond', () => {
    expect(leaving([spot('a')], last)).toEqual(['test:a'])
    expect(leaving([spot('a')], last + 1)).toBeUndefined()
  })

  it('is left earlier by whom more notice was promised, and at once when the lease runs already', () => {
    const flavored = { ...preemption, noticeMsOfFlavor: { big: 2 * noticeMs } }
    const both = [spot('a'), spot('b', { flavor: 'big' })]
    expect(leaving(both, last + minuteMs, { preemption: flavored })).toEqual(['test:b'])
    expect(leaving(both, testStartMs - minuteMs)).toEqual(['test:a', 'test:b'])
  })

  it('is not left by firm ones, those of the project itself, protected ones, those that opted out, and on other hosts', () => {
    const none = [
      spot('firm', { firmness: 'firm' }),
      spot('own', { projectId: physics }),
      spot('locked', { protectedBy: 'a lock' }),
      spot('out', { tags: [preemption.optOutTag] }),
      spot('elsewhere', { hostId: other.id }),
      spot('resting', { state: 'stopped' }),
    ]
    expect(leaving(none, testStartMs)).toBeUndefined()
  })

  it('was promised beforehand: a budget that is used up keeps nobody', () => {
    const budget = { evictions: 0, windowMs: 3_600_000 }
    expect(leaving([spot('a')], testStartMs, { preemption: { ...preemption, budget } })).toEqual(['test:a'])
  })

  it('asks nobody twice', () => {
    const world = worldOf([spot('a'), spot('b')], testStartMs)
    const decision = decided(world)
    expect(planForLeases({ ...world, decisions: [decision] })).toBeUndefined()
  })
})

function decided(world: RoomWorld) {
  const plan = planForLeases(world)
  if (plan === undefined) throw new Error('nobody leaves')
  const order = { id: 'dec_1', requestId: 'lease:dec_1', kind: 'lease', mode: 'enforce', by: 'Gleaner' } as const
  return makeDecision({ ...order, wish: undefined }, plan, world)
}

describe('the second look, when the notice is over', () => {
  const instances = [spot('a'), spot('b')]
  const decision = decided(worldOf(instances, testStartMs))
  const look = (more: Partial<RoomWorld>) =>
    checkEviction(decision, worldOf(instances, testStartMs, { decisions: [decision], ...more }))

  it('stands while the lease does', () => {
    expect(look({})).toEqual({ kind: 'stands' })
  })

  it('lets everybody stay when the lease was called off, or is put off to much later', () => {
    for (const promisedTo of [new Map(), lease(testStartMs + 24 * 60 * minuteMs)])
      expect(look({ promisedTo })).toMatchObject({
        kind: 'elsewhere',
        plan: { victims: [] },
        because: { code: 'lease-gone', facts: { before: 2, now: 0 } },
      })
  })

  it('does not take one that the reading no longer shows for one that may stay', () => {
    const gone = checkEviction(decision, worldOf(instances.slice(0, 1), testStartMs, { decisions: [decision] }))
    expect(gone.kind).toBe('changed')
  })
})
