import { type GivesBack, type Instance, noYield, type ProjectLimits, type Rule } from '@gleaner/model'
import { anInstance, aProject, aRule, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { indexSupports } from '../ledger/action-support.ts'
import { holdingTable } from '../ledger/holding.ts'
import { fakeUsage } from '../testing/fake-usage.ts'
import { commandCandidate } from './command-candidate.ts'
import { proposeIdleness } from './propose-idleness.ts'
import type { RuleMatches } from './rule-matches.ts'
import { yieldOf } from './yield-of.ts'

const nowMs = testStartMs
const keepsBooks: GivesBack = { physicalCores: true, physicalMemory: true, sellable: false }
const sells: GivesBack = { ...keepsBooks, sellable: true }
const supports = indexSupports([
  {
    id: testCloud,
    actions: [
      { action: 'suspend', givesBack: keepsBooks },
      { action: 'shelve', givesBack: sells },
      { action: 'resume', givesBack: keepsBooks },
    ],
  },
])
const usage = fakeUsage(new Map([[anInstance().id as string, { lastAtMs: nowMs, cpu: 0.25, memory: 1024 }]]))

function matches(rules: readonly Rule[], instances: readonly Instance[]): RuleMatches {
  return {
    rules,
    eachMatched: (visit) => {
      for (const instance of instances)
        visit(
          instance,
          rules.map((_, index) => index),
        )
    },
    evidence: (index) => ({ code: 'rule-matched', sentence: `evidence of ${rules[index]?.name}`, facts: {} }),
    reasons: { 'rule-matched': rules.length * instances.length, 'rule-unknown': 3 },
  }
}

const propose = (rules: readonly Rule[], ...instances: readonly Instance[]) =>
  proposeIdleness({ matches: matches(rules, instances), supports, usage, nowMs, projects: new Map() })

test('a matching rule becomes a candidate with its evidence, grace and yield', () => {
  const rule = aRule({ grace: '15m', revision: 4 })
  expect(propose([rule], anInstance()).candidates).toEqual([
    {
      capability: 'idleness',
      claim: 'idleness',
      action: 'suspend',
      instanceId: anInstance().id,
      projectId: aProject().id,
      hostId: anInstance().hostId,
      cause: 'idle-hour',
      ruleId: rule.id,
      ruleRevision: 4,
      mode: 'enforce',
      priority: 100,
      graceMs: 900_000,
      reason: { code: 'rule-matched', sentence: 'evidence of idle-hour', facts: {} },
      gives: { physicalCores: 0.25, physicalMemoryMiB: 1024, sellableCores: 0, sellableMemoryMiB: 0 },
    },
  ])
})

test('what is not proposed is told with its reason, and counted', () => {
  const rules = [aRule(), aRule({ name: 'stopper', action: 'stop' })]
  const answer = propose(rules, anInstance({ state: 'suspended' }))
  expect(answer.candidates).toEqual([])
  expect(answer.refused.map(({ cause, verdict }) => [cause, verdict.code])).toEqual([
    ['stopper', 'action-unsupported'],
    ['idle-hour', 'already-there'],
  ])
  expect(answer.reasons).toEqual({
    'rule-matched': 2,
    'rule-unknown': 3,
    'action-unsupported': 1,
    'already-there': 1,
  })
})

describe('limits of a project', () => {
  const limited = (limits: ProjectLimits, rules: readonly Rule[], instance = anInstance()) =>
    proposeIdleness({
      matches: matches(rules, [instance]),
      supports,
      usage,
      nowMs,
      projects: new Map([[aProject().id, { projectId: aProject().id, optOut: undefined, limits }]]),
    })

  test('lengthen a grace and never shorten one', () => {
    const graceOf = (graceMs: number) => limited({ graceMs }, [aRule({ grace: '15m' })]).candidates[0]?.graceMs
    expect([graceOf(3_600_000), graceOf(60_000)]).toEqual([3_600_000, 900_000])
  })

  test('put a rule that is too severe aside, and the gentler one below it has its turn', () => {
    const rules = [aRule({ name: 'hard', action: 'shelve', priority: 200 }), aRule()]
    const answer = limited({ strongest: 'suspend' }, rules)
    expect(answer.candidates.map(({ cause }) => cause)).toEqual(['idle-hour'])
    expect(answer.refused.map(({ cause, verdict }) => [cause, verdict.code])).toEqual([['hard', 'project-limit']])
  })

  test('hold up nothing that gives back', () => {
    const rule = aRule({ name: 'morning', action: 'resume' })
    expect(limited({ strongest: 'notify' }, [rule], anInstance({ state: 'suspended' })).candidates).toHaveLength(1)
  })
})

test('a schedule resumes and gives nothing back', () => {
  const rule = aRule({ name: 'morning', action: 'resume' })
  expect(propose([rule], anInstance({ state: 'suspended' })).candidates).toMatchObject([
    { action: 'resume', gives: noYield },
  ])
})

test('an instance on the move is judged by where it arrives', () => {
  expect(propose([aRule()], anInstance({ state: 'migrating' })).candidates).toHaveLength(1)
})

test('a grace nobody can read never ends', () => {
  expect(propose([aRule({ grace: 'soon' })], anInstance()).candidates[0]?.graceMs).toBe(Number.POSITIVE_INFINITY)
})

describe('what an action gives back', () => {
  const support = supports.get(testCloud)
  const gives = (instance: Instance, givesBack: GivesBack | undefined, measured = usage) =>
    yieldOf(instance, { action: 'shelve', givesBack, holding: holdingTable(support), usage: measured, nowMs })

  test('physically what was measured, to the scheduler its nominal size', () => {
    expect(gives(anInstance(), sells)).toEqual({
      physicalCores: 0.25,
      physicalMemoryMiB: 1024,
      sellableCores: 2,
      sellableMemoryMiB: 4096,
    })
  })

  test('never more than its size, and nothing that nobody saw', () => {
    const greedy = fakeUsage(new Map([[anInstance().id as string, { lastAtMs: nowMs, cpu: 99, memory: 99_999 }]]))
    expect(gives(anInstance(), keepsBooks, greedy)).toMatchObject({ physicalCores: 2, physicalMemoryMiB: 4096 })
    expect(gives(anInstance(), keepsBooks, fakeUsage(new Map()))).toEqual(noYield)
    const poisoned = fakeUsage(new Map([[anInstance().id as string, { lastAtMs: nowMs, cpu: -1, memory: Number.NaN }]]))
    expect(gives(anInstance(), keepsBooks, poisoned)).toEqual(noYield)
  })

  test('only what it still holds', () => {
    expect(gives(anInstance({ state: 'suspended' }), sells)).toEqual({
      physicalCores: 0,
      physicalMemoryMiB: 0,
      sellableCores: 2,
      sellableMemoryMiB: 4096,
    })
    expect(gives(anInstance({ state: 'shelved' }), sells)).toEqual(noYield)
  })

  test('nothing where the cloud cannot do it', () => {
    expect(gives(anInstance(), undefined)).toEqual(noYield)
  })
})

test('a command is a candidate of its own claim, with who and why', () => {
  const instance = anInstance({ state: 'suspended' })
  const candidate = commandCandidate(
    { instance, action: 'resume', by: 'alice', reason: 'I need it' },
    { supports, usage, nowMs },
  )
  expect(candidate).toMatchObject({
    claim: 'command',
    cause: 'alice',
    mode: 'enforce',
    graceMs: 0,
    gives: noYield,
    reason: { code: 'commanded', sentence: 'alice asked for resume of web-1: I need it.' },
  })
})
