// The life of a step on a host: confirmed, due, followed; and what it loses when the figures change.
import { type Candidate, type JournalEntry, type Proposal } from '@gleaner/model'
import { aHost, aHostEntry, aHostProposal, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { enforcing, factsOf, modesAll } from '../testing/a-world.ts'
import { idleUsage } from '../testing/fake-usage.ts'
import { whyHost } from '../why/why-host.ts'
import { decide } from './decide.ts'

const minute = 60_000
const host = aHost()

function wish(overrides: Partial<Candidate> = {}): Candidate {
  const { capability, claim, action, setting, instanceId, projectId, hostId, cause, ruleId, ruleRevision } =
    aHostProposal()
  const { mode, priority, graceMs, reason, gives } = aHostProposal()
  const step = { capability, claim, action, setting, instanceId, projectId, hostId, cause, ruleId, ruleRevision }
  return { ...step, mode, priority, graceMs, reason, gives, ...overrides }
}

function gleaner(mode: 'advise' | 'enforce' = 'enforce') {
  let nowMs = testStartMs
  let version = 0
  let ids = 0
  let open: readonly Proposal[] = []
  const state = { wanted: [wish()] as readonly Candidate[], journal: [] as readonly JournalEntry[] }
  const facts = () =>
    factsOf(
      { reading: aSnapshot({ version, takenAtMs: nowMs - 5000 }), rules: [], nowMs },
      {
        policy: { ...enforcing, modes: modesAll(mode) },
        usage: idleUsage([host.id], nowMs - 10_000),
        journal: state.journal,
      },
    )
  return {
    state,
    cycle() {
      nowMs += minute
      version++
      const decision = decide({
        ...facts(),
        answers: [{ candidates: state.wanted, refused: [], reasons: {} }],
        proposals: open,
        ledger: [],
        nextId: (kind) => `${kind}_${++ids}`,
      })
      open = decision.plan.proposals
      return decision
    },
    approve: () => {
      open = open.map((proposal) => ({ ...proposal, approvedBy: 'olga' }))
    },
    why: () => whyHost({ ...facts(), proposals: open, ledger: [], refused: [] }, host.id),
  }
}

describe('a step on a host', () => {
  test('is confirmed on new data and then due, without a notice to anybody', () => {
    const g = gleaner()
    expect(g.cycle().plan.proposals).toMatchObject([{ state: 'confirming', setting: { coreRatio: 2.5 } }])
    expect(g.why().summary).toMatch(
      /^"estimate" wants to raise the ratio of hv-1\. "estimate" was confirmed 1 of 2 times/,
    )
    const second = g.cycle()
    expect(second.due).toMatchObject([{ action: 'raise-ratio', hostId: host.id, instanceId: undefined }])
    expect(second.notices).toEqual([])
    expect(g.cycle().save).not.toContainEqual(expect.objectContaining({ state: 'cancelled' }))
  })

  test('that gives back is due at once', () => {
    const g = gleaner()
    g.state.wanted = [wish({ action: 'lower-ratio', setting: { coreRatio: 1.5 } })]
    expect(g.cycle().due).toMatchObject([{ action: 'lower-ratio', setting: { coreRatio: 1.5 } }])
  })

  test('begins anew, approval and all, when other figures are wanted', () => {
    const g = gleaner('advise')
    g.cycle()
    expect(g.cycle().plan.proposals).toMatchObject([{ state: 'awaiting-approval' }])
    g.approve()
    expect(g.cycle().due).toHaveLength(1)
    g.state.wanted = [wish({ setting: { coreRatio: 3 } })]
    const changed = g.cycle()
    expect(changed.due).toEqual([])
    expect(changed.plan.proposals).toMatchObject([
      { state: 'confirming', approvedBy: undefined, setting: { coreRatio: 3 } },
    ])
  })

  test('is acting while its entry is open, and done with it', () => {
    const g = gleaner()
    g.cycle()
    const [due] = g.cycle().due
    const entry = aHostEntry({ proposalId: due?.id, state: 'accepted', intendedAtMs: testStartMs + 2 * minute })
    g.state.journal = [entry]
    expect(g.cycle().plan.proposals).toMatchObject([{ state: 'acting' }])
    g.state.journal = [
      { ...entry, state: 'done', finishedAtMs: testStartMs + 3 * minute, outcome: 'the host is at 2.5' },
    ]
    g.state.wanted = []
    expect(g.cycle().plan.ended).toMatchObject([
      { state: 'done', verdict: { sentence: expect.stringContaining('ended as done: the host is at 2.5') } },
    ])
    expect(g.why().summary).toMatch(/^hv-1 is left alone until /)
  })

  test('ends and says why when it is no longer wanted', () => {
    const g = gleaner()
    g.cycle()
    g.state.wanted = []
    expect(g.cycle().plan.ended).toMatchObject([{ state: 'cancelled', verdict: { code: 'no-longer-matches' } }])
  })
})
