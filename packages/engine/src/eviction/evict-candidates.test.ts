// What the decisions under way ask of the plan, and that nothing is asked for twice.
import {
  type EvictionDecision,
  evictionKinds,
  type InstanceId,
  type JournalEntry,
  type JournalState,
  journalStates,
  noYield,
} from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { isOpenEntry } from '../people/journal-entry.ts'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { idleUsage } from '../testing/fake-usage.ts'
import { type CandidateWorld, evictCandidates } from './evict-candidates.ts'
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

const seen: CandidateWorld = {
  snapshots: new Map([[world.snapshot.cloudId, world.snapshot]]),
  supports: new Map(),
  usage: idleUsage([], testStartMs),
  journal: [],
  nowMs: testStartMs,
}

function answered(decision: EvictionDecision, more: Partial<CandidateWorld> = {}) {
  return evictCandidates([decision], { ...seen, ...more })
}

function asked(decision: EvictionDecision, journal: readonly JournalEntry[] = []) {
  const { candidates } = answered(decision, { journal })
  return candidates.map(({ instanceId, action, eviction }) => `${action} ${instanceId} ${eviction?.stage}`)
}

function supportsOf({ snapshot, support }: typeof world): CandidateWorld['supports'] {
  return support === undefined ? new Map() : new Map([[snapshot.cloudId, support]])
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
    expect(asked(at('awaiting-approval'))).toEqual(['stop test:a planned', 'stop test:b planned'])
    // A victim that has not been told is no further than its plan, however far the decision is.
    expect(asked(at('reserved'))).toEqual(['stop test:a planned', 'stop test:b planned'])
    for (const state of ['freed', 'held', 'taken', 'placing', 'undoing', 'done', 'failed'] as const)
      expect(asked(at(state))).toEqual([])
    for (const state of ['left', 'stayed', 'spared'] as const) expect(asked(at('evicting', { state }))).toEqual([])
  })

  it('says why, for how long it was told before, and what it gives', () => {
    const { candidates, refused, reasons } = answered(at('planned'), { supports: supportsOf(world) })
    expect(candidates[0]).toMatchObject({
      capability: 'preemption',
      claim: 'firm-instance',
      hostId: host.id,
      cause: 'room for big',
      mode: 'enforce',
      graceMs: 120_000,
      reason: {
        code: 'needed-for-firm',
        sentence: 'big is firm and fits on no host as it is; 2 preemptible instances go for it from hv-1.',
        facts: { decision: 'dec_1', host: 'hv-1', victims: 2 },
      },
      gives: { sellableCores: 2, sellableMemoryMiB: 1024 },
    })
    expect(refused).toEqual([])
    expect(reasons).toEqual({ 'needed-for-firm': 2 })
  })

  it.each(evictionKinds)('has the claim and the cause of what it is for: %s', (kind) => {
    const [candidate] = answered({ ...at('planned'), kind, by: 'ada' }).candidates
    const told = {
      room: ['firm-instance', 'room for big', 'needed-for-firm', /^big is firm and fits on no host as it is; 2 /],
      watermark: [
        'firm-instance',
        'headroom',
        'needed-for-headroom',
        /^Headroom for firm instances is kept free, and hv-1/,
      ],
      shrink: [
        'firm-instance',
        'smaller offer',
        'offer-shrunk',
        /^What may be lent on hv-1 has become less than is lent/,
      ],
      expiry: ['firm-instance', 'maximum run time', 'run-over', /has had its maximum run time\.$/],
      lease: ['firm-instance', 'reserved host', 'needed-for-lease', /^hv-1 is reserved for another project/],
      test: ['command', 'eviction test by ada', 'eviction-test', /^ada wants to see what an eviction does to it\.$/],
    }[kind]
    expect([candidate?.claim, candidate?.cause, candidate?.reason.code]).toEqual(told.slice(0, 3))
    expect(candidate?.reason.sentence).toMatch(told[3] as RegExp)
  })

  it('is asked for where the instance is by now; of one that is not in the reading nothing is given', () => {
    const gone = at('planned', { instanceId: 'test:gone' as InstanceId, hostId: 'test:h9' as typeof host.id })
    expect(answered(gone).candidates[0]).toMatchObject({ hostId: 'test:h9', gives: noYield })
    expect(answered(gone).candidates[0]?.reason.facts).toMatchObject({ host: 'test:h9' })
    expect(answered(at('planned'), { snapshots: new Map() }).candidates[0]).toMatchObject({ gives: noYield })
    const moved = aSnapshot({ hosts: [host], instances: fillers.map((each) => ({ ...each, hostId: undefined })) })
    const snapshot = aRoomWorld(moved, testStartMs).snapshot
    const [candidate] = answered(at('planned'), { snapshots: new Map([[snapshot.cloudId, snapshot]]) }).candidates
    expect(candidate?.hostId).toBeUndefined()
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

describe('a request that runs as a new one', () => {
  const failed = 'test:failed' as InstanceId
  const recreation = {
    instanceId: failed,
    tags: [],
    native: {},
    newId: 'test:new' as InstanceId,
    runs: true,
    told: true,
  }
  const placing = (change: Partial<typeof recreation> | { newId: undefined } = {}): EvictionDecision => ({
    ...at('placing', { state: 'left' }),
    recreation: { ...recreation, ...change },
  })

  it('is deleted where it failed, once the new one runs and is told', () => {
    const { candidates } = answered(placing())
    expect(candidates).toMatchObject([
      {
        action: 'delete',
        instanceId: failed,
        graceMs: 0,
        gives: noYield,
        eviction: { decisionId: 'dec_1', stage: 'validated' },
        reason: {
          code: 'request-replaced',
          sentence: 'It could not be placed; test:new runs in its place.',
          facts: { decision: 'dec_1', made: 'test:new' },
        },
      },
    ])
    expect(answered(placing({ newId: undefined })).candidates[0]?.reason).toMatchObject({
      sentence: 'It could not be placed; a new one runs in its place.',
      facts: { made: null },
    })
  })

  it('is not before that, in no other state, and not twice', () => {
    expect(asked(placing({ runs: false }))).toEqual([])
    expect(asked(placing({ told: false }))).toEqual([])
    expect(asked({ ...placing(), state: 'done' })).toEqual([])
    const reason = { code: 'request-replaced', sentence: 'It runs.', facts: { decision: 'dec_1' } } as const
    const over = aJournalEntry({
      capability: 'preemption',
      action: 'delete',
      state: 'failed',
      instanceId: failed,
      reason,
    })
    expect(asked(placing(), [over])).toEqual([])
    // What another capability did is no answer.
    expect(asked(placing(), [{ ...over, capability: 'idleness' }])).toHaveLength(1)
  })
})
