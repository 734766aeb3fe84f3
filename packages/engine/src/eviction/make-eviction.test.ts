// The record of one instance that left, and when it may come back at the earliest.
import {
  defaultPreemptionPolicy,
  type Eviction,
  type EvictionDecision,
  type EvictionKind,
  evictionKinds,
  type InstanceId,
  type PreemptionPolicy,
} from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { anEviction } from '../testing/an-eviction.ts'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { makeDecision } from './make-decision.ts'
import { backingOff, backOffWindowMs, makeEviction } from './make-eviction.ts'
import { planTest } from './plan-proactive.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const host = aHost({ name: 'h1' })
const batch = anInstance({ name: 'batch-1', hostId: host.id, firmness: 'preemptible', tags: ['gleaner-priority=3'] })
const world = aRoomWorld(aSnapshot({ hosts: [host], instances: [batch] }), testStartMs)

function decision(kind: EvictionKind): EvictionDecision {
  const plan = planTest(world, batch.id)
  if (plan === undefined) throw new Error('nobody leaves')
  const wish = kind === 'room' ? aWish() : undefined
  return makeDecision({ id: 'dec_9', requestId: 'r', kind, mode: 'enforce', by: 'ada', wish }, plan, world)
}

interface Given {
  readonly earlier?: readonly Eviction[]
  readonly policy?: Partial<PreemptionPolicy>
  readonly nowMs?: number
}

function made(kind: EvictionKind, { earlier = [], policy = {}, nowMs = testStartMs }: Given = {}): Eviction {
  const from = decision(kind)
  const [victim] = from.victims
  if (victim === undefined) throw new Error('nobody leaves')
  const parts = { id: 'evi_9', nowMs, hostName: 'h1', policy: { ...defaultPreemptionPolicy, ...policy }, earlier }
  return makeEviction(from, { ...victim, toldAtMs: testStartMs - 5 }, parts)
}

const past = (agoMs: number, more: Partial<Eviction> = {}) =>
  anEviction({ name: 'batch-1', evictedAtMs: testStartMs - agoMs, ...more })

describe('the record of an eviction', () => {
  it('says who left, for what, and what it needs to come back', () => {
    expect(made('room')).toEqual({
      id: 'evi_9',
      decisionId: 'dec_9',
      kind: 'room',
      cloudId: 'test',
      instanceId: batch.id,
      name: 'batch-1',
      projectId: batch.projectId,
      flavor: 'medium',
      tags: ['gleaner-priority=3'],
      priority: 3,
      hostId: host.id,
      action: 'stop',
      reason: {
        code: 'needed-for-firm',
        sentence: 'big is firm and fits on no host as it is; this preemptible instance goes for it from h1.',
        facts: { decision: 'dec_9', host: 'h1', victims: 1, objective: 'fewest-victims', for: 'big' },
      },
      toldAtMs: testStartMs - 5,
      evictedAtMs: testStartMs,
      runningSinceMs: batch.stateSinceMs,
      times: 1,
      state: 'waiting',
      verdict: {
        code: 'backing-off',
        sentence: 'It waits 5m before it comes back.',
        facts: { times: 1, waitMs: 5 * minuteMs },
      },
      notBeforeMs: testStartMs + 5 * minuteMs,
      returnedAs: undefined,
      updatedAtMs: testStartMs,
      vcpus: 2,
      memoryMiB: 4096,
      diskGiB: 20,
    })
  })

  it('says nothing of how long it ran where an older decision does not', () => {
    const from = decision('test')
    const [victim] = from.victims
    if (victim === undefined) throw new Error('nobody leaves')
    const parts = { id: 'e', nowMs: 0, hostName: 'h1', policy: defaultPreemptionPolicy, earlier: [] }
    expect(makeEviction(from, { ...victim, runningSinceMs: undefined }, parts)).not.toHaveProperty('runningSinceMs')
  })

  it.each(evictionKinds)('waits by what it was for: %s', (kind) => {
    const waitMs = { room: 5, watermark: 5, shrink: 5, expiry: 0, lease: 0, test: 0 }[kind] * minuteMs
    const { notBeforeMs, state, verdict } = made(kind)
    expect(notBeforeMs - testStartMs).toBe(waitMs)
    expect([state, verdict.code]).toEqual(
      kind === 'expiry' ? ['stayed-away', 'run-over'] : ['waiting', waitMs > 0 ? 'backing-off' : 'no-room-yet'],
    )
  })

  it('stays away after its maximum run time, and where nobody is brought back', () => {
    expect(made('expiry').verdict.sentence).toBe('It has had its maximum run time; its owner starts it again.')
    expect(made('room', { policy: { returns: false } })).toMatchObject({
      state: 'stayed-away',
      verdict: { code: 'returns-off', sentence: 'Evicted instances are not brought back by themselves.' },
    })
    expect(made('expiry', { policy: { returns: false } }).verdict.code).toBe('run-over')
  })
})

describe('the back-off', () => {
  it('doubles with every eviction of a day, up to the longest', () => {
    const waits = [0, 1, 2, 6, 7, 50].map((count) => {
      const earlier = Array.from({ length: count }, (_, nth) => past((nth + 1) * minuteMs))
      const { times, notBeforeMs } = made('room', { earlier })
      return [times, (notBeforeMs - testStartMs) / minuteMs]
    })
    expect(waits).toEqual([
      [1, 5],
      [2, 10],
      [3, 20],
      [7, 320],
      [8, 360],
      [51, 360],
    ])
    const policy = { longestBackOffMs: 10 * minuteMs }
    expect(made('room', { policy, earlier: [past(1), past(2)] }).notBeforeMs).toBe(testStartMs + 10 * minuteMs)
  })

  it('forgets what was a day ago, to the millisecond', () => {
    expect(made('room', { earlier: [past(backOffWindowMs)] }).times).toBe(1)
    expect(made('room', { earlier: [past(backOffWindowMs - 1)] }).times).toBe(2)
  })

  it('does not count others', () => {
    expect(made('room', { earlier: [anEviction({ name: 'other', evictedAtMs: testStartMs - 1 })] }).times).toBe(1)
  })

  it('counts what was made anew as the same, also through several, and never in circles', () => {
    const called = (instanceId: string, returnedAs: string, agoMs = hourMs) =>
      past(agoMs, { instanceId: instanceId as InstanceId, returnedAs: returnedAs as InstanceId })
    const chain = [called('test:first', 'test:second'), called('test:second', batch.id)]
    expect(made('room', { earlier: chain }).times).toBe(3)
    expect(
      made('room', { earlier: [called('test:first', 'test:second', backOffWindowMs), ...chain.slice(1)] }).times,
    ).toBe(2)
    expect(made('room', { earlier: [called(batch.id, batch.id)] }).times).toBe(2)
    expect(made('room', { earlier: [called('test:first', batch.id), called(batch.id, 'test:first')] }).times).toBe(3)
  })

  it('is told with how long it still is, and how often it was', () => {
    expect(backingOff(1, 90 * minuteMs)).toEqual({
      code: 'backing-off',
      sentence: 'It waits 1h30m before it comes back.',
      facts: { times: 1, waitMs: 90 * minuteMs },
    })
    expect(backingOff(3, 1).sentence).toContain(' It was evicted 3 times within a day.')
    for (const waitMs of [0, -1])
      expect(backingOff(3, waitMs)).toEqual({
        code: 'no-room-yet',
        sentence: 'It comes back as soon as there is room.',
        facts: { times: 3 },
      })
  })
})
