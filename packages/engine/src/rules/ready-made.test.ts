import { RuleDefinition } from '@gleaner/model'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { compileRule } from './compile-rule.ts'
import { readyMadeRules } from './ready-made.ts'
import { ruleLanguage } from './rule-language.ts'
import { checkExpression } from './check-expression.ts'
import {
  dayMs,
  explanationFor,
  minuteMs,
  outcomeFor,
  type Samples,
  steady,
  testHistory,
  testInstance,
  testRule,
  worldNowMs,
} from './testing/rule-world.ts'

const named = (name: string) => {
  const found = readyMadeRules.find((rule) => rule.definition.name === name)
  if (found === undefined) throw new Error(`there is no ready-made rule ${name}`)
  return testRule(found.definition.expression, { ...found.definition, mode: 'observe' })
}
const fortnight = 14 * 1440
const everywhere = (count: number, cpu: readonly number[]): Samples => ({
  cpu,
  networkRx: steady(10, count),
  networkTx: steady(10, count),
  disk: steady(10, count),
  users: steady(0, count),
})

describe.each(
  readyMadeRules.map(({ definition, isShort, source }) => ({ definition, isShort, source, name: definition.name })),
)('$name', ({ definition, isShort, source }) => {
  it('is a valid definition that compiles, only observes, and names its source', () => {
    expect(Value.Check(RuleDefinition, definition)).toBe(true)
    expect(compileRule(definition)).toMatchObject({ ok: true })
    expect(definition.mode).toBe('observe')
    expect(source.length).toBeGreaterThan(5)
    expect(definition.name.endsWith('-short')).toBe(isShort)
  })

  it('never matches without data, a newcomer, or an instance that is busy', () => {
    const always = { ...definition, schedule: undefined, covers: {} }
    const { schedule: _, ...rest } = always
    const rule = testRule(definition.expression, { ...rest, mode: 'observe' })
    if (definition.action === 'start' || source.startsWith('Common')) return
    expect(outcomeFor(rule)).toBe('unknown')
    const newcomer = testInstance('web-1', { createdAtMs: worldNowMs - minuteMs })
    expect(outcomeFor(rule, { instance: newcomer, samples: everywhere(60, steady(0, 60)) })).toBe('not-matched')
    const busy = everywhere(fortnight, steady(1.9, fortnight))
    expect(outcomeFor(rule, { samples: busy })).toBe('not-matched')
    const stopped = testInstance('web-1', { state: 'stopped' })
    expect(outcomeFor(rule, { instance: stopped, samples: everywhere(60, steady(0, 60)) })).toBe('not-matched')
  })

  it('matches an instance that is idle for as long as it asks for', () => {
    if (definition.action === 'start' || source.startsWith('Common')) return
    const { schedule: _, ...rest } = definition
    const rule = testRule(definition.expression, { ...rest, mode: 'observe' })
    expect(outcomeFor(rule, { samples: everywhere(fortnight, steady(0.001, fortnight)) })).toBe('matched')
  })
})

it('google-idle holds the published shares exactly', () => {
  // 2.9 % of the samples above the threshold pass, 3.1 % do not.
  const busyFor = (share: number) => [
    ...steady(0.5, Math.round(share * fortnight)),
    ...steady(0.01, Math.round((1 - share) * fortnight)),
  ]
  expect(outcomeFor(named('google-idle'), { samples: everywhere(fortnight, busyFor(0.029)) })).toBe('matched')
  const explanation = explanationFor(named('google-idle'), { samples: everywhere(fortnight, busyFor(0.031)) })
  expect(explanation.verdict.sentence).toBe(
    'Rule "google-idle" does not match web-1: share of samples with cpu below 0.03 cores over 14d was 0.969, needed >= 0.97.',
  )
})

it('an instance that is used right now is not taken away, however idle it was for days', () => {
  const used = [...steady(0.001, fortnight - 10), ...steady(0.5, 10)]
  for (const name of ['google-idle', 'azure-shutdown', 'aws-idle', 'bmc-idle'])
    expect(outcomeFor(named(name), { samples: everywhere(fortnight, used) })).toBe('not-matched')
})

it('google-idle is undecided with less than nine tenths of the fortnight', () => {
  const most = Math.round(0.85 * fortnight)
  expect(outcomeFor(named('google-idle'), { samples: everywhere(most, steady(0.001, most)) })).toBe('unknown')
})

describe('office hours', () => {
  const instance = testInstance('web-1', { tags: ['office-hours'] })
  const stopped = { ...instance, state: 'stopped' as const }
  const parisAt = (text: string) => Date.parse(`${text}+02:00`)

  it('stops at any time of the night, not only at eight', () => {
    const rule = named('night-stop')
    for (const time of ['20:00', '23:17', '03:30', '06:59'])
      expect(outcomeFor(rule, { instance, nowMs: parisAt(`2025-06-03T${time}:00`) })).toBe('matched')
    for (const time of ['07:00', '12:00', '19:59'])
      expect(outcomeFor(rule, { instance, nowMs: parisAt(`2025-06-03T${time}:00`) })).toBe('outside-schedule')
    expect(outcomeFor(rule, { nowMs: parisAt('2025-06-03T23:00:00') })).toBe('not-covered')
  })

  it('starts in the morning what Gleaner stopped, and nothing else', () => {
    const rule = named('morning-start')
    const nowMs = parisAt('2025-06-03T09:40:00')
    const history = testHistory([{ name: 'web-1', action: 'stop', atMs: nowMs - dayMs / 2 }], ['web-1'])
    expect(outcomeFor(rule, { instance: stopped, history, nowMs })).toBe('matched')
    expect(outcomeFor(rule, { instance: stopped, nowMs })).toBe('not-matched')
    expect(outcomeFor(rule, { instance: stopped, history, nowMs: parisAt('2025-06-07T09:40:00') })).toBe(
      'outside-schedule',
    )
  })

  it('by the calendar of the expression: nights and weekends', () => {
    const rule = named('weekend-stop')
    expect(outcomeFor(rule, { instance, nowMs: parisAt('2025-06-07T12:00:00') })).toBe('matched')
    expect(outcomeFor(rule, { instance, nowMs: parisAt('2025-06-03T02:00:00') })).toBe('matched')
    expect(outcomeFor(rule, { instance, nowMs: parisAt('2025-06-03T12:00:00') })).toBe('not-matched')
  })

  it('who was started an hour ago is left alone', () => {
    const nowMs = parisAt('2025-06-03T23:00:00')
    const history = testHistory([{ name: 'web-1', action: 'start', atMs: nowMs - 20 * minuteMs }])
    expect(outcomeFor(named('night-stop'), { instance, history, nowMs })).toBe('not-matched')
  })
})

it('names are unique, and every example of the language is a valid expression', () => {
  const names = readyMadeRules.map((rule) => rule.definition.name)
  expect(new Set(names).size).toBe(names.length)
  for (const { example } of ruleLanguage().functions)
    expect(checkExpression(example), example).toMatchObject({ ok: true })
})
