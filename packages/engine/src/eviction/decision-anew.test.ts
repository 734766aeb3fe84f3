// A decision by another plan, and what the saga makes of it then.
import { type EvictionDecision, isGoing, type Mode } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, aVerdict, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { notified, seen } from '../testing/a-saga.ts'
import { makeDecision, planAnew } from './make-decision.ts'
import { nextStep } from './next-step.ts'
import { planEviction } from './plan-eviction.ts'

const host = aHost({ cores: 4, reservedCores: 0, coreRatio: 1 })
const fillers = ['a', 'b'].map((name) => anInstance({ name, firmness: 'preemptible', vcpus: 2, memoryMiB: 1024 }))
const world = aRoomWorld(aSnapshot({ hosts: [host], instances: fillers }), testStartMs)
const wish = aWish({ vcpus: 4 })
const because = aVerdict({ code: 'victim-stays', sentence: 'One of them stays.', facts: {} })

function decided(mode: Mode, kind: 'room' | 'test' = 'room'): EvictionDecision {
  const order = { id: 'dec_1', requestId: 'req_1', kind, mode, by: 'front', wish } as const
  return makeDecision(order, planEviction({ world, wish, mayEvict: true }), world)
}

/** By a plan for a smaller room, for which one of the two is enough. */
function again(decision: EvictionDecision, change: Partial<EvictionDecision> = {}): EvictionDecision {
  const own = { ...decision, ...change }
  const plan = planEviction({ world, wish: aWish({ vcpus: 2 }), mayEvict: true, own })
  return planAnew(own, plan, { world, because })
}

describe('a decision', () => {
  it.each([
    ['off', 'observed', 'mode-observe'],
    ['observe', 'observed', 'mode-observe'],
    ['advise', 'awaiting-approval', 'awaiting-approval'],
    ['enforce', 'planned', 'room-not-held'],
  ] as const)('in mode %s is %s, with all that the plan says', (mode, state, code) =>
    expect(decided(mode)).toMatchObject({
      state,
      verdict: { code },
      attempt: 1,
      placements: [{ index: 0, hostId: host.id }],
      victims: fillers.map(({ id }) => ({ instanceId: id, state: 'planned', labelled: false })),
    }),
  )

  it('to test an eviction asks nobody else', () => expect(decided('advise', 'test').state).toBe('planned'))

  it('without room is refused', () => {
    const plan = planEviction({ world, wish: aWish({ vcpus: 5 }), mayEvict: true })
    const order = { id: 'dec_1', requestId: 'req_1', kind: 'room', mode: 'enforce', by: 'front', wish } as const
    expect(makeDecision(order, plan, world)).toMatchObject({ state: 'refused', verdict: { code: 'room-refused' } })
  })
})

describe('a decision by another plan', () => {
  it('ends what it held before it holds anew, and spares who is not chosen any more', () => {
    const before = decided('enforce')
    const told = before.victims.map((victim) => ({ ...victim, state: 'told' as const, labelled: true }))
    const claims = before.claims.map((claim) => ({ ...claim, state: 'held' as const }))
    const next = again(before, { state: 'reserved', victims: told, claims, planAgain: because })
    expect(next).toMatchObject({ state: 'planned', verdict: because, attempt: 2, planAgain: undefined })
    expect(next.claims.map(({ state }) => state)).toEqual(['ending', 'wanted'])
    expect(new Set(next.claims.map(({ claimId }) => claimId)).size).toBe(2)
    expect(next.victims.map(({ state }) => state).sort()).toEqual(['spared', 'told'])
    expect(next.victims.find(({ state }) => state === 'spared')?.outcome).toBe('One of them stays.')
  })

  it('in mode advise is approved before anybody is told, also when all who leave by it were chosen before', () => {
    const next = again(decided('advise'))
    expect(next.state).toBe('awaiting-approval')
    const [going] = next.victims.filter(isGoing)
    const ready = { ...next, claims: [] }
    const look = (approvedBy: string | undefined) =>
      seen({
        nowMs: testStartMs,
        mode: 'advise',
        victims: { [going?.name ?? '']: notified({ approvedBy }) },
      })
    expect(nextStep(ready, look(undefined)).kind).toBe('wait')
    expect(nextStep(ready, look('alice'))).toMatchObject({ decision: { state: 'planned' } })
  })

  it('in mode advise asks nobody when nobody has to leave any more', () => {
    const left = decided('advise').victims.map((victim) => ({ ...victim, state: 'left' as const }))
    expect(again(decided('advise'), { victims: left }).state).toBe('planned')
  })
})
