import type { Rule } from '@gleaner/model'
import { aRule } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { beginEvaluation } from '../rules/evaluate-rules.ts'
import { emptyHistory } from '../rules/history-access.ts'
import { buildInstanceTable } from '../rules/instance-table.ts'
import { linkRules } from '../rules/rule-program.ts'
import {
  exactTelemetry,
  steady,
  testInstance,
  testRule,
  testSnapshot,
  worldNowMs,
} from '../rules/testing/rule-world.ts'
import { createEvidenceMemory, type EvidenceMemory } from './evidence-memory.ts'
import { matchesOf } from './matches-of.ts'

/** The first is idle, the second busy, and nobody measures the third. */
const instances = ['idle', 'busy', 'dark'].map((name) => testInstance(name))
const [idle, busy, dark] = instances as [(typeof instances)[0], (typeof instances)[0], (typeof instances)[0]]

function evaluated(rules: readonly Rule[], until = instances.length) {
  const telemetry = exactTelemetry({ idle: { cpu: steady(0.01, 60) }, busy: { cpu: steady(1.5, 60) } })
  const evaluation = beginEvaluation({
    table: buildInstanceTable([testSnapshot(instances)], telemetry),
    telemetry,
    history: emptyHistory,
    nowMs: worldNowMs,
    program: linkRules(rules.map((rule) => testRule(rule.expression, rule))),
  })
  evaluation.evaluate(0, until)
  return evaluation
}

function matched(rules: readonly Rule[], memory?: EvidenceMemory) {
  const matches = matchesOf(evaluated(rules), rules, memory)
  const seen: [string, readonly number[]][] = []
  const said: string[] = []
  matches.eachMatched((instance, indices) => {
    // The list is used again for the next instance.
    seen.push([instance.name, [...indices]])
    for (const index of indices) said.push(matches.evidence(index, instance).sentence)
  })
  return { seen, said, matches }
}

const low = aRule({ name: 'low', expression: 'cpu < 0.05' })
const high = aRule({ name: 'high', expression: 'cpu > 1' })
const known = aRule({ name: 'known', expression: 'known(cpu)' })

describe('who is matched', () => {
  it('is visited in the order of the table, with every rule that is true of it and no other', () => {
    expect(matched([low, high, known]).seen).toEqual([
      ['idle', [0, 2]],
      ['busy', [1, 2]],
    ])
  })

  it('nobody is without rules, or before anything was evaluated', () => {
    expect(matched([]).seen).toEqual([])
    const matches = matchesOf(evaluated([low], 0), [low])
    matches.eachMatched(() => expect.unreachable())
    expect(matches.reasons).toEqual({})
  })

  it('one that nobody measures counts as in use and not as idle', () => {
    const { seen, matches } = matched([low])
    expect(seen.map(([name]) => name)).not.toContain('dark')
    expect(matches.reasons['rule-unknown']).toBe(1)
  })
})

describe('the evidence', () => {
  it('has the numbers behind the match, in the sentence that people read', () => {
    const { matches, said } = matched([low, high])
    expect(said).toEqual([
      'Rule "low" matches idle: cpu was 0.01 cores, needed < 0.05 cores.',
      'Rule "high" matches busy: cpu was 1.5 cores, needed > 1 cores.',
    ])
    expect(matches.evidence(0, idle)).toEqual({
      code: 'rule-matched',
      sentence: said[0],
      facts: { rule: 'low', instance: 'idle', cpu: 0.01, 'needed: cpu < 0.05': '< 0.05 cores' },
    })
  })

  it('is of the instance that is asked about, also after another was visited', () => {
    const { matches } = matched([known])
    matches.eachMatched((instance) => {
      const other = instance.name === 'idle' ? busy : idle
      expect(matches.evidence(0, other).facts).toMatchObject({ instance: other.name })
      expect(matches.evidence(0, instance).facts).toMatchObject({ instance: instance.name })
    })
    expect(matches.evidence(0, dark)).toMatchObject({ code: 'rule-not-matched', facts: { instance: 'dark' } })
  })

  it('says no more than that a rule matches where the rule or the instance is not there', () => {
    const { matches } = matched([low])
    const plain = (name: string) => ({ code: 'rule-matched', sentence: `A rule matches ${name}.`, facts: {} })
    expect(matches.evidence(1, idle)).toEqual(plain('idle'))
    expect(matches.evidence(0, testInstance('gone'))).toEqual(plain('gone'))
  })

  it('comes from the memory where there is one, which is told how many matches there are', () => {
    // Room for one explanation in a cycle: the second match gets the stand-in, which has no numbers.
    expect(matched([low, high], createEvidenceMemory(1)).said).toEqual([
      'Rule "low" matches idle: cpu was 0.01 cores, needed < 0.05 cores.',
      'Rule "high" matches busy.',
    ])
    const begun: number[] = []
    const memory: EvidenceMemory = {
      begin: (count) => begun.push(count),
      evidence: (_rule, _instance, gather) => gather(),
    }
    expect(matched([low, high, known], memory).said).toHaveLength(4)
    expect(begun).toEqual([4])
    // A rule that is not stored cannot be remembered.
    expect(matchesOf(evaluated([low]), [], createEvidenceMemory(0)).evidence(0, idle).sentence).toMatch(/cpu was 0\.01/)
  })
})

it('the reasons count every instance under what each rule said of it', () => {
  const rules = [
    low,
    high,
    aRule({ name: 'off', mode: 'off' }),
    aRule({ name: 'disabled', enabled: false }),
    aRule({ name: 'elsewhere', covers: { expression: 'instance.name == "idle"' } }),
    // The world's now is at eight in the morning, UTC.
    aRule({ name: 'at-night', schedule: { cron: '0 20 * * *', duration: '11h', timeZone: 'UTC' } }),
  ]
  expect(matched(rules).matches.reasons).toEqual({
    'rule-matched': 3,
    'rule-not-matched': 2,
    'rule-unknown': 2,
    'rule-disabled': 6,
    'rule-not-covered': 2,
    'rule-outside-schedule': 3,
  })
})
