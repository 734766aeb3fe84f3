import { Environment } from '@marcbachmann/cel-js'
import type { Instance } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'
import { compileRule } from './compile-rule.ts'
import { beginEvaluation, outcomeAt } from './evaluate-rules.ts'
import { explainRule } from './explain-rule.ts'
import { matchesGlob } from './glob.ts'
import { buildInstanceTable } from './instance-table.ts'
import { linkRules } from './rule-program.ts'
import { expressions } from './testing/expression-generator.ts'
import {
  exactTelemetry,
  outcomeFor,
  type Samples,
  steady,
  testHistory,
  testInstance,
  testRule,
  testSnapshot,
  worldNowMs,
} from './testing/rule-world.ts'

const known = expressions({
  bool: ['instance.preemptible', '"keep" in instance.tags'],
  number: ['cpu', 'memory', 'instance.vcpus', 'average(cpu, "30m")', 'shareBelow(cpu, 0.5, "30m")'],
  text: ['instance.name', 'instance.state', 'cloud'],
})

const readings = fc.record({
  cpu: fc.constantFrom(0, 0.25, 0.5, 1, 2),
  memory: fc.constantFrom(0, 100, 2048),
  vcpus: fc.constantFrom(1, 2, 8),
  name: fc.constantFrom('web-1', 'db-2', 'keep', ''),
  tags: fc.constantFrom([], ['keep'], ['a', 'keep']),
  firmness: fc.constantFrom('firm', 'preemptible'),
})
type Reading = typeof readings extends fc.Arbitrary<infer T> ? T : never

const worldOf = (reading: Reading) => {
  const { cpu, memory, ...attributes } = reading
  const instance = testInstance('x', attributes as Partial<Instance>)
  return { instance, samples: { cpu: steady(cpu, 30), memory: steady(memory, 30) } }
}

// The library's own type checker and evaluator, with the same names, as the oracle. `%` and the functions are ours.
const oracle = new Environment({ limits: { maxAstNodes: 10_000 } })
  .registerVariable('cpu', 'double')
  .registerVariable('memory', 'double')
  .registerVariable('cloud', 'string')
  .registerVariable('instance', {
    schema: { name: 'string', state: 'string', vcpus: 'double', preemptible: 'bool', tags: 'list<string>' },
  })
  .registerFunction('average(double, string): double', (value: number) => value)
  .registerFunction('shareBelow(double, double, string): double', (value: number, bound: number) =>
    value < bound ? 1 : 0,
  )
  .registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
  .registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b))
  .registerFunction('inRange(double, double, double): bool', (v: number, a: number, b: number) =>
    a < b ? v >= a && v < b : v >= a || v < b,
  )
  .registerFunction('glob(string, string): bool', (text: string, pattern: string) =>
    new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text),
  )

describe('against the evaluator of the CEL library', () => {
  it('says the same on random expressions without missing data', () => {
    fc.assert(
      fc.property(known.bool, readings, (text, reading) => {
        fc.pre(checkExpression(text).ok)
        const { cpu, memory, name, vcpus, tags, firmness } = reading
        const expected: unknown = oracle.evaluate(text, {
          cpu,
          memory,
          cloud: 'lab',
          instance: { name, state: 'running', vcpus, preemptible: firmness === 'preemptible', tags },
        })
        expect(outcomeFor(testRule(text), worldOf(reading))).toBe(expected === true ? 'matched' : 'not-matched')
      }),
      { numRuns: 1500 },
    )
  })

  it('accepts nothing that the type checker of the library refuses', () => {
    const loose = fc
      .array(
        fc.constantFrom(
          'cpu',
          'instance.name',
          '<',
          '==',
          '&&',
          '!',
          '(',
          ')',
          '1.0',
          '"a"',
          'true',
          '+',
          'in',
          '[1.0]',
          '?',
          ':',
        ),
        {
          minLength: 1,
          maxLength: 9,
        },
      )
      .map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.oneof(loose, known.bool), (text) => {
        if (checkExpression(text).ok) expect(oracle.check(text)).toMatchObject({ valid: true, type: 'bool' })
      }),
      { numRuns: 3000 },
    )
  })
})

const gapped = expressions({
  bool: ['instance.preemptible', 'enoughData(cpu, 0.9, "30m")', 'reclaimed'],
  number: [
    'cpu',
    'disk',
    'memoryFraction',
    'instance.ageS',
    'instance.vcpus',
    'maximum(disk, "30m")',
    'host.cores',
    '(cpu / disk)',
    'quietFor(disk, 1)',
  ],
  text: ['instance.flavor', 'instance.host', 'instance.name'],
})

/** Every reading may be missing. */
const gappedReadings = fc.record({
  cpu: fc.option(fc.constantFrom(0, 0.5, 2), { nil: undefined }),
  disk: fc.option(fc.constantFrom(0, 3), { nil: undefined }),
  flavor: fc.option(fc.constantFrom('web-1', 'keep'), { nil: undefined }),
  createdAtMs: fc.option(fc.constant(worldNowMs - 3000), { nil: undefined }),
  hostId: fc.option(fc.constant(testInstance().hostId), { nil: undefined }),
})
type Gapped = typeof gappedReadings extends fc.Arbitrary<infer T> ? T : never

const gappedWorld = ({ cpu, disk, ...attributes }: Gapped) => {
  const samples: Samples = {
    ...(cpu === undefined ? {} : { cpu: steady(cpu, 30) }),
    ...(disk === undefined ? {} : { disk: steady(disk, 30) }),
  }
  return { instance: testInstance('web-1', attributes as Partial<Instance>), samples, history: testHistory([]) }
}
const say = (text: string, reading: Gapped) => outcomeFor(testRule(text), gappedWorld(reading))
const inverse = { matched: 'not-matched', 'not-matched': 'matched', unknown: 'unknown' } as const

describe('laws of the three-valued logic, with missing data', () => {
  const two = fc.tuple(gapped.bool, gapped.bool, gappedReadings)
  const accepted = (...texts: readonly string[]) => fc.pre(texts.every((text) => checkExpression(text).ok))

  it('&& and || do not depend on the order, however the cost orders them', () => {
    fc.assert(
      fc.property(two, gapped.bool, ([a, b, reading], c) => {
        accepted(`${a} && ${b} && ${c}`)
        const orders = [`${a} && ${b} && ${c}`, `${c} && ${b} && ${a}`, `${b} && (${c} && ${a})`]
        expect(new Set(orders.map((text) => say(text, reading))).size).toBe(1)
        expect(new Set(orders.map((text) => say(text.replaceAll(' && ', ' || '), reading))).size).toBe(1)
      }),
      { numRuns: 400 },
    )
  })

  it('De Morgan and double negation', () => {
    fc.assert(
      fc.property(two, ([a, b, reading]) => {
        accepted(`!(!(${a}) || !(${b}))`)
        expect(say(`!(!(${a}) || !(${b}))`, reading)).toBe(say(`${a} && ${b}`, reading))
        expect(say(`!(!(${a}) && !(${b}))`, reading)).toBe(say(`${a} || ${b}`, reading))
        expect(say(`!(${a})`, reading)).toBe(inverse[say(a, reading) as keyof typeof inverse])
      }),
      { numRuns: 400 },
    )
  })

  it('what is decided with less data stays decided the same with more', () => {
    const full: Required<{ [K in keyof Gapped]: NonNullable<Gapped[K]> }> = {
      cpu: 0.5,
      disk: 3,
      flavor: 'keep',
      createdAtMs: worldNowMs - 3000,
      hostId: testInstance().hostId as NonNullable<Instance['hostId']>,
    }
    fc.assert(
      fc.property(gapped.bool, gappedReadings, (text, reading) => {
        accepted(text)
        const less = say(text, reading)
        fc.pre(less !== 'unknown')
        const filled = Object.fromEntries(
          Object.entries(full).map(([key, value]) => [key, reading[key as keyof Gapped] ?? value]),
        ) as Gapped
        expect(say(text, filled)).toBe(less)
      }),
      { numRuns: 600 },
    )
  })

  it('explanations agree with the evaluation, and their clauses with the outcome', () => {
    fc.assert(
      fc.property(gapped.bool, gappedReadings, (text, reading) => {
        accepted(text)
        const world = gappedWorld(reading)
        const telemetry = exactTelemetry({ 'web-1': world.samples })
        const table = buildInstanceTable([testSnapshot([world.instance])], telemetry)
        const rule = testRule(text)
        const explanation = explainRule(rule, { table, telemetry, history: world.history, nowMs: worldNowMs }, 0)
        const outcome = say(text, reading)
        expect(explanation?.outcome).toBe(outcome)
        const needed = { matched: 'holds', 'not-matched': 'fails', unknown: 'unknown' }[outcome as keyof typeof inverse]
        expect(new Set(explanation?.clauses.map((clause) => clause.outcome))).toEqual(new Set([needed]))
        expect(explanation?.verdict.sentence.endsWith('.')).toBe(true)
      }),
      { numRuns: 600 },
    )
  })
})

it('rules linked together, in any order and in any slices, say what each says alone', () => {
  fc.assert(
    fc.property(
      fc.array(gapped.bool, { minLength: 1, maxLength: 6 }),
      fc.array(gappedReadings, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      (texts, listed, slice) => {
        const compiled = texts.flatMap((text, index) => {
          const { definition } = testRule('true', { name: `r${index}` })
          const result = compileRule({ ...definition, expression: text })
          return result.ok ? [result.rule] : []
        })
        const worlds = listed.map((reading) => gappedWorld(reading))
        const instances = worlds.map((world, index) => ({ ...world.instance, id: testInstance(`i${index}`).id }))
        const telemetry = exactTelemetry(Object.fromEntries(worlds.map((world, index) => [`i${index}`, world.samples])))
        const table = buildInstanceTable([testSnapshot(instances)], telemetry)
        const input = { table, telemetry, history: testHistory([]), nowMs: worldNowMs }
        const together = beginEvaluation({ ...input, program: linkRules(compiled) })
        for (let from = 0; from < instances.length; from += slice) together.evaluate(from, from + slice)
        for (const [number, rule] of compiled.entries()) {
          const alone = beginEvaluation({ ...input, program: linkRules([rule]) })
          alone.evaluate(0, instances.length)
          for (let index = 0; index < instances.length; index++)
            expect(outcomeAt(together, index, number)).toBe(outcomeAt(alone, index, 0))
        }
      },
    ),
    { numRuns: 150 },
  )
})

it('glob says what the regular expression of the same meaning says', () => {
  const letters = fc.constantFrom('a', 'b', '*', '?', '.')
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 }),
      fc.string({ unit: letters, maxLength: 8 }),
      (text, pattern) => {
        const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesGlob(text, pattern)).toBe(new RegExp(`^${expression}$`, 's').test(text))
      },
    ),
    { numRuns: 2000 },
  )
})

it('a percentile compared is the share of samples compared', () => {
  const value = fc.constantFrom(0, 0.25, 0.5, 1, 1.5, 2)
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 31, maxLength: 60 }),
      fc.integer({ min: 0, max: 100 }),
      fc.constantFrom('0', '0.5', '1', '0.3', '2.5', '-1', '0.25 * instance.vcpus', 'disk'),
      (cpu, percent, bound) => {
        const world = { samples: { cpu } }
        for (const operator of ['<', '>=']) {
          const compared = `percentile(cpu, ${percent}, "1h") ${operator} ${bound}`
          // The sum hides the percentile from the rewriting.
          const plain = `percentile(cpu, ${percent}, "1h") + 0 ${operator} ${bound}`
          expect(outcomeFor(testRule(compared), world)).toBe(outcomeFor(testRule(plain), world))
        }
      },
    ),
    { numRuns: 500 },
  )
})
