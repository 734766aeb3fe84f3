import { describe, expect, it } from 'vitest'
import type { ExplainedPart } from './explain-rule.ts'
import {
  dayMs,
  explanationFor,
  outcomeFor,
  steady,
  testInstance,
  testRule,
  type World,
  worldNowMs,
} from './testing/rule-world.ts'

const idle: World = { samples: { cpu: [...steady(0.01, 91), ...steady(1.5, 9)], users: steady(0, 100) } }
const sentence = (expression: string, world: World = idle) =>
  explanationFor(testRule(expression), world).verdict.sentence

describe('why a rule does not match', () => {
  it('names the clause that failed with what was measured and what was needed', () => {
    const rule = testRule('instance.state == "running" && shareBelow(cpu, 0.03, "100m") >= 0.97')
    const explanation = explanationFor(rule, idle)
    expect(explanation.outcome).toBe('not-matched')
    expect(explanation.verdict).toEqual({
      code: 'rule-not-matched',
      sentence:
        'Rule "test-rule" does not match web-1: share of samples with cpu below 0.03 cores over 1h40m was 0.91, needed >= 0.97.',
      facts: {
        rule: 'test-rule',
        instance: 'web-1',
        'share of samples with cpu below 0.03 cores over 1h40m': 0.91,
        'needed: shareBelow(cpu, 0.03, "100m") >= 0.97': '>= 0.97',
      },
    })
    expect(explanation.clauses).toHaveLength(1)
    expect(explanation.clauses[0]?.gap).toBeCloseTo(0.0618, 3)
  })

  it.each([
    // All failing parts of &&, the shortest of the parts of ||.
    ['cpu < 1 && users > 3', 'cpu was 1.5 cores, needed < 1 cores; users was 0 users, needed > 3 users'],
    ['(cpu < 1 && users > 3) || instance.vcpus == 8', 'instance.vcpus was 2 cores, needed 8 cores'],
    // Negations are moved inwards.
    ['!(cpu >= 1 || instance.preemptible)', 'cpu was 1.5 cores, needed < 1 cores'],
    ['!(cpu > 1 && instance.vcpus == 2)', 'cpu was 1.5 cores, needed <= 1 cores'],
    ['1 > cpu', 'cpu was 1.5 cores, needed < 1 cores'],
    ['instance.protected', 'instance.protected was false, needed true'],
    ['!instance.name.startsWith("web")', 'instance.name.startsWith("web") was true, needed false'],
    ['instance.name in ["a", "b"]', 'instance.name was "web-1", needed one of ["a", "b"]'],
    ['instance.state != "running"', 'instance.state was "running", needed anything but "running"'],
    ['instance.ageS >= duration("90d")', 'instance.ageS was 30d, needed >= 90d'],
    ['cpu < 0.03 * instance.vcpus', 'cpu was 1.5 cores, needed < 0.06 cores (0.03 * instance.vcpus)'],
    ['cpu < 1.4999999', 'cpu was 1.5 cores, needed < 1.4999999 cores'],
    ['sinceAction("stop") < duration("1d")', 'time since the last stop by Gleaner was endless, needed < 1d'],
    ['instance.vcpus == 2 ? cpu < 1 : cpu < 2', 'cpu was 1.5 cores, needed < 1 cores'],
    ['percentile(cpu, 95, "1h") < 0.5', 'percentile 95 of cpu over 1h was 1.5 cores, needed < 0.5 cores'],
    ['now > timestamp("2030-01-01T00:00:00Z")', 'now was 2025-06-02T08:00:00Z, needed > 2030-01-01T00:00:00Z'],
  ])('%s', (expression, expected) => {
    expect(sentence(expression)).toBe(`Rule "test-rule" does not match web-1: ${expected}.`)
  })
})

describe('why a rule matches', () => {
  it.each([
    ['cpu > 1 && users == 0', 'cpu was 1.5 cores, needed > 1 cores; users was 0 users, needed 0 users'],
    ['cpu < 1 || instance.name == "web-1"', 'instance.name was "web-1", needed "web-1"'],
    ['enoughData(cpu, 0.9, "100m")', 'share of 1h40m with cpu samples was at least 0.9'],
  ])('%s', (expression, expected) => {
    expect(sentence(expression)).toBe(`Rule "test-rule" matches web-1: ${expected}.`)
  })
})

describe('why a rule is undecided', () => {
  const bare: World = { instance: testInstance('web-1', { hostId: undefined, flavor: undefined, vcpus: 0 }) }
  it.each([
    ['cpu < 1', 'cpu is not known: there is no usage data at all', bare, 'no-samples'],
    ['disk < 1', 'disk is not known: there is no recent sample', idle, 'no-samples'],
    ['average(cpu, "14d") < 1', 'cpu samples cover 0.00496 of the last 14d, needed >= 0.5', idle, 'too-few-samples'],
    ['enoughData(cpu, 0.9, "2h")', 'cpu samples cover 0.8333 of the last 2h, needed >= 0.9', idle, 'too-few-samples'],
    ['host.state == "up"', 'host.state is not known: the instance is on no host', bare, 'not-reported'],
    ['1 / instance.vcpus > 1', '1 / instance.vcpus has no value: the divisor is zero', bare, 'division-by-zero'],
    [
      'instance.flavor == "a" && cpu < 1',
      'instance.flavor is not known: the cloud knows no flavor for it; cpu is not known: there is no usage data at all',
      bare,
      'not-reported',
    ],
    ['cpuFraction < 1', 'cpuFraction is not known: there is no usage data at all', bare, 'no-samples'],
    [
      'cpuFraction < 1',
      'cpuFraction is not known: the cloud reports no size of the instance',
      { ...idle, instance: testInstance('web-1', { vcpus: 0 }) },
      'division-by-zero',
    ],
    [
      'hasTag("a")',
      'the instance has 600 tags, more than 512 are not looked through',
      { instance: testInstance('web-1', { tags: Array.from({ length: 600 }, (_, n) => `t${n}`) }) },
      'too-large',
    ],
    [
      'glob(instance.name, "*")',
      'glob(instance.name, "*") is not known: the text is too long',
      { instance: testInstance('x'.repeat(2000)) },
      'too-large',
    ],
    ['idleFor() > 1', 'idle time is not known: there are no recent samples', bare, 'no-samples'],
  ] as const)('%s', (expression, expected, world: World, code) => {
    const explanation = explanationFor(testRule(expression), world)
    expect(explanation.verdict.code).toBe('rule-unknown')
    expect(explanation.verdict.sentence).toContain(`: ${expected}.`)
    expect(explanation.clauses[0]?.reason?.code).toBe(code)
  })

  it('mentions only what is missing, not what holds', () => {
    expect(sentence('instance.vcpus == 2 && disk < 1')).toBe(
      'Rule "test-rule" cannot be decided for web-1: disk is not known: there is no recent sample.',
    )
  })
})

describe('what lies before the expression', () => {
  it.each([
    [{ projects: ['other'] }, 'Rule "test-rule" does not cover web-1, by its list of projects.'],
    [{ clouds: ['other'] }, 'Rule "test-rule" does not cover web-1, by its list of clouds.'],
    [{ tags: ['a'] }, 'Rule "test-rule" does not cover web-1, by its list of tags.'],
    [{ instances: ['db-1'] }, 'Rule "test-rule" does not cover web-1, by its list of instances.'],
    [
      { expression: 'instance.vcpus > 4' },
      'Rule "test-rule" does not cover web-1: instance.vcpus was 2 cores, needed > 4 cores.',
    ],
  ])('%j', (covers, expected) => {
    const explanation = explanationFor(testRule('true', { covers }))
    expect(explanation.verdict).toMatchObject({ code: 'rule-not-covered', sentence: expected })
  })

  it.each([
    [{ projects: ['web-shop'] }],
    [{ projects: ['p-1'] }],
    [{ projects: ['lab:p-1'], clouds: ['lab'], instances: ['web-1', 'x'] }],
    [{ instances: ['lab:web-1'] }],
    [{ expression: 'instance.vcpus == 2' }],
  ])('covers with %j', (covers) => {
    expect(outcomeFor(testRule('true', { covers }))).toBe('matched')
  })

  it('an undecided coverage is undecided, unless the expression is false anyway', () => {
    expect(outcomeFor(testRule('true', { covers: { expression: 'cpu < 1' } }))).toBe('unknown')
    expect(outcomeFor(testRule('false', { covers: { expression: 'cpu < 1' } }))).toBe('not-matched')
    expect(explanationFor(testRule('true', { covers: { expression: 'cpu < 1' } })).verdict.sentence).toBe(
      'Rule "test-rule" cannot be decided for web-1: cpu is not known: there is no usage data at all.',
    )
  })

  it('tells of the switch and the schedule', () => {
    expect(explanationFor(testRule('true', { enabled: false })).verdict.code).toBe('rule-disabled')
    expect(explanationFor(testRule('true', { mode: 'off' })).verdict.code).toBe('mode-off')
    const schedule = { cron: '0 20 * * *', duration: '11h', timeZone: 'Europe/Paris' }
    expect(explanationFor(testRule('true', { schedule })).verdict).toMatchObject({
      code: 'rule-outside-schedule',
      sentence: 'The schedule of rule "test-rule" is not active now; it starts at 2025-06-02T18:00:00Z.',
    })
  })
})

it('gives the value of every part', () => {
  const rule = testRule('cpu * 2 > 1 && (disk < 1 || local.hour == 10)', { timeZone: 'Europe/Paris' })
  const flat = (part: ExplainedPart): string[] => [`${part.text} = ${part.words}`, ...part.parts.flatMap(flat)]
  const { tree } = explanationFor(rule, idle)
  expect(tree === undefined ? [] : flat(tree)).toEqual([
    'cpu * 2 > 1 && (disk < 1 || local.hour == 10) = true',
    'cpu * 2 > 1 = true',
    'cpu * 2 = 3',
    'cpu = 1.5 cores',
    '2 = 2',
    '1 = 1',
    'disk < 1 || local.hour == 10 = true',
    'disk < 1 = unknown',
    'disk = unknown',
    '1 = 1',
    'local.hour == 10 = true',
    'local.hour = 10',
    '10 = 10',
  ])
})

it('agrees with the evaluation at another time', () => {
  const world = { ...idle, nowMs: worldNowMs - dayMs }
  const rule = testRule('cpu > 1')
  expect(explanationFor(rule, world).outcome).toBe(outcomeFor(rule, world))
})

it('quotes parts with their brackets, without comments, and leaves texts alone', () => {
  const rule = testRule('(cpu + // cores\n  1) * (1 + 1) > 100 || instance.name == "a  // b ("')
  const texts = (part: ExplainedPart): string[] => [part.text, ...part.parts.flatMap(texts)]
  const { tree } = explanationFor(rule, idle)
  expect(tree === undefined ? [] : texts(tree).slice(0, 3)).toEqual([
    '(cpu + 1) * (1 + 1) > 100 || instance.name == "a  // b ("',
    '(cpu + 1) * (1 + 1) > 100',
    '(cpu + 1) * (1 + 1)',
  ])
})
