// What a rule says in a case, and whether that is what was expected.
import type { RuleCase } from '@gleaner/model'
import type { CompiledRule } from '../compile-rule.ts'
import type { RuleOutcome } from '../evaluate-rules.ts'
import { explainRule } from '../explain-rule.ts'
import { caseWorld } from './case-world.ts'

export interface CaseResult {
  readonly name: string
  readonly rule: string
  readonly passed: boolean
  readonly expected: RuleCase['expect']
  readonly found: RuleOutcome
  /** Why the rule said so. */
  readonly sentence: string
  /** Expected words that the sentence does not hold. */
  readonly missing: readonly string[]
}

/** `rule` is the one the case names. */
export function judgeCase(rule: CompiledRule, given: RuleCase): CaseResult {
  const explanation = explainRule(rule, caseWorld(given), 0)
  const found = explanation?.outcome ?? 'not-evaluated'
  const sentence = explanation?.verdict.sentence ?? ''
  const missing = (given.because ?? []).filter((words) => !sentence.includes(words))
  return {
    name: given.name,
    rule: given.rule,
    passed: found === given.expect && missing.length === 0,
    expected: given.expect,
    found,
    sentence,
    missing,
  }
}
