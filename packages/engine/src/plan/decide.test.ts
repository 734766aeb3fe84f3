import { type Candidate, type Hold, type JournalEntry, type Policy, type Proposal, type Rule } from '@gleaner/model'
import {
  aHold,
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
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { fakeUsage, idleUsage } from '../testing/fake-usage.ts'
import type { Refused } from './capability-answer.ts'
import { type Decision, decide } from './decide.ts'

const minute = 60_000

const idle: Candidate = (() => {
  const { capability, claim, action, instanceId, projectId, hostId, cause, ruleId, ruleRevision } = aProposal()
  const { mode, priority, graceMs, reason, gives } = aProposal()
  const base = {
    capability,
    claim,
    action,
    setting: undefined,
    instanceId,
    projectId,
    hostId,
    cause,
    ruleId,
    ruleRevision,
  }
  return { ...base, mode, priority, graceMs, reason, gives }
})()

/** One Gleaner over several cycles: what was saved is there in the next one. */
function gleaner() {
  let open: readonly Proposal[] = []
  let nowMs = testStartMs
  let version = 0
  let ids = 0
  const state = {
    wanted: [idle] as readonly Candidate[],
    refused: [] as readonly Refused[],
    policy: enforcing as Policy,
    rules: [aRule()] as readonly Rule[],
    holds: [] as readonly Hold[],
    journal: [] as readonly JournalEntry[],
    instances: [anInstance()],
    isPartial: false,
    /** Undefined: sampled ten seconds before each cycle. */
    sampledAtMs: undefined as number | undefined,
    /** Reads the cloud anew in each cycle. */
    reads: true,
  }
  let reading = aSnapshot()
  const world = () => {
    if (state.reads) {
      reading = aSnapshot({
        instances: state.instances,
        version: ++version,
        takenAtMs: nowMs - 5000,
        gaps: state.isPartial ? [{ scope: 'hv-9', reason: 'timed out' }] : [],
      })
    }
    const { policy, rules, holds, journal } = state
    const ids0 = reading.instances.map(({ id }) => id)
    const usage = idleUsage(ids0, state.sampledAtMs ?? nowMs - 10_000)
    return {
      ...factsOf({ reading, rules, nowMs }, { policy, holds, journal, usage }),
      answers: [{ candidates: state.wanted, refused: state.refused, reasons: {} }],
      proposals: open,
      ledger: [],
      nextId: (kind: string) => `${kind}_${++ids}`,
    }
  }
  let last: Decision | undefined
  return {
    state,
    get nowMs() {
      return nowMs
    },
    /** Lets this much time pass and decides. */
    cycle(passMs = minute): Decision {
      nowMs += passMs
      const made = world()
      last = decide(made)
      open = last.plan.proposals
      // Deciding again with what was saved changes nothing.
      const again = decide({ ...made, proposals: open, nextId: () => 'again' })
      expect(again.save).toEqual([])
      expect(again.notices).toEqual([])
      expect(again.plan.proposals).toEqual(open)
      return last
    },
    only(): Proposal {
      expect(open).toHaveLength(1)
      return open[0] as Proposal
    },
    approve(by: string) {
      open = open.map((proposal) => ({ ...proposal, approvedBy: by }))
    },
    store(proposals: readonly Proposal[]) {
      open = proposals
    },
    get open() {
      return open
    },
  }
}

describe('the life of a proposal', () => {
  test('is confirmed, announced, graced and due', () => {
    const g = gleaner()
    expect(g.cycle().notices).toEqual([])
    expect(g.only()).toMatchObject({ id: 'proposal_1', state: 'confirming', confirmations: 1, noticeAtMs: undefined })
    const second = g.cycle()
    expect(g.only()).toMatchObject({
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
    expect(g.only()).toMatchObject({ confirmations: 1, state: 'confirming' })
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
    expect(g.only()).toMatchObject({ id: 'proposal_1', confirmations: 1, noticeAtMs: undefined, state: 'confirming' })
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
    expect(g.only().state).toBe('due')
    g.state.journal = [
      aJournalEntry({ proposalId: g.only().id, intendedAtMs: g.nowMs, state: 'accepted', acceptedAtMs: g.nowMs }),
    ]
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'acting', verdict: { code: 'in-flight' } })
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
    expect(g.only().state).toBe('acting')
  })
})

describe('people', () => {
  test.each([
    ['keep', 'kept'],
    ['veto', 'vetoed'],
    ['person-acted', 'person-acted'],
  ] as const)('a %s ends the proposal and lets none arise', (kind, code) => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.holds = [aHold({ kind, untilMs: g.nowMs + 3 * minute })]
    const { plan, notices } = g.cycle()
    expect(plan.ended).toMatchObject([{ state: 'cancelled', verdict: { code } }])
    expect(notices).toEqual([])
    expect(g.cycle().refused).toMatchObject([{ cause: 'idle-hour', verdict: { code } }])
    expect(g.open).toEqual([])
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'confirming', confirmations: 1 })
  })

  test('in mode advise a person approves first, and the grace begins then', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('advise') }
    g.cycle()
    expect(g.cycle().notices).toEqual([])
    expect(g.only().state).toBe('awaiting-approval')
    for (let nth = 0; nth < 30; nth++) g.cycle()
    g.approve('bob')
    expect(g.cycle().notices).toMatchObject([{ kind: 'announced' }])
    expect(g.only()).toMatchObject({ state: 'notified', dueAtMs: g.nowMs + 600_000 })
    for (let nth = 0; nth < 9; nth++) expect(g.cycle().due).toEqual([])
    expect(g.cycle().due).toHaveLength(1)
  })

  test('a command is done at once, whatever the mode', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('off') }
    g.state.instances = [anInstance({ state: 'suspended' })]
    const command = {
      ...idle,
      claim: 'command' as const,
      action: 'resume' as const,
      cause: 'alice',
      ruleId: undefined,
      ruleRevision: undefined,
      graceMs: 0,
    }
    g.state.wanted = [command]
    expect(g.cycle().due).toMatchObject([{ cause: 'alice', action: 'resume' }])
  })

  test('a command is given once, stays wanted while it has to wait, and is given up in time', () => {
    const g = gleaner()
    g.state.wanted = [
      { ...idle, claim: 'command' as const, cause: 'root', ruleId: undefined, ruleRevision: undefined, graceMs: 0 },
    ]
    g.state.isPartial = true
    g.cycle()
    g.state.wanted = []
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'held', verdict: { code: 'snapshot-partial' } })
    g.state.isPartial = false
    expect(g.cycle().due).toHaveLength(1)
    g.state.policy = { ...enforcing, budgets: { ...enforcing.budgets, actionsPerMinute: 0 } }
    for (let nth = 0; nth < 3; nth++) g.cycle()
    expect(g.cycle().plan.ended).toMatchObject([{ state: 'cancelled', verdict: { code: 'budget-rate' } }])
  })
})

describe('modes', () => {
  test('observe records and nothing more', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('observe') }
    for (let nth = 0; nth < 20; nth++) {
      const { notices, due, save } = g.cycle()
      expect([notices, due]).toEqual([[], []])
      expect(save).toHaveLength(nth === 0 ? 1 : 0)
    }
    expect(g.only()).toMatchObject({ state: 'observed', confirmations: 0, mode: 'observe' })
  })

  test('raised later, the confirmation starts anew', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('observe') }
    for (let nth = 0; nth < 20; nth++) g.cycle()
    g.state.policy = enforcing
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'confirming', confirmations: 1 })
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'notified', dueAtMs: g.nowMs + 600_000 })
  })

  test('raised from advise to enforce, it starts anew as well', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('advise') }
    for (let nth = 0; nth < 5; nth++) g.cycle()
    g.state.policy = enforcing
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'confirming', confirmations: 1 })
  })

  test('lowered, what was announced is called off', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.policy = { ...enforcing, modes: modesAll('observe') }
    expect(g.cycle().notices).toMatchObject([{ kind: 'called-off' }])
    expect(g.only()).toMatchObject({ state: 'observed', noticeAtMs: undefined })
  })

  test('off ends it', () => {
    const g = gleaner()
    g.cycle()
    g.state.policy = { ...enforcing, modes: modesAll('off') }
    expect(g.cycle().plan.ended).toMatchObject([{ verdict: { code: 'mode-off' } }])
  })

  test('the kill switch holds it, and nothing is announced meanwhile', () => {
    const g = gleaner()
    g.cycle()
    g.state.policy = { ...enforcing, killSwitch: { by: 'root', sinceMs: g.nowMs, reason: '' } }
    for (let nth = 0; nth < 20; nth++) expect(g.cycle().notices).toEqual([])
    expect(g.only()).toMatchObject({ state: 'held', verdict: { code: 'kill-switch' }, noticeAtMs: undefined })
  })
})

describe('data', () => {
  test('the same reading does not confirm twice', () => {
    const g = gleaner()
    g.cycle()
    g.state.reads = false
    g.cycle(10_000)
    g.cycle(10_000)
    expect(g.only()).toMatchObject({ confirmations: 1 })
  })

  test('the same sample does not confirm twice, however often the cloud is read', () => {
    const g = gleaner()
    g.state.sampledAtMs = testStartMs
    for (let nth = 0; nth < 4; nth++) g.cycle()
    expect(g.only()).toMatchObject({ confirmations: 1, state: 'confirming' })
  })

  test('a partial reading holds what is open and confirms nothing', () => {
    const g = gleaner()
    g.cycle()
    g.state.isPartial = true
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'held', confirmations: 1, verdict: { code: 'snapshot-partial' } })
    g.state.wanted = []
    g.state.instances = []
    g.cycle()
    expect(g.only()).toMatchObject({ state: 'held' })
  })

  test('a stale reading holds, and after it the confirmation starts anew', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.reads = false
    for (let nth = 0; nth < 15; nth++) expect(g.cycle().due).toEqual([])
    expect(g.only()).toMatchObject({ state: 'held', verdict: { code: 'snapshot-stale' } })
    g.state.reads = true
    expect(g.cycle().due).toEqual([])
    expect(g.only()).toMatchObject({ state: 'confirming', confirmations: 1 })
    expect(g.cycle().due).toHaveLength(1)
  })

  test('usage that is missing voids the confirmations and ends nothing', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.wanted = []
    g.state.sampledAtMs = g.nowMs - 400_000
    const { notices } = g.cycle()
    expect(notices).toEqual([])
    expect(g.only()).toMatchObject({ state: 'held', confirmations: 0, verdict: { code: 'telemetry-stale' } })
  })
})

describe('the clock', () => {
  test('set back within the grace, the owner gets it whole and anew', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    const { notices } = g.cycle(-30 * minute)
    expect(g.only()).toMatchObject({ confirmations: 1, noticeAtMs: undefined })
    expect(notices).toEqual([])
    let announcedMs = 0
    for (let nth = 0; nth < 60; nth++) {
      const decision = g.cycle()
      if (decision.notices.length > 0) announcedMs = g.nowMs
      if (decision.due.length === 0) continue
      expect(announcedMs).toBeGreaterThan(0)
      expect(g.nowMs - announcedMs).toBeGreaterThanOrEqual(600_000)
      return
    }
    throw new Error('never due')
  })

  test('set back by a little, the grace does not shorten', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    const dueAtMs = g.only().dueAtMs ?? 0
    g.cycle(-2000)
    expect(g.only().dueAtMs).toBeGreaterThanOrEqual(dueAtMs)
  })

  test('set forward over the grace, fresh confirmations are needed', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    expect(g.cycle(60 * minute).due).toEqual([])
    expect(g.only()).toMatchObject({ confirmations: 1, state: 'confirming' })
    expect(g.cycle().due).toHaveLength(1)
  })

  test('a notice of last week no longer counts', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.cycle(7 * 24 * 60 * minute)
    const { notices, due } = g.cycle()
    expect(due).toEqual([])
    expect(notices).toMatchObject([{ kind: 'announced', dueAtMs: g.nowMs + 600_000 }])
  })
})

describe('notices', () => {
  const telling = { ...idle, action: 'notify' as const }

  test('are told once for as long as the rule matches, and again after it did not', () => {
    const g = gleaner()
    g.state.wanted = [telling]
    expect(g.cycle().notices).toEqual([])
    expect(g.cycle().notices).toMatchObject([
      { kind: 'told', sentence: 'web-1 ("idle-hour"): It used 0.01 cores for an hour.' },
    ])
    for (let nth = 0; nth < 10; nth++) {
      const { notices, due } = g.cycle()
      expect([notices, due]).toEqual([[], []])
    }
    expect(g.only().state).toBe('notified')
    g.state.wanted = []
    expect(g.cycle().notices).toEqual([])
    g.state.wanted = [telling]
    g.cycle()
    expect(g.cycle().notices).toHaveLength(1)
  })
})

describe('the store', () => {
  test('of two proposals for the same step the younger one ends', () => {
    const g = gleaner()
    const at = (id: string, createdAtMs: number) => aProposal({ id, createdAtMs, confirmations: 1 })
    g.store([at('young', testStartMs), at('old', testStartMs - 1)])
    const { plan } = g.cycle()
    expect(plan.proposals.map(({ id }) => id)).toEqual(['old'])
    expect(plan.ended.map(({ id, state }) => [id, state])).toEqual([['young', 'cancelled']])
    expect(plan.ended[0]?.verdict).toEqual({
      code: 'outranked',
      sentence: 'There is another proposal for suspend of the same instance.',
      facts: {},
    })
  })

  test('of two that are equally old the smaller id stays, however they are listed', () => {
    const two = [aProposal({ id: 'a' }), aProposal({ id: 'b' })]
    for (const order of [two, two.toReversed()]) {
      const g = gleaner()
      g.store(order)
      expect(g.cycle().plan.proposals.map(({ id }) => id)).toEqual(['a'])
    }
  })

  test('a second proposal for a step whose action is under way ends', () => {
    const g = gleaner()
    g.state.journal = [aJournalEntry({ proposalId: 'first', state: 'accepted' })]
    g.store([aProposal({ id: 'first', state: 'acting' }), aProposal({ id: 'second' })])
    const { plan } = g.cycle()
    expect(plan.proposals.map(({ id, state }) => [id, state])).toEqual([['first', 'acting']])
    expect(plan.ended.map(({ id, verdict }) => [id, verdict.code])).toEqual([['second', 'outranked']])
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
    const first = g.only().id
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
