// The outcome of a rule evaluation in the form idleness asks for. `rules` are the stored rules in the order in which they
// were linked into the program.
import type { Instance, ReasonCode, Rule, Verdict } from '@gleaner/model'
import { type RuleEvaluation, type RuleOutcome, ruleOutcomes } from '../rules/evaluate-rules.ts'
import { explainRule } from '../rules/explain-rule.ts'
import type { EvidenceMemory } from './evidence-memory.ts'
import type { RuleMatches } from './rule-matches.ts'

const codes: Readonly<Record<RuleOutcome, ReasonCode | undefined>> = {
  'not-evaluated': undefined,
  'not-covered': 'rule-not-covered',
  'not-matched': 'rule-not-matched',
  matched: 'rule-matched',
  unknown: 'rule-unknown',
  'outside-schedule': 'rule-outside-schedule',
  disabled: 'rule-disabled',
}
const matchedByte = ruleOutcomes.indexOf('matched')

/**
 * With a memory, evidence is gathered in turns (evidence-memory.ts); without one it is as fresh as the evaluation. Whoever
 * acts on a proposal should gather it anew: explainRule().
 */
export function matchesOf(evaluation: RuleEvaluation, rules: readonly Rule[], memory?: EvidenceMemory): RuleMatches {
  const { input, outcomes } = evaluation
  const { instances } = input.table
  const width = input.program.rules.length
  memory?.begin(matchedInstances(evaluation))
  // Evidence is asked for while the instance is visited: it need not be looked up then.
  let visited = 0
  const indexOf = (instance: Instance) => (instances[visited] === instance ? visited : input.table.indexOf(instance.id))
  return {
    rules,
    eachMatched(visit) {
      const matched: number[] = []
      for (let index = 0; index < instances.length; index++) {
        matched.length = 0
        const row = index * width
        for (let rule = 0; rule < width; rule++) if (outcomes[row + rule] === matchedByte) matched.push(rule)
        const instance = instances[index]
        if (matched.length === 0 || instance === undefined) continue
        visited = index
        visit(instance, matched)
      }
    },
    evidence(ruleIndex, instance) {
      const rule = rules[ruleIndex]
      const gather = () => evidenceOf(evaluation, ruleIndex, { instance, index: indexOf(instance) })
      return memory === undefined || rule === undefined ? gather() : memory.evidence(rule, instance, gather)
    },
    reasons: reasonsOf(evaluation),
  }
}

function matchedInstances({ matches }: RuleEvaluation): number {
  return matches.reduce((sum, indices) => sum + indices.length, 0)
}

function evidenceOf(
  { input }: RuleEvaluation,
  ruleIndex: number,
  { instance, index }: { readonly instance: Instance; readonly index: number | undefined },
): Verdict {
  const compiled = input.program.rules[ruleIndex]?.rule
  const explained = compiled === undefined || index === undefined ? undefined : explainRule(compiled, input, index)
  return explained?.verdict ?? { code: 'rule-matched', sentence: `A rule matches ${instance.name}.`, facts: {} }
}

function reasonsOf(evaluation: RuleEvaluation): Partial<Record<ReasonCode, number>> {
  const reasons: Partial<Record<ReasonCode, number>> = {}
  for (const counts of evaluation.counts)
    for (const outcome of ruleOutcomes) {
      const code = codes[outcome]
      if (code !== undefined && counts[outcome] > 0) reasons[code] = (reasons[code] ?? 0) + counts[outcome]
    }
  return reasons
}
