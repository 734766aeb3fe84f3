import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'
import { compileRule } from './compile-rule.ts'
import { fieldTable } from './field-table.ts'
import { matchesGlob } from './glob.ts'
import { noTelemetry } from './telemetry-access.ts'
import { beginEvaluation, outcomeAt } from './evaluate-rules.ts'
import { emptyHistory } from './history-access.ts'
import { buildInstanceTable } from './instance-table.ts'
import { linkRules } from './rule-program.ts'
import {
  explanationFor,
  outcomeFor,
  steady,
  testInstance,
  testRule,
  testSnapshot,
  worldNowMs,
} from './testing/rule-world.ts'

const codeOf = (text: string) => {
  const result = checkExpression(text)
  return result.ok ? 'accepted' : result.faults[0]?.code
}

describe('nothing but the tables can be reached', () => {
  it.each([
    'instance.constructor == "x"',
    'instance.__proto__ == "x"',
    'instance.prototype == "x"',
    'instance.toString() == "x"',
    'instance.name.constructor("return process")() == 1',
    'instance.name.__proto__ == "x"',
    'constructor == 1',
    'toString == 1',
    'hasOwnProperty("x")',
    'valueOf() == 1',
    'local.constructor == 1',
    'local.__proto__ == 1',
    'local.toString == "x"',
    'at("UTC").constructor == 1',
    'host.cloudId == "x"',
    'instance.protectedBy == "x"',
    'globalThis == 1',
    'google.protobuf.Timestamp == 1',
    'type(cpu) == double',
    'dyn(cpu) == 1',
    'int("1") == 1',
    'average(constructor, "1h") < 1',
    'average(__proto__, "1h") < 1',
    'sinceAction("constructor") < 1',
    'sinceAction("__proto__") < 1',
    'cel.bind(x, 1, x == 1)',
    'instance["constructor"] == "x"',
    'instance.tags.map(t, t) == instance.tags',
    'b"abc" == b"abc"',
    '1u == 1u',
  ])('%s is refused', (text) => {
    expect(codeOf(text)).not.toBe('accepted')
  })

  it('a field is exactly what the table says, whatever the object carries besides', () => {
    const poisoned = { ...testInstance(), constructor: 'x', secret: 1 }
    expect(outcomeFor(testRule('instance.name == "web-1"'), { instance: poisoned })).toBe('matched')
    expect(fieldTable.get('instance.secret')).toBeUndefined()
  })
})

describe('size', () => {
  it.each([
    ['a long text', `instance.name == "${'x'.repeat(10_000)}"`, 'too-long'],
    ['deep brackets', `${'('.repeat(100)}true${')'.repeat(100)}`, 'too-complex'],
    ['many negations', `${'!'.repeat(3990)}true`, 'too-complex'],
    ['many minus signs', `${'-'.repeat(3990)}1 < 1`, 'too-complex'],
    ['a long chain', Array.from({ length: 300 }, () => 'true').join('&&'), 'too-complex'],
    ['a huge list', `cpu in [${Array.from({ length: 1000 }, (_, n) => n).join(',')}]`, 'too-complex'],
    ['deep calls', `${'abs('.repeat(60)}1${')'.repeat(60)} < 1`, 'too-complex'],
    ['deep choices', `${'true ? '.repeat(60)}true${' : true'.repeat(60)}`, 'too-complex'],
    ['many arguments', `min(${Array.from({ length: 50 }, () => '1').join(',')}) < 1`, 'too-complex'],
    ['deep fields', `instance${'.a'.repeat(100)} == 1`, 'too-complex'],
    ['a big number', '1e999 > 1', 'syntax'],
    ['a big integer', `${'9'.repeat(400)} > 1`, 'out-of-range'],
    ['nested loops', '[1,2].all(a, [1,2].all(b, [1,2].all(c, true)))', 'not-allowed'],
  ])('%s is refused', (_, text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  it('the worst accepted pattern against the longest text is quick', () => {
    const text = 'a'.repeat(1024)
    const startMs = performance.now()
    expect(matchesGlob(text, `${'*a'.repeat(400)}b`)).toBe(false)
    expect(matchesGlob(text, `${'*a?'.repeat(300)}*b`)).toBe(false)
    // Going back and forth would take years.
    expect(performance.now() - startMs).toBeLessThan(5000)
  })
})

describe('poison in the data', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -0.5])(
    'a reading of %s is no reading',
    (value) => {
      const world = { samples: { cpu: steady(value, 60) } }
      expect(outcomeFor(testRule('cpu < 0.05'), world)).toBe('unknown')
      expect(outcomeFor(testRule('cpu >= 0.05'), world)).toBe('unknown')
      expect(outcomeFor(testRule('average(cpu, "1h") < 0.05 && maximum(cpu, "1h") < 0.05'), world)).toBe('unknown')
      expect(outcomeFor(testRule('idleFor() > 60'), world)).toBe('unknown')
    },
  )

  it.each([
    'shareBelow(cpu, 1, "1h") >= 0',
    'coverage(cpu, "1h") > 1',
    'enoughData(cpu, 1, "1h") && cpu > 0',
    'quietFor(cpu, 1) > 1e12',
  ])('telemetry that answers nonsense: %s', (expression) => {
    for (const value of [Number.NaN, -3, 7, Number.POSITIVE_INFINITY]) {
      const quietSince = () => ({ sinceMs: value * 1e15 })
      const telemetry = { slotOf: () => 3, latest: () => Number.NaN, query: () => value, quietSince }
      const table = buildInstanceTable([testSnapshot([testInstance()])], telemetry)
      const program = linkRules([testRule(expression)])
      const evaluation = beginEvaluation({ program, table, telemetry, history: emptyHistory, nowMs: worldNowMs })
      evaluation.evaluate(0, 1)
      expect(outcomeAt(evaluation, 0, 0)).not.toBe('matched')
    }
  })

  it.each([0, -1, Number.NaN])('a size of %s gives no fraction', (vcpus) => {
    const world = { instance: testInstance('web-1', { vcpus }), samples: { cpu: steady(0, 60) } }
    expect(outcomeFor(testRule('cpuFraction < 0.05'), world)).toBe('unknown')
    expect(outcomeFor(testRule('shareBelow(cpuFraction, 0.05, "1h") > 0.9'), world)).toBe('unknown')
  })

  it.each([
    'constructor',
    '__proto__',
    '" || true || "',
    '\u0000\u202e\ud800',
    '<script>alert(1)</script>',
    '(((',
    '.*+?^${}()|[]\\',
  ])('a name such as %j is only a text', (name) => {
    const instance = { ...testInstance(), name, tags: [name, `${name}=x`] }
    const literal = JSON.stringify(name)
    expect(
      outcomeFor(testRule('instance.name == "web-1" || hasTag("keep") || tagValue("env") != ""'), { instance }),
    ).toBe('not-matched')
    expect(outcomeFor(testRule('hasTag("*") && instance.name in instance.tags'), { instance })).toBe('matched')
    if (checkExpression(`instance.name == ${literal}`).ok)
      expect(outcomeFor(testRule(`instance.name == ${literal}`), { instance })).toBe('matched')
    expect(explanationFor(testRule('instance.name == "web-1"'), { instance }).verdict.code).toBe('rule-not-matched')
  })

  it('tags by the hundred thousand are not walked', () => {
    const instance = testInstance('web-1', { tags: Array.from({ length: 100_000 }, (_, n) => `tag${n}`) })
    expect(outcomeFor(testRule('hasTag("keep*")'), { instance })).toBe('unknown')
    expect(outcomeFor(testRule('"keep" in instance.tags'), { instance })).toBe('unknown')
    expect(outcomeFor(testRule('tagValue("keep") == ""'), { instance })).toBe('unknown')
  })

  it('a clock that jumped makes ages negative, which match nothing that asks for an age', () => {
    const instance = testInstance('web-1', { createdAtMs: worldNowMs + 1e9, stateSinceMs: worldNowMs + 1e9 })
    expect(outcomeFor(testRule('instance.ageS >= 0 || instance.stateAgeS >= 0'), { instance })).toBe('not-matched')
  })

  it('an empty cloud, a slice beyond the end and a negative one do nothing', () => {
    const table = buildInstanceTable([testSnapshot([testInstance()])], noTelemetry)
    const input = {
      program: linkRules([testRule('true')]),
      telemetry: noTelemetry,
      history: emptyHistory,
      nowMs: worldNowMs,
    }
    const evaluation = beginEvaluation({ ...input, table })
    evaluation.evaluate(5, 100)
    evaluation.evaluate(-5, 0)
    expect(evaluation.counts[0]?.matched).toBe(0)
    const empty = beginEvaluation({ ...input, table: buildInstanceTable([], noTelemetry) })
    empty.evaluate(0, 10)
    expect(empty.outcomes).toHaveLength(0)
  })
})

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    'cpu',
    'instance',
    '.',
    'name',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '&&',
    '||',
    '!',
    '<',
    '==',
    '"',
    "'",
    '\\',
    '\n',
    '//',
    '1',
    '0',
    '/',
    '%',
    'average',
    ',',
    '"1h"',
    'at',
    '"UTC"',
    'has',
    'all',
    'in',
    '?',
    ':',
    '-',
    '+',
    'e5',
    '0x',
    'r"',
    'b"',
    '"""',
    '\u0000',
    '€',
    '_',
    'local',
  )
  it('is accepted or refused with a fault inside the text, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
          fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          const result = checkExpression(text)
          if (result.ok) {
            expect(['matched', 'not-matched', 'unknown']).toContain(outcomeFor(testRule(text)))
            return
          }
          expect(result.faults.length).toBeGreaterThan(0)
          for (const fault of result.faults) {
            expect(fault.message).toMatch(/ \((line \d+, )?column \d+\)$/)
            expect(fault.offset).toBeLessThanOrEqual(text.length)
            expect(fault.offset + fault.length).toBeLessThanOrEqual(text.length)
            expect(fault.message.length).toBeLessThan(400)
          }
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('in every part of a rule', () => {
    const { definition } = testRule('true')
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        const result = compileRule({
          ...definition,
          expression: a,
          covers: { expression: b },
          grace: c,
          timeZone: a,
          schedule: { cron: b, duration: c, timeZone: a },
        })
        expect(result.ok ? 0 : result.faults.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})
