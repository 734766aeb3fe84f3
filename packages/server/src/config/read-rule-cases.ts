// A file of rules with the cases that test them, and a file of rules alone: YAML or JSON. Every fault is told at once, with its
// line. What a rule's expression says is checked where the rule is compiled, and told here by the line of the rule.
import {
  type CompiledRule,
  compileRule,
  formatRuleFault,
  parseCourse,
  parseTimestampMs,
  readyMadeRules,
} from '@gleaner/engine'
import { type RuleCase, RuleCaseFile, RuleDefinition } from '@gleaner/model'
import { Type } from 'typebox'
import * as Value from 'typebox/value'
import { type ConfigFault, type Source, lineOf, nearest, schemaFaults, throwFaults } from './faults.ts'
import { type NamedText, parseSource } from './parse-source.ts'

/** A configuration holds much besides its rules; all of that is for others to judge. */
const RuleList = Type.Object({ rules: Type.Optional(Type.Array(RuleDefinition, { maxItems: 1000 })) })

export interface TestableCase {
  readonly given: RuleCase
  readonly rule: CompiledRule
}

export interface RuleCases {
  readonly cases: readonly TestableCase[]
  /** Rules of the files that no case is about. */
  readonly untested: readonly string[]
}

/** Rules of a file with the key `rules`, such as an export or a configuration; there may be none. Throws `config-invalid`. */
export function readRules(file: NamedText): readonly RuleDefinition[] {
  const { source, value } = parseSource(file)
  const given = withDefaults(value)
  const faults = schemaFaults(source, RuleList, { value: given, at: [] })
  throwFaults(source, faults)
  const { rules } = given as { readonly rules?: readonly RuleDefinition[] }
  if (rules === undefined)
    throwFaults(source, [{ line: 1, path: 'rules', detail: 'there are no rules: write them below the key "rules"' }])
  const found = rules ?? []
  throwFaults(source, [...doubles(source, found, 'rules'), ...compiled(source, found).faults])
  return found
}

/** Cases and their rules: of the same file, of `beside`, else ready-made. Throws `config-invalid`. */
export function readRuleCases(file: NamedText, beside: NamedText | undefined): RuleCases {
  const others = beside === undefined ? [] : readRules(beside)
  const { source, value } = parseSource(file)
  const given = withDefaults(value)
  throwFaults(source, schemaFaults(source, RuleCaseFile, { value: given, at: [] }))
  const { rules = [], cases } = given as RuleCaseFile
  const own = compiled(source, rules)
  const faults: ConfigFault[] = [...doubles(source, rules, 'rules'), ...doubles(source, cases, 'cases'), ...own.faults]
  const known = new Map<string, CompiledRule>()
  const published = readyMadeRules.map(({ definition }) => definition)
  for (const rule of [...published, ...others].map((definition) => compileRule(definition)))
    if (rule.ok) known.set(rule.rule.definition.name, rule.rule)
  for (const rule of own.rules) known.set(rule.definition.name, rule)
  const found: TestableCase[] = []
  for (const [nth, each] of cases.entries()) {
    faults.push(...textFaults(source, each, nth))
    const rule = known.get(each.rule)
    if (rule !== undefined) found.push({ given: each, rule })
    // One that does not compile has its own fault.
    else if (!rules.some(({ name }) => name === each.rule))
      faults.push(
        faultAt(
          source,
          ['cases', nth, 'rule'],
          `there is no rule "${each.rule}"${nearest(each.rule, [...known.keys()])}`,
        ),
      )
  }
  throwFaults(
    source,
    faults.sort((a, b) => a.line - b.line),
  )
  const named = new Set(cases.map((each) => each.rule))
  return {
    cases: found,
    untested: [...rules, ...others].map(({ name }) => name).filter((name) => !named.has(name)),
  }
}

/** Rules with what they leave out. */
function withDefaults(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('rules' in value) || !Array.isArray(value.rules)) return value
  const rules = value.rules.map((rule: unknown) =>
    typeof rule === 'object' && rule !== null && !Array.isArray(rule)
      ? Value.Default(RuleDefinition, { covers: {}, ...rule })
      : rule,
  )
  return { ...value, rules }
}

function compiled(source: Source, rules: readonly RuleDefinition[]) {
  const results = rules.map((rule) => compileRule(rule))
  const faults = results.flatMap((result, nth) =>
    result.ok
      ? []
      : result.faults.map((fault) => faultAt(source, ['rules', nth], formatRuleFault(rules[nth]?.name ?? '', fault))),
  )
  return { faults, rules: results.flatMap((result) => (result.ok ? [result.rule] : [])) }
}

function doubles(source: Source, named: readonly { readonly name: string }[], key: string): ConfigFault[] {
  const seen = new Set<string>()
  return named.flatMap(({ name }, nth) => {
    if (!seen.has(name)) return seen.add(name) && []
    return [faultAt(source, [key, nth, 'name'], `the name "${name}" is used twice`)]
  })
}

function textFaults(source: Source, given: RuleCase, nth: number): ConfigFault[] {
  const faults = Object.entries(given.usage ?? {}).flatMap(([metric, course]) => {
    const stretches = course === undefined ? [] : parseCourse(course)
    return typeof stretches === 'string'
      ? [faultAt(source, ['cases', nth, 'usage', metric], `${metric}: ${stretches}`)]
      : []
  })
  if (given.at !== undefined && parseTimestampMs(given.at) === undefined)
    faults.push(
      faultAt(
        source,
        ['cases', nth, 'at'],
        `"${given.at}" is no instant: write date, time and offset, as in 2026-12-24T18:00:00+01:00`,
      ),
    )
  return faults
}

const faultAt = (source: Source, path: readonly (string | number)[], detail: string): ConfigFault => ({
  line: lineOf(source, path),
  path: path.join('.'),
  detail,
})
