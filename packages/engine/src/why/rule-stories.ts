// What every rule says about one instance now, and from which numbers.
import type { ActionKind, InstanceId, Rule, Verdict } from '@gleaner/model'
import type { Clause } from '../rules/clause.ts'
import type { CompiledRule } from '../rules/compile-rule.ts'
import { type ExplainInput, explainRule } from '../rules/explain-rule.ts'

export interface RuleStory {
  readonly ruleId: string
  readonly rule: string
  readonly action: ActionKind
  readonly verdict: Verdict
  readonly clauses: readonly Clause[]
}

export interface KnownRule {
  readonly rule: Rule
  readonly compiled: CompiledRule
}

/** Empty when the instance is not in the table. */
export function ruleStories(id: InstanceId, rules: readonly KnownRule[], input: ExplainInput): readonly RuleStory[] {
  const index = input.table.indexOf(id)
  if (index === undefined) return []
  return rules.flatMap(({ rule, compiled }) => {
    const explained = explainRule(compiled, input, index)
    if (explained === undefined) return []
    const { verdict, clauses } = explained
    return [{ ruleId: rule.id, rule: rule.name, action: rule.action, verdict, clauses }]
  })
}
