import type { RuleCase, RuleDefinition } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { testRule } from '../testing/rule-world.ts'
import { judgeCase } from './judge-case.ts'
import { parseCourse } from './parse-course.ts'

const judge = (expression: string, given: Partial<RuleCase>, overrides: Partial<RuleDefinition> = {}) =>
  judgeCase(testRule(expression, overrides), { name: 'case', rule: 'test-rule', expect: 'matched', ...given })

describe('the course of a metric', () => {
  it.each([
    ['0.5 for 2h', [[0.5, 7_200_000]]],
    [
      '1 for 1d, nothing for 90s , 0 for 1h30m',
      [
        [1, 86_400_000],
        [Number.NaN, 90_000],
        [0, 5_400_000],
      ],
    ],
    ['1e3 for 1m', [[1000, 60_000]]],
  ] as const)('%s', (text, expected) => {
    expect(parseCourse(text)).toEqual(expected.map(([value, lengthMs]) => ({ value, lengthMs })))
  })

  it.each([
    ['', '"" is no stretch'],
    ['0.5', '"0.5" is no stretch'],
    ['-1 for 2h', '"-1 for 2h" is no stretch'],
    ['NaN for 2h', '"NaN for 2h" is no stretch'],
    ['0.5 for 2 hours', '"0.5 for 2 hours" is no stretch'],
    ['0.5 for 2x', '"2x" is no length of time'],
    ['0.5 for 0s', '"0s" is no length of time'],
    ['0.5 for 2h,', '"" is no stretch'],
  ])('"%s" is refused', (text, expected) => {
    expect(parseCourse(text)).toContain(expected)
  })
})

describe('usage', () => {
  it('ends now: the last stretch is what windows see first', () => {
    const usage = { cpu: '1.5 for 1h, 0.01 for 30m' }
    expect(judge('average(cpu, "30m") < 0.011', { usage }).found).toBe('matched')
    // 30 minutes of each.
    expect(judge('average(cpu, "1h") < 0.756 && average(cpu, "1h") > 0.754', { usage }).found).toBe('matched')
    expect(judge('cpu < 0.011', { usage }).found).toBe('matched')
  })

  it('a bare number was so for fourteen days', () => {
    const usage = { cpu: 0.02 }
    expect(judge('enoughData(cpu, 0.99, "14d") && maximum(cpu, "14d") < 0.021', { usage }).found).toBe('matched')
  })

  it('what was not measured is unknown, also at the end', () => {
    expect(judge('cpu < 1', {}).found).toBe('unknown')
    expect(judge('cpu < 1', { usage: { cpu: '0.1 for 1h, nothing for 10m' } }).found).toBe('unknown')
    expect(judge('average(cpu, "1h") < 1', { usage: { cpu: '0.1 for 1h, nothing for 10m' } }).found).toBe('matched')
  })

  it('starts and lengths of each metric are its own', () => {
    const usage = { cpu: '0.1 for 1h', users: '3 for 10m, 0 for 5m' }
    expect(judge('users == 0 && maximum(users, "15m") == 3 && average(cpu, "1h") < 0.2', { usage }).found).toBe(
      'matched',
    )
  })
})

describe('the instance, its host and its past', () => {
  it('are as the case says, and plain where it is silent', () => {
    const said = judge(
      'instance.vcpus == 8 && instance.state == "stopped" && instance.stateAgeS == duration("2d") && instance.ageS == duration("30d") && ' +
        'hasTag("env") && instance.protected && host.instances == 3 && host.cores == 64 && instance.project == "research" && ' +
        'cloud == "west" && reclaimed && sinceAction("stop") == duration("2d") && actionCount("stop", "3d") == 1 && ' +
        'sinceResumed() == duration("5d")',
      {
        instance: { vcpus: 8, state: 'stopped', stateFor: '2d', tags: ['env=test'], protected: true, cloud: 'west' },
        host: { cores: 64, instances: 3 },
        project: 'research',
        past: {
          actions: [
            { action: 'stop', ago: '2d' },
            { action: 'start', ago: '5d' },
          ],
          reclaimed: true,
        },
      },
    )
    expect(said).toMatchObject({ found: 'matched', passed: true })
    expect(
      judge('instance.name == "instance" && host.instances == 1 && sinceResumed() > duration("99d")', {}).found,
    ).toBe('matched')
  })

  it('are looked at by coverage', () => {
    expect(judge('true', { project: 'sales' }, { covers: { projects: ['research'] } }).found).toBe('not-covered')
    expect(judge('true', { project: 'research' }, { covers: { projects: ['research'] } }).found).toBe('matched')
  })
})

describe('time', () => {
  it('is that of the case, in the zone of the rule', () => {
    const at = '2026-07-01T00:30:00+02:00'
    expect(judge('local.hour == 22 && local.day == 30', { at }).found).toBe('matched')
    expect(judge('local.hour == 0 && local.day == 1', { at }, { timeZone: 'Europe/Paris' }).found).toBe('matched')
    expect(judge('local.date == "2026-01-05" && local.weekday == 1 && local.hour == 12', {}).found).toBe('matched')
  })

  it('decides about schedules', () => {
    const schedule = { cron: '0 20 * * *', duration: '11h', timeZone: 'Europe/Paris' }
    expect(judge('true', { at: '2026-01-05T19:30:00+01:00' }, { schedule }).found).toBe('outside-schedule')
    expect(judge('true', { at: '2026-01-05T20:30:00+01:00' }, { schedule }).found).toBe('matched')
  })
})

describe('the result', () => {
  it('fails when something else was expected, and tells why the rule said so', () => {
    const result = judge('cpu < 0.5', { usage: { cpu: 1 } })
    expect(result).toMatchObject({ passed: false, expected: 'matched', found: 'not-matched' })
    expect(result.sentence).toContain('cpu was 1 cores, needed < 0.5 cores')
  })

  it('fails when the words are not among the reasons', () => {
    const given = { usage: { cpu: 1 }, expect: 'not-matched', because: ['cpu was 1 cores', 'users'] } as const
    expect(judge('cpu < 0.5', { ...given, because: [...given.because] })).toMatchObject({
      passed: false,
      found: 'not-matched',
      missing: ['users'],
    })
  })

  it('a rule that is off says so', () => {
    expect(judge('true', { expect: 'disabled' }, { enabled: false })).toMatchObject({ passed: true, found: 'disabled' })
  })
})
