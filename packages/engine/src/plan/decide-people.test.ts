// What people say while a proposal is under way: approvals, holds, modes; and what their owners are told.
import { aHold, anInstance } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { enforcing, modesAll } from '../testing/a-world.ts'
import { gleaner, idle } from '../testing/one-gleaner.ts'

const minute = 60_000

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
    expect(g.single()).toMatchObject({ state: 'confirming', confirmations: 1 })
  })

  test('in mode advise a person approves first, and the grace begins then', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('advise') }
    g.cycle()
    expect(g.cycle().notices).toEqual([])
    expect(g.single().state).toBe('awaiting-approval')
    for (let nth = 0; nth < 30; nth++) g.cycle()
    g.approve('bob')
    expect(g.cycle().notices).toMatchObject([{ kind: 'announced' }])
    expect(g.single()).toMatchObject({ state: 'notified', dueAtMs: g.nowMs + 600_000 })
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
    expect(g.single()).toMatchObject({ state: 'held', verdict: { code: 'snapshot-partial' } })
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
    expect(g.single()).toMatchObject({ state: 'observed', confirmations: 0, mode: 'observe' })
  })

  test('raised later, the confirmation starts anew', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('observe') }
    for (let nth = 0; nth < 20; nth++) g.cycle()
    g.state.policy = enforcing
    g.cycle()
    expect(g.single()).toMatchObject({ state: 'confirming', confirmations: 1 })
    g.cycle()
    expect(g.single()).toMatchObject({ state: 'notified', dueAtMs: g.nowMs + 600_000 })
  })

  test('raised from advise to enforce, it starts anew as well', () => {
    const g = gleaner()
    g.state.policy = { ...enforcing, modes: modesAll('advise') }
    for (let nth = 0; nth < 5; nth++) g.cycle()
    g.state.policy = enforcing
    g.cycle()
    expect(g.single()).toMatchObject({ state: 'confirming', confirmations: 1 })
  })

  test('lowered, what was announced is called off', () => {
    const g = gleaner()
    g.cycle()
    g.cycle()
    g.state.policy = { ...enforcing, modes: modesAll('observe') }
    expect(g.cycle().notices).toMatchObject([{ kind: 'called-off' }])
    expect(g.single()).toMatchObject({ state: 'observed', noticeAtMs: undefined })
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
    expect(g.single()).toMatchObject({ state: 'held', verdict: { code: 'kill-switch' }, noticeAtMs: undefined })
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
    expect(g.single().state).toBe('notified')
    g.state.wanted = []
    expect(g.cycle().notices).toEqual([])
    g.state.wanted = [telling]
    g.cycle()
    expect(g.cycle().notices).toHaveLength(1)
  })
})
