// Several compiled rules linked into one program: their closures share the memo, so that each distinct question to
// telemetry is asked once per instance. Linking takes microseconds per rule; the server keeps the program until a rule
// changes. A program is used by one evaluation at a time (single-threaded, no evaluation waits within another).
import type { BoolReader } from './bind-scope.ts'
import { bindExpression, bindScope } from './bind-expression.ts'
import { bindCondition } from './bind-standing.ts'
import type { CompiledRule } from './compile-rule.ts'
import { createLinker, type Linker } from './linker.ts'

export interface ProgramRule {
  readonly rule: CompiledRule
  readonly condition: BoolReader
  readonly covering: BoolReader | undefined
}

export interface RuleProgram {
  readonly rules: readonly ProgramRule[]
  readonly linker: Linker
}

export function linkRules(rules: readonly CompiledRule[]): RuleProgram {
  const linker = createLinker()
  return { rules: rules.map((rule) => linkRule(rule, linker)), linker }
}

export function linkRule(rule: CompiledRule, linker: Linker): ProgramRule {
  const { expression } = rule.coverage
  return {
    rule,
    condition: bindCondition(bindScope(rule.expression, linker, rule.zone), rule.expression.root),
    covering: expression === undefined ? undefined : bindExpression(expression, linker, rule.zone),
  }
}
