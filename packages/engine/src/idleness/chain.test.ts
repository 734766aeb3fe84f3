import type { ActionKind, Instance, InstanceState, Rule } from '@gleaner/model'
import { anInstance, aRule, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileRule } from '../rules/compile-rule.ts'
import { type ChainPast, chainSentence, placeInChain, type StandingStep, withChains } from './chain.ts'
import type { RuleMatches } from './rule-matches.ts'

const dayMs = 86_400_000
const rule = aRule({
  name: 'forgotten',
  action: 'notify',
  steps: [
    { after: '7d', action: 'suspend', grace: '1d' },
    { after: '14d', action: 'delete', grace: '2d' },
  ],
})
const past = (parts: { standing?: StandingStep; toldAtMs?: number } = {}): ChainPast => ({
  standing: () => parts.standing,
  touched: () => (parts.standing === undefined ? [] : [anInstance().id]),
  toldAtMs: (_, { revision }) => (revision === rule.revision ? parts.toldAtMs : undefined),
})
const suspended = (atMs: number, cause = rule.name): StandingStep => ({ cause, action: 'suspend', atMs })

function due(
  nowMs: number,
  parts: { past: ChainPast; instance: Instance; matched?: boolean; stands?: boolean; rules?: readonly Rule[] },
): readonly { readonly action: ActionKind; readonly grace: string; readonly sentence: string }[] {
  const { instance, rules = [rule] } = parts
  const matches: RuleMatches = {
    rules,
    eachMatched: (visit) => (parts.matched === true ? visit(instance, [0]) : undefined),
    evidence: () => ({ code: 'rule-matched', sentence: 'it matches', facts: {} }),
    reasons: {},
  }
  const chained = withChains(matches, {
    past: parts.past,
    nowMs,
    instanceOf: () => instance,
    stands: () => parts.stands ?? true,
  })
  const found: { action: ActionKind; grace: string; sentence: string }[] = []
  chained.eachMatched((seen, indices) => {
    for (const index of indices) {
      const step = chained.rules[index]
      if (step === undefined) throw new Error(`there is no rule ${index}`)
      found.push({ action: step.action, grace: step.grace, sentence: chained.evidence(index, seen).sentence })
    }
  })
  return found
}

describe('a rule of several steps', () => {
  const running = anInstance()
  const asleep = anInstance({ state: 'suspended' })

  it('waits after its notice, then does the next with its own grace, while it still matches', () => {
    const told = past({ toldAtMs: testStartMs })
    const at = (nowMs: number, matched = true) =>
      due(nowMs, { past: told, instance: running, matched }).map(({ action, grace }) => `${action} ${grace}`)
    expect(at(testStartMs + 7 * dayMs - 1)).toEqual(['notify 10m'])
    expect(at(testStartMs + 7 * dayMs)).toEqual(['notify 10m', 'suspend 1d'])
    expect(at(testStartMs + 70 * dayMs, false)).toEqual([])
  })

  it('goes on from what it did, though its expression can no longer hold', () => {
    const did = past({ standing: suspended(testStartMs) })
    expect(due(testStartMs + 14 * dayMs - 1, { past: did, instance: asleep })).toEqual([])
    expect(due(testStartMs + 14 * dayMs, { past: did, instance: asleep })).toEqual([
      {
        action: 'delete',
        grace: '2d',
        sentence:
          'Step 2 of 3 of "forgotten" (suspend) was done at 2025-06-02T08:00:00Z; the next (delete) is due at 2025-06-16T08:00:00Z if nobody touches it until then.',
      },
    ])
  })

  it('ends by what somebody else did, a state that is another, and a rule that no longer stands for it', () => {
    const lateMs = testStartMs + 99 * dayMs
    const did = past({ standing: suspended(testStartMs) })
    expect(due(lateMs, { past: past(), instance: asleep })).toEqual([])
    expect(due(lateMs, { past: past({ standing: suspended(testStartMs, 'night') }), instance: asleep })).toEqual([])
    expect(due(lateMs, { past: did, instance: running })).toEqual([])
    expect(due(lateMs, { past: did, instance: asleep, stands: false })).toEqual([])
    expect(
      due(lateMs, { past: past({ toldAtMs: testStartMs }), instance: running, matched: true, stands: false }),
    ).toHaveLength(1)
    const changed = [{ ...rule, revision: rule.revision + 1 }]
    expect(
      due(lateMs, { past: past({ toldAtMs: testStartMs }), instance: running, matched: true, rules: changed }),
    ).toHaveLength(1)
  })

  it('tells where it stands, also after the last step', () => {
    const last: StandingStep = { cause: rule.name, action: 'suspend', atMs: testStartMs }
    const two = { ...rule, steps: rule.steps?.slice(0, 1) ?? [] }
    const place = placeInChain(two, asleep, { isMatched: false, past: past({ standing: last }) })
    expect(place === undefined ? '' : chainSentence(two, place)).toBe(
      'Step 2 of 2 of "forgotten" (suspend) was done at 2025-06-02T08:00:00Z; it was the last.',
    )
  })

  it('never takes a step before the wait is over, and never one that is not the next', () => {
    const states: readonly InstanceState[] = ['running', 'paused', 'suspended', 'stopped', 'shelved']
    const did = fc.record({
      cause: fc.constantFrom('forgotten', 'other'),
      action: fc.constantFrom<ActionKind>('suspend', 'stop', 'resume', 'delete'),
      atMs: fc.integer({ min: 0, max: 60 * dayMs }),
    })
    fc.assert(
      fc.property(
        fc.option(did, { nil: undefined }),
        fc.option(fc.integer({ min: 0, max: 60 * dayMs }), { nil: undefined }),
        fc.constantFrom(...states),
        fc.boolean(),
        fc.integer({ min: 0, max: 90 * dayMs }),
        (standing, toldAtMs, state, matched, nowMs) => {
          const known = past({ ...(standing ? { standing } : {}), ...(toldAtMs === undefined ? {} : { toldAtMs }) })
          const steps = due(nowMs, { past: known, instance: anInstance({ state }), matched })
          for (const { action } of steps) {
            if (action === 'delete') {
              expect([standing?.cause, standing?.action, state]).toEqual(['forgotten', 'suspend', 'suspended'])
              expect(nowMs - (standing?.atMs ?? Number.NaN)).toBeGreaterThanOrEqual(14 * dayMs)
            }
            if (action === 'suspend') {
              expect(matched).toBe(true)
              expect(nowMs - (toldAtMs ?? Number.NaN)).toBeGreaterThanOrEqual(7 * dayMs)
            }
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('is the same object as before where no rule has steps', () => {
    const matches: RuleMatches = {
      rules: [aRule()],
      eachMatched: () => {},
      evidence: () => ({ code: 'rule-matched', sentence: '', facts: {} }),
      reasons: {},
    }
    const input = { past: past(), nowMs: 0, instanceOf: () => undefined, stands: () => true }
    expect(withChains(matches, input)).toBe(matches)
  })
})

describe('the steps of a rule', () => {
  const faultsOf = (action: Rule['action'], steps: Rule['steps']) => {
    const { name, expression, covers, grace, mode, priority, enabled } = aRule()
    const made = compileRule({
      name,
      expression,
      covers,
      grace,
      mode,
      priority,
      enabled,
      action,
      ...(steps ? { steps } : {}),
    })
    return made.ok ? [] : made.faults.map(({ code, part, message }) => `${code} ${part}: ${message.split(' (')[0]}`)
  }

  it.each<[string, Rule['action'], NonNullable<Rule['steps']>, string]>([
    ['milder', 'stop', [{ after: '1d', action: 'suspend', grace: '1d' }], 'step 2 does suspend after stop'],
    [
      'the same again',
      'notify',
      [
        { after: '1d', action: 'stop', grace: '1d' },
        { after: '1d', action: 'stop', grace: '1d' },
      ],
      'step 3 does stop after stop',
    ],
    ['after giving back', 'resume', [{ after: '1d', action: 'stop', grace: '1d' }], 'step 2 does stop after resume'],
    [
      'too far',
      'notify',
      [{ after: '30d', action: 'stop', grace: '1d' }],
      'step 2 waits longer than 30d, its grace included',
    ],
    [
      'no time',
      'notify',
      [{ after: 'soon', action: 'stop', grace: '1d' }],
      'step 2 has a wait or a grace that is no length of time',
    ],
    [
      'a deletion without a day',
      'stop',
      [{ after: '7d', action: 'delete', grace: '23h' }],
      'step 2 deletes after a grace of less than 1d',
    ],
  ])('are refused when one is %s', (_, action, steps, message) => {
    expect(faultsOf(action, steps)).toEqual([`bad-step steps: ${message}`])
  })

  it('may end in a deletion with a grace of its own', () => {
    expect(faultsOf('notify', rule.steps)).toEqual([])
  })
})
