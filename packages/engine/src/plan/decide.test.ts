// The life of a proposal, cycle after cycle.
import type { Candidate } from '@gleaner/model'
import {
  aJournalEntry,
  anInstance,
  aProject,
  aProposal,
  aRule,
  aSnapshot,
  aVerdict,
  testCloud,
  testStartMs,
} from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { factsOf } from '../testing/a-world.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { gleaner, idle } from '../testing/one-gleaner.ts'
import { decide } from './decide.ts'

describe('the life of a proposal', () => {
  test('is confirmed, announced, graced and due', () => {
    const g = gleaner()
    expect(g.cycle().notices).toEqual([])
    expect(g.single()).toMatchObject({ id: 'proposal_1', state: 'confirming', confirmations: 1, noticeAtMs: undefined })
    const second = g.cycle()
    expect(g.single()).toMatchObject({
      state: 'notified',
      confirmations: 2,
      noticeAtMs: g.nowMs,
      dueAtMs: g.nowMs + 600_000,
      verdict: { code: 'in-grace' },
    })
    expect(second.notices).toMatchObject([
      {
        proposalId: 'proposal_1',
        instanceId: anInstance().id,
        instanceName: 'web-1',
        projectId: aProject().id,
        kind: 'announced',
        sentence:
          'web-1 will be suspended not before 2025-06-02T08:12:00Z ("idle-hour"): It used 0.01 cores for an hour. You have 10m to answer "keep".',
        dueAtMs: g.nowMs + 600_000,
      },
    ])
    for (let nth = 0; nth < 9; nth++) expect(g.cycle().due).toEqual([])
    const last = g.cycle()
    expect(last.due.map(({ id, state }) => [id, state])).toEqual([['proposal_1', 'due']])
    expect(last.plan.reasons).toEqual({ passed: 1 })
  })

  test('ends when it is no longer wanted, and the owner is told if he was told before', () => {
    const g = gleaner()
    g.cycle()
    g.state.wanted = []
    const early = g.cycle()
    expect(early.plan.ended).toMatchObject([{ state: 'cancelled', verdict: { code: 'no-longer-matches' } }])
    expect(early.notices).toEqual([])
    g.state.wanted = [idle]
    g.cycle()
    g.cycle()
    g.state.wanted = []
    const late = g.cycle()
    expect(late.notices).toMatchObject([
      {
        kind: 'called-off',
        sentence: 'web-1 will not be suspended after all: "idle-hour" no longer asks for suspend.',
      },
    ])
    expect(g.open).toEqual([])
  })

  test('a cycle in which it was not wanted clears the confirmations', () => {
    const g = gleaner()
    g.cycle()
    g.state.wanted = []
    g.cycle()
    g.state.wanted = [idle]
    g.cycle()
    expect(g.single()).toMatchObject({ confirmations: 1, state: 'confirming' })
  })

  test('is told why it ends: by what the capability said', () => {
    const g = gleaner()
    g.cycle()
    g.state.wanted = []
    g.state.refused = [
      {
        instanceId: idle.instanceId,
        hostId: idle.hostId,
        action: 'suspend',
        cause: 'idle-hour',
        verdict: aVerdict({ code: 'rule-unknown' }),
      },
    ]
    expect(g.cycle().plan.ended).toMatchObject([{ verdict: { code: 'rule-unknown' } }])
  })

  test('is cancelled by a stronger claim, which says so', () => {
    const g = gleaner()
    g.cycle()
    g.state.wanted = [
      idle,
      { ...idle, claim: 'active-lease', action: 'stop', cause: 'lease-7', ruleId: undefined, ruleRevision: undefined },
    ]
    const { plan } = g.cycle()
    expect(plan.ended).toMatchObject([
      { cause: 'idle-hour', verdict: { code: 'outranked', facts: { byCause: 'lease-7' } } },
    ])
    expect(plan.proposals).toMatchObject([{ cause: 'lease-7' }])
  })

  test('another rule that takes over starts anew', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    const other = aRule({ name: 'other' })
    g.state.rules = [aRule(), other]
    g.state.wanted = [{ ...idle, cause: 'other', ruleId: other.id }]
    const { plan, notices } = g.cycle()
    expect(plan.proposals).toMatchObject([{ cause: 'other', confirmations: 1, state: 'confirming' }])
    expect(plan.ended).toMatchObject([{ cause: 'idle-hour', state: 'cancelled' }])
    expect(notices).toMatchObject([{ kind: 'called-off' }])
  })

  test('a changed rule starts anew under the same id', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.rules = [aRule({ revision: 2 })]
    g.state.wanted = [{ ...idle, ruleRevision: 2 }]
    const { notices } = g.cycle()
    expect(g.single()).toMatchObject({ id: 'proposal_1', confirmations: 1, noticeAtMs: undefined, state: 'confirming' })
    expect(notices).toMatchObject([{ kind: 'called-off' }])
  })

  test('is gone when its instance is', () => {
    const g = gleaner()
    g.cycle()
    g.state.instances = []
    g.state.wanted = []
    expect(g.cycle().plan.ended).toMatchObject([{ verdict: { code: 'instance-gone' } }])
  })

  test('is finished by the journal', () => {
    const g = gleaner()
    for (let nth = 0; nth < 12; nth++) g.cycle()
    expect(g.single().state).toBe('due')
    g.state.journal = [
      aJournalEntry({ proposalId: g.single().id, intendedAtMs: g.nowMs, state: 'accepted', acceptedAtMs: g.nowMs }),
    ]
    g.cycle()
    expect(g.single()).toMatchObject({ state: 'acting', verdict: { code: 'in-flight' } })
    g.state.journal = g.state.journal.map((entry) => ({
      ...entry,
      state: 'done',
      finishedAtMs: g.nowMs,
      outcome: 'the instance is suspended',
    }))
    // The reading still shows it running: the cool-down keeps a new proposal from arising.
    const { plan, refused, save } = g.cycle()
    expect(plan.ended).toMatchObject([
      { state: 'done', verdict: { sentence: 'suspend of web-1 ended as done: the instance is suspended.' } },
    ])
    expect(save).toHaveLength(1)
    expect(plan.proposals).toEqual([])
    expect(refused).toMatchObject([{ verdict: { code: 'cool-down' } }])
  })

  test('one whose action began is left to the executor', () => {
    const g = gleaner()
    g.store([aProposal({ state: 'acting' })])
    g.state.wanted = []
    expect(g.cycle().save).toEqual([])
    expect(g.single().state).toBe('acting')
  })
})

test('the one that takes the place of another is named', () => {
  const g = gleaner()
  g.cycle()
  const other = aRule({ name: 'other' })
  g.state.rules = [aRule(), other]
  g.state.wanted = [{ ...idle, cause: 'other', ruleId: other.id }]
  expect(g.cycle().plan.ended[0]?.verdict).toEqual({
    code: 'outranked',
    sentence: '"other" asks for suspend in the place of "idle-hour".',
    facts: { byCause: 'other', byClaim: 'idleness', byCapability: 'idleness' },
  })
})

test.each([
  ['capability', { capability: 'energy' }],
  ['claim', { claim: 'energy' }],
  ['command of another person', { claim: 'command', ruleId: undefined, ruleRevision: undefined, cause: 'bob' }],
] as readonly (readonly [string, Partial<Candidate>])[])(
  'the same step for another %s is another proposal',
  (_, other) => {
    const g = gleaner()
    g.state.wanted = [{ ...idle, ...(other.claim === 'command' ? { ...other, cause: 'alice' } : {}) }]
    g.cycle()
    const first = g.single().id
    g.state.wanted = [{ ...idle, ...other }]
    const { plan } = g.cycle()
    expect(plan.ended.map(({ id }) => id)).toEqual([first])
    expect(plan.proposals.map(({ id }) => id)).not.toContain(first)
  },
)

test('an empty world makes an empty plan', () => {
  const decision = decide({
    ...factsOf({ reading: aSnapshot({ instances: [] }), rules: [], nowMs: testStartMs }),
    snapshots: new Map(),
    usage: fakeUsage(new Map()),
    answers: [],
    proposals: [],
    ledger: [],
    nextId: (kind) => `${kind}_1`,
  })
  expect(decision.plan).toMatchObject({ id: 'plan_1', basis: [], proposals: [], ended: [], reasons: {} })
  expect(decision.plan.totals.cores.physical).toBe(0)
})

test('the plan tells what it rests upon', () => {
  const g = gleaner()
  g.state.isPartial = true
  expect(g.cycle().plan.basis).toEqual([
    { cloudId: testCloud, version: 1, takenAtMs: g.nowMs - 5000, complete: false, fresh: true },
  ])
})
