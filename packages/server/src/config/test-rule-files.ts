// Rules against the cases of a file: what each says, and which rules no case is about.
import { type CaseResult, judgeCase } from '@gleaner/engine'
import type { NamedText } from './parse-source.ts'
import { readRuleCases } from './read-rule-cases.ts'

export interface RuleTestReport {
  readonly passed: number
  readonly failed: number
  readonly results: readonly CaseResult[]
  /** Rules of the files without a case. */
  readonly untested: readonly string[]
}

/** Throws `config-invalid` for whatever is wrong with the files. `beside`: a file with more rules. */
export function testRuleFiles(file: NamedText, beside: NamedText | undefined): RuleTestReport {
  const { cases, untested } = readRuleCases(file, beside)
  const results = cases.map(({ given, rule }) => judgeCase(rule, given))
  const passed = results.filter((result) => result.passed).length
  return { passed, failed: results.length - passed, results, untested }
}
