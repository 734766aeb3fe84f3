// A decision as a value: what a plan becomes in each mode, and what remains of it when it is planned anew.
import type { DecisionVictim, EvictionDecision, HostId, InstanceId, Mode, Verdict } from '@gleaner/model'
import { aHost, anInstance, aProject, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { type DecisionOrder, makeDecision, planAnew } from './make-decision.ts'
import { type EvictionPlan, planEviction } from './plan-eviction.ts'
import { planTest, planWith } from './plan-proactive.ts'

const hosts = ['h1', 'h2'].map((name) => aHost({ name, cores: 4, reservedCores: 0, coreRatio: 1 }))
const spot = (name: string, host: string, vcpus: number) =>
  anInstance({
    name,
    hostId: `test:${host}` as HostId,
    firmness: 'preemptible',
    vcpus,
    memoryMiB: 1024,
    tags: ['gleaner-priority=2'],
  })
const instances = [spot('a', 'h1', 2), spot('b', 'h1', 2), spot('c', 'h2', 4)]
const world = aRoomWorld(aSnapshot({ hosts, instances, projects: [aProject()], version: 7 }), testStartMs)
const order: DecisionOrder = {
  id: 'dec_1',
  requestId: 'req_1',
  kind: 'room',
  mode: 'enforce',
  by: 'front',
  wish: aWish(),
}
const onH1 = aWish({ vcpus: 4, memoryMiB: 1024, hints: { onHosts: ['test:h1' as HostId] } })
const both = planEviction({ world, wish: onH1, mayEvict: true })
const decide = (more: Partial<DecisionOrder> = {}, plan: EvictionPlan = both) =>
  makeDecision({ ...order, wish: onH1, ...more }, plan, world)
const proactive = (...names: string[]) =>
  planWith({
    victims: instances
      .filter(({ name }) => names.includes(name))
      .map(({ id, hostId }) => ({ instanceId: id, hostId: hostId as HostId })),
    cost: names.length,
    action: 'stop',
  })

describe('a decision', () => {
  it('is planned with its victims, and claims what they hold or what is wanted, whichever is more', () => {
    const decision = decide()
    expect(decision).toMatchObject({
      id: 'dec_1',
      state: 'planned',
      cloudId: 'test',
      createdAtMs: testStartMs,
      basis: { version: 7, takenAtMs: testStartMs },
      attempt: 1,
      placements: [{ index: 0, hostId: 'test:h1' }],
      victims: [
        { instanceId: 'test:a', state: 'planned', action: 'stop', noticeMs: 120_000, priority: 2, labelled: false },
        { instanceId: 'test:b', state: 'planned' },
      ],
    })
    // 4 cores, but 2 x 1,024 MiB and 2 x 20 GiB of those who leave.
    expect(decision.claims).toMatchObject([
      { hostId: 'test:h1', state: 'wanted', from: ['test:a', 'test:b'], vcpus: 4, memoryMiB: 2048, diskGiB: 40 },
    ])
    expect(decide({ wish: { ...onH1, memoryMiB: 9000, diskGiB: 90 } }).claims).toMatchObject([
      { vcpus: 4, memoryMiB: 9000, diskGiB: 90 },
    ])
  })

  it('claims the cores of those who leave where fewer are wanted', () => {
    const wish = { ...onH1, vcpus: 3 }
    const plan = planEviction({ world, wish, mayEvict: true })
    expect(makeDecision({ ...order, wish }, plan, world).claims).toMatchObject([{ vcpus: 4 }])
  })

  it('claims the room of all that are placed on a host together', () => {
    const wish = aWish({ vcpus: 2, memoryMiB: 1024, diskGiB: 1, count: 2, hints: onH1.hints })
    const plan = planEviction({ world, wish, mayEvict: true })
    expect(makeDecision({ ...order, wish }, plan, world).claims).toMatchObject([
      { vcpus: 4, memoryMiB: 2048, diskGiB: 40 },
    ])
  })

  it('is refused where there is no room, with what the plan says, and claims nothing', () => {
    const wish = aWish({ vcpus: 99 })
    const refused = decide({ wish }, planEviction({ world, wish, mayEvict: true }))
    expect(refused).toMatchObject({ state: 'refused', verdict: { code: 'room-refused' }, victims: [], claims: [] })
    expect(refused.verdict.sentence).toMatch(/^There is no room for big: /)
  })

  it('is recorded only where preemption observes, with who would leave', () => {
    expect(decide({ mode: 'observe' })).toMatchObject({
      state: 'observed',
      claims: [],
      verdict: {
        code: 'mode-observe',
        sentence: 'The mode of preemption is observe: a, b would leave for big; recorded, not done.',
        facts: { victims: 2 },
      },
    })
    const nobody = { kind: 'watermark', mode: 'observe', wish: undefined } as const
    expect(decide(nobody, proactive('c')).verdict.sentence).toBe(
      'The mode of preemption is observe: c would leave; recorded, not done.',
    )
    expect(decide(nobody, proactive()).verdict.sentence).toBe(
      'The mode of preemption is observe: nobody would leave; recorded, not done.',
    )
  })

  it('waits for a person where preemption advises, if anybody leaves', () => {
    const asks = (more: Partial<DecisionOrder>, plan?: EvictionPlan) => decide({ mode: 'advise', ...more }, plan)
    expect(asks({})).toMatchObject({
      state: 'awaiting-approval',
      verdict: {
        code: 'awaiting-approval',
        sentence: 'Waits for a person to approve that 2 instances leave for big.',
        facts: { victims: 2 },
      },
    })
    expect(asks({ kind: 'shrink', wish: undefined }, proactive('c')).verdict.sentence).toBe(
      'Waits for a person to approve that one instance leaves.',
    )
    expect(asks({}, { ...both, victims: [] }).state).toBe('planned')
  })

  it.each(['off', 'observe', 'advise', 'enforce'] as const satisfies readonly Mode[])(
    'that is a test is a wish of a person, in mode %s as well',
    (mode) => {
      const plan = planTest(world, 'test:a' as InstanceId)
      if (plan === undefined) throw new Error('nobody leaves')
      expect(decide({ kind: 'test', mode, wish: undefined }, plan)).toMatchObject({ state: 'planned', claims: [] })
    },
  )

  it('leaves out whom the reading no longer has, and has no victims where nothing may be done to them', () => {
    const gone = { instanceId: 'test:gone' as InstanceId, hostId: 'test:h1' as HostId }
    expect(decide({}, { ...both, victims: [...both.victims, gone] }).victims).toHaveLength(2)
    expect(decide({}, { ...both, action: undefined }).victims).toEqual([])
  })

  it('calls a project by its id where its name is not known', () => {
    const priorityOfProject = { [aProject().id]: 9, [aProject().name]: 8 }
    const untagged = instances.map((instance) => ({ ...instance, tags: [] }))
    const priority = (projects: readonly ReturnType<typeof aProject>[], table: Record<string, number>) => {
      const reading = aSnapshot({ hosts, instances: untagged, projects })
      const preemption = { ...world.preemption, priorityOfProject: table }
      return makeDecision(order, both, aRoomWorld(reading, testStartMs, { preemption })).victims[0]?.priority
    }
    expect(priority([], priorityOfProject)).toBe(9)
    expect(priority([], { [aProject().name]: 8 })).toBe(0)
    expect(priority([aProject()], { [aProject().name]: 8 })).toBe(8)
  })
})

describe('a decision that is planned anew', () => {
  const because: Verdict = { code: 'room-elsewhere', sentence: 'There is room elsewhere.', facts: {} }
  const later = { ...world, nowMs: testStartMs + 1000 }
  const anew = (decision: EvictionDecision, plan: EvictionPlan) => planAnew(decision, plan, { world: later, because })
  const withStates = (...states: Partial<DecisionVictim>[]): EvictionDecision => {
    const decision = decide()
    return { ...decision, victims: decision.victims.map((victim, nth) => ({ ...victim, ...states[nth] })) }
  }
  const states = ({ victims }: EvictionDecision) => victims.map(({ name, state }) => `${name} ${state}`)

  it('spares those no longer chosen, takes in others, and counts the attempt', () => {
    const next = anew({ ...decide(), heldUntilMs: 5, planAgain: because }, proactive('c'))
    expect(states(next)).toEqual(['a spared', 'b spared', 'c planned'])
    expect(next).toMatchObject({
      state: 'planned',
      verdict: because,
      attempt: 2,
      updatedAtMs: testStartMs + 1000,
      createdAtMs: testStartMs,
      planAgain: undefined,
      heldUntilMs: undefined,
      victims: [{ outcome: 'There is room elsewhere.' }, {}, { outcome: undefined }],
    })
  })

  it('leaves gone who is gone, and does not choose again who stays', () => {
    const before = withStates({ state: 'left' }, { state: 'stayed', outcome: 'locked' })
    expect(states(anew(before, proactive('c')))).toEqual(['a left', 'b stayed', 'c planned'])
  })

  it('lets those chosen again keep what they were told', () => {
    const before = withStates({ state: 'told', labelled: true, toldAtMs: 5 }, { state: 'told', labelled: false })
    const next = anew(before, both)
    expect(next.victims).toMatchObject([
      { state: 'told', labelled: true, toldAtMs: 5 },
      { state: 'planned', labelled: false, toldAtMs: undefined },
    ])
  })

  it('ends its claims before it claims anew; those that have ended stay ended', () => {
    const [claim] = decide().claims
    if (claim === undefined) throw new Error('no claim')
    const before = {
      ...decide(),
      claims: [
        { ...claim, state: 'ended' },
        { ...claim, claimId: 'x', state: 'held' },
      ] as const,
    }
    const { claims } = anew(before, both)
    expect(claims.map(({ state }) => state)).toEqual(['ended', 'ending', 'wanted'])
    expect(new Set(claims.map(({ claimId }) => claimId)).size).toBe(3)
  })

  it('claims nothing for those who are gone already', () => {
    const before = withStates({ state: 'left' }, {})
    const { claims } = anew(before, { ...both, victims: both.victims.slice(1) })
    expect(claims.at(-1)).toMatchObject({ from: ['test:b'], vcpus: 4, memoryMiB: 1024, diskGiB: 20 })
  })

  it('asks a person again where preemption advises and anybody leaves, chosen before or not', () => {
    const advised = { ...decide({ mode: 'advise' }), state: 'reserved' } as const
    expect(anew(advised, proactive('c')).state).toBe('awaiting-approval')
    expect(anew(advised, both).state).toBe('awaiting-approval')
    expect(anew(advised, { ...both, victims: [] }).state).toBe('planned')
  })
})
