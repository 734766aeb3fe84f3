// Matches every rule against every instance in slices, giving way to the event loop in between: the API stays responsive
// while a hundred thousand instances are looked at.
import { setImmediate as giveWay } from 'node:timers/promises'
import {
  type ChainInput,
  type EvidenceMemory,
  type HistoryAccess,
  type InstanceTable,
  type RuleEvaluation,
  type RuleMatches,
  type TelemetryAccess,
  beginEvaluation,
  matchesOf,
  standsFor,
} from '@gleaner/engine'
import type { RuleCounts } from '../state/live-state.ts'
import type { RuleBook } from './rule-book.ts'

const sliceInstances = 1000

export interface Evaluated {
  readonly matches: RuleMatches
  readonly counts: ReadonlyMap<string, RuleCounts>
  /** Whether a rule is in force and surely covers the instance. */
  readonly stands: ChainInput['stands']
}

export interface EvaluationParts {
  readonly book: RuleBook
  readonly table: InstanceTable
  readonly telemetry: TelemetryAccess
  readonly history: HistoryAccess
  readonly nowMs: number
  readonly evidence: EvidenceMemory
}

export async function evaluateAll(parts: EvaluationParts): Promise<Evaluated> {
  const { book, table, telemetry, history, nowMs } = parts
  const input = { table, telemetry, history, nowMs }
  const evaluation = beginEvaluation({ ...input, program: book.program, memory: book.memory })
  for (let from = 0; from < table.instances.length; from += sliceInstances) {
    evaluation.evaluate(from, from + sliceInstances)
    await giveWay()
  }
  return {
    counts: countsOf(book, evaluation),
    matches: matchesOf(evaluation, book.rules, parts.evidence),
    stands: (ruleIndex, instance) => standsFor({ ...input, program: book.program }, ruleIndex, instance),
  }
}

function countsOf(book: RuleBook, evaluation: RuleEvaluation): ReadonlyMap<string, RuleCounts> {
  const all = evaluation.counts
  return new Map(
    book.rules.map((rule, index): [string, RuleCounts] => {
      const count = all[index]
      const matched = count?.matched ?? 0
      const unknown = count?.unknown ?? 0
      const covered = matched + unknown + (count?.['not-matched'] ?? 0)
      const active = (count?.disabled ?? 0) + (count?.['outside-schedule'] ?? 0) === 0
      return [rule.id, { covered, matched, unknown, active: active && rule.enabled && rule.mode !== 'off' }]
    }),
  )
}
