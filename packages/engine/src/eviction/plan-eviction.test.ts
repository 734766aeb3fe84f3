// Room that is planned while other room is promised.
import { aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { makeDecision } from './make-decision.ts'
import { planEviction } from './plan-eviction.ts'

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
  expect(next(1)).toMatchObject({ feasible: true, victims: [] })
  expect(next(2)).toMatchObject({ feasible: false, verdict: { code: 'room-refused' } })
})

it('a host that tells no disk refuses nobody for want of it', () => {
  const silent = hosts.map((host) => ({ ...host, diskGiB: 0 }))
  const world = aRoomWorld(aSnapshot({ hosts: silent, instances: fillers }), testStartMs)
  const plan = planEviction({ world, wish: aWish({ vcpus: 3, diskGiB: 40 }), mayEvict: true })
  expect(plan).toMatchObject({ feasible: true, victims: [{ hostId: expect.any(String) }] })
})
