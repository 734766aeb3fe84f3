// Whether each rule of a configuration can take part: a server that starts with one that cannot goes on without it and has a problem.
import { compileRule } from '@gleaner/engine'
import type { RuleDefinition } from '@gleaner/model'
import type { CheckItem } from '@gleaner/ports'

/** Those that cannot; empty when all is well. */
export function checkRules(rules: readonly RuleDefinition[]): readonly CheckItem[] {
  return rules.flatMap((rule) => {
    const result = compileRule(rule)
    if (result.ok) return []
    const detail = result.faults.map(({ message }) => message).join('; ')
    const hint = result.faults.find((fault) => fault.hint !== undefined)?.hint
    return [
      {
        what: rule.name,
        ok: false,
        detail: `takes no part: ${detail}`,
        remedy: hint ?? 'Correct the rule; docs/rules.md tells the language.',
      },
    ]
  })
}
