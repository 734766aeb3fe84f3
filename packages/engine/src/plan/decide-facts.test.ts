// Proposals where what is known is old, partial or unsaved, or the clock jumps.
import { aJournalEntry, aProposal, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { gleaner } from '../testing/one-gleaner.ts'

const minute = 60_000

describe('data', () => {
  test('the same reading does not confirm twice', () => {
    const g = gleaner()
    g.cycle()
    g.state.reads = false
    g.cycle(10_000)
    g.cycle(10_000)
    expect(g.single()).toMatchObject({ confirmations: 1 })
  })

  test('the same sample does not confirm twice, however often the cloud is read', () => {
    const g = gleaner()
    g.state.sampledAtMs = testStartMs
    for (let nth = 0; nth < 4; nth++) g.cycle()
    expect(g.single()).toMatchObject({ confirmations: 1, state: 'confirming' })
  })

  test('a partial reading holds what is open and confirms nothing', () => {
    const g = gleaner()
    g.cycle()
    g.state.isPartial = true
    g.cycle()
    expect(g.single()).toMatchObject({ state: 'held', confirmations: 1, verdict: { code: 'snapshot-partial' } })
    g.state.wanted = []
    g.state.instances = []
    g.cycle()
    expect(g.single()).toMatchObject({ state: 'held' })
  })

  test('a stale reading holds, and after it the confirmation starts anew', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.reads = false
    for (let nth = 0; nth < 15; nth++) expect(g.cycle().due).toEqual([])
    expect(g.single()).toMatchObject({ state: 'held', verdict: { code: 'snapshot-stale' } })
    g.state.reads = true
    expect(g.cycle().due).toEqual([])
    expect(g.single()).toMatchObject({ state: 'confirming', confirmations: 1 })
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
    expect(g.single()).toMatchObject({ state: 'held', confirmations: 0, verdict: { code: 'telemetry-stale' } })
  })
})

describe('the clock', () => {
  test('set back within the grace, the owner gets it whole and anew', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    const { notices } = g.cycle(-30 * minute)
    expect(g.single()).toMatchObject({ confirmations: 1, noticeAtMs: undefined })
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
    const dueAtMs = g.single().dueAtMs ?? 0
    g.cycle(-2000)
    expect(g.single().dueAtMs).toBeGreaterThanOrEqual(dueAtMs)
  })

  test('set forward over the grace, fresh confirmations are needed', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    expect(g.cycle(60 * minute).due).toEqual([])
    expect(g.single()).toMatchObject({ confirmations: 1, state: 'confirming' })
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
