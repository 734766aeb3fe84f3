// What the decisions under way ask of the plan, and that nothing is asked for twice.
import { type EvictionDecision, type JournalEntry, type JournalState, journalStates } from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { isOpenEntry } from '../people/journal-entry.ts'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { idleUsage } from '../testing/fake-usage.ts'
import { evictCandidates } from './evict-candidates.ts'
import { makeDecision } from './make-decision.ts'
import { planEviction } from './plan-eviction.ts'

const host = aHost({ cores: 4, reservedCores: 0, coreRatio: 1 })
const fillers = ['a', 'b'].map((name) => anInstance({ name, firmness: 'preemptible', vcpus: 2, memoryMiB: 1024 }))
const world = aRoomWorld(aSnapshot({ hosts: [host], instances: fillers }), testStartMs)
const wish = aWish({ vcpus: 4 })
const planned = makeDecision(
  { id: 'dec_1', requestId: 'req_1', kind: 'room', mode: 'enforce', by: 'front', wish },
  planEviction({ world, wish, mayEvict: true }),
  world,
)

const at = (state: EvictionDecision['state'], change: Partial<EvictionDecision['victims'][number]> = {}) => ({
  ...planned,
  state,
  victims: planned.victims.map((victim) => ({ ...victim, ...change })),
})

function asked(decision: EvictionDecision, journal: readonly JournalEntry[] = []) {
  const { candidates } = evictCandidates([decision], {
    snapshots: new Map([[world.snapshot.cloudId, world.snapshot]]),
    supports: new Map(),
    usage: idleUsage([], testStartMs),
    journal,
    nowMs: testStartMs,
  })
  return candidates.map(({ instanceId, action, eviction }) => `${action} ${instanceId} ${eviction?.stage}`)
}

const entry = (state: JournalState, decision = 'dec_1') =>
  aJournalEntry({
    capability: 'preemption',
    action: 'stop',
    state,
    instanceId: fillers[0]?.id,
    reason: { code: 'needed-for-firm', sentence: 'It is needed.', facts: { decision } },
  })

describe('the eviction of a victim', () => {
  it('is asked for at the stage of its decision', () => {
    expect(planned.victims).toHaveLength(2)
    expect(asked(at('planned'))).toEqual(['stop test:a planned', 'stop test:b planned'])
    expect(asked(at('reserved', { state: 'told' }))).toEqual(['stop test:a reserved', 'stop test:b reserved'])
    expect(asked(at('evicting', { state: 'told' }))).toEqual(['stop test:a validated', 'stop test:b validated'])
    expect(asked(at('freed', { state: 'left' }))).toEqual([])
  })

  it.each(journalStates)('is asked for again if and only if its action has not ended: %s', (state) => {
    const open = isOpenEntry(entry(state))
    const rest = ['stop test:b validated']
    expect(asked(at('evicting', { state: 'told' }), [entry(state)])).toEqual(
      open ? ['stop test:a validated', ...rest] : rest,
    )
  })

  it('is asked for by another decision all the same', () => {
    expect(asked(at('evicting', { state: 'told' }), [entry('done', 'dec_0')])).toHaveLength(2)
  })

  it('waits for the one before it where victims are deleted', () => {
    expect(asked(at('evicting', { state: 'told', action: 'delete' }))).toEqual([
      'delete test:a validated',
      'delete test:b reserved',
    ])
  })
})
