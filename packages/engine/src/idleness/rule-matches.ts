// What idleness needs to know of the rules: which of them are true for which instance, and the evidence of one that wins.
import type { Instance, ReasonCode, Verdict } from '@gleaner/model'
import type { StepRule } from './chain.ts'

export interface RuleMatches {
  /** In the order the indices refer to. */
  readonly rules: readonly StepRule[]
  /** Every instance for which at least one rule is true, with their indices; the list is used again for the next one. */
  eachMatched(visit: (instance: Instance, rules: readonly number[]) => void): void
  /** Why the rule is true, with the numbers behind it. Asked for winners only. */
  evidence(ruleIndex: number, instance: Instance): Verdict
  /** How often the rules said what, over all instances. */
  readonly reasons: Readonly<Partial<Record<ReasonCode, number>>>
}
