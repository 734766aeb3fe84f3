// Room that is planned while other room is promised.
import type { EvictionDecision } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { makeDecision } from './make-decision.ts'
import { planEviction } from './plan-eviction.ts'
import { roomLater } from './room-later.ts'
import type { RoomWorld } from './room-world.ts'

const hosts = ['h1', 'h2'].map((name) => aHost({ name, cores: 4, reservedCores: 0, coreRatio: 1 }))
const fillers = hosts.map(({ id, name }) =>
  anInstance({ name: `filler-${name}`, hostId: id, firmness: 'preemptible', vcpus: 4, memoryMiB: 1024 }),
)

it('a request on several hosts is promised its room on each of them', () => {
  const world = aRoomWorld(aSnapshot({ hosts, instances: fillers }), testStartMs)
  const wish = aWish({ vcpus: 3, count: 2 })
  const order = { id: 'dec_1', requestId: 'req_1', kind: 'room', mode: 'enforce', by: 'front', wish } as const
  const decision = makeDecision(order, planEviction({ world, wish, mayEvict: true }), world)
  expect(decision.placements.map(({ hostId }) => hostId).sort()).toEqual(['test:h1', 'test:h2'])
  const next = (vcpus: number) =>
    planEviction({ world: { ...world, decisions: [decision] }, wish: aWish({ vcpus }), mayEvict: true })
  expect(next(1)).toMatchObject({ feasible: true, victims: [], waits: true })
  expect(next(2)).toMatchObject({ feasible: false, verdict: { code: 'room-refused' } })
})

it('a host that tells no disk refuses nobody for want of it', () => {
  const silent = hosts.map((host) => ({ ...host, diskGiB: 0 }))
  const world = aRoomWorld(aSnapshot({ hosts: silent, instances: fillers }), testStartMs)
  const plan = planEviction({ world, wish: aWish({ vcpus: 3, diskGiB: 40 }), mayEvict: true })
  expect(plan).toMatchObject({ feasible: true, victims: [{ hostId: expect.any(String) }] })
})

describe('room that the victims of another decision leave over', () => {
  const [h1] = hosts
  if (h1 === undefined) throw new Error('no host')
  const reading = aSnapshot({ hosts: [h1], instances: fillers.slice(0, 1) })
  const before = aRoomWorld(reading, testStartMs)
  const wish = aWish({ name: 'first', vcpus: 3 })
  const order = { id: 'dec_1', requestId: 'req_1', kind: 'room', mode: 'enforce', by: 'front', wish } as const
  const first = makeDecision(order, planEviction({ world: before, wish, mayEvict: true }), before)
  const [victim] = first.victims
  if (victim === undefined) throw new Error('nobody leaves')
  const small = aWish({ name: 'second', vcpus: 1 })
  const plan = (decision: EvictionDecision, more: Partial<RoomWorld> = {}, mayEvict = true) =>
    planEviction({ world: { ...before, ...more, decisions: [decision] }, wish: small, mayEvict })
  const left: EvictionDecision = {
    ...first,
    state: 'freed',
    victims: [{ ...victim, state: 'left', leftAtMs: testStartMs }],
    claims: first.claims.map((claim) => ({ ...claim, state: 'held' })),
  }

  it('is not free while they are there: the request waits for it, and nobody else leaves', () => {
    expect(plan(first)).toMatchObject({ feasible: true, waits: true, victims: [] })
    expect(plan(first, {}, false).feasible).toBe(false)
    expect(plan({ ...first, victims: [{ ...victim, state: 'leaving' }] }, {}, false).feasible).toBe(false)
  })

  it('is told with the end of their notice, and only then claimed', () => {
    const world = { ...before, decisions: [first] }
    const second = makeDecision({ ...order, id: 'dec_2', requestId: 'req_2', wish: small }, plan(first), world)
    expect(second).toMatchObject({
      state: 'planned',
      victims: [],
      verdict: { code: 'room-later', facts: { notBeforeMs: testStartMs + victim.noticeMs, decisions: 'dec_1' } },
    })
    expect(second.verdict.sentence).toContain('left over of the room made for first')
    expect(roomLater(second, { ...before, decisions: [left, second] })).toBeUndefined()
    // The other has come to nothing: there is nothing to wait for.
    const undone: EvictionDecision = { ...first, state: 'cancelled', victims: [{ ...victim, state: 'spared' }] }
    expect(roomLater(second, { ...before, decisions: [undone, second] })).toBeUndefined()
  })

  it('is free when they have left; where the cloud holds the room, when its claim has ended', () => {
    expect(plan(left)).toMatchObject({ feasible: true, waits: false, victims: [] })
    expect(plan(left, { holdsRoom: true })).toMatchObject({ feasible: true, waits: true })
    const taken: EvictionDecision = {
      ...left,
      state: 'taken',
      claims: left.claims.map((claim) => ({ ...claim, state: 'ended' })),
    }
    expect(plan(taken, { holdsRoom: true })).toMatchObject({ feasible: true, waits: false })
  })
})
