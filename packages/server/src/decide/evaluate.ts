// Matches every rule against every instance in slices, giving way to the event loop in between: the API stays responsive
// while a hundred thousand instances are looked at.
import { setImmediate as giveWay } from 'node:timers/promises'
import {
  type HistoryAccess,
  type InstanceTable,
  type RuleEvaluation,
  type RuleMatches,
  type TelemetryAccess,
  beginEvaluation,
  explainRule,
  ruleOutcomes,
} from '@gleaner/engine'
import type { Instance, ReasonCode } from '@gleaner/model'
import type { RuleCounts } from '../state/live-state.ts'
import type { RuleBook } from './rule-book.ts'

const sliceInstances = 5000

export interface Evaluated {
  readonly evaluation: RuleEvaluation
  readonly matches: RuleMatches
  readonly counts: ReadonlyMap<string, RuleCounts>
}

export interface EvaluationParts {
  readonly book: RuleBook
  readonly table: InstanceTable
  readonly telemetry: TelemetryAccess
  readonly history: HistoryAccess
  readonly nowMs: number
}

export async function evaluateAll(parts: EvaluationParts): Promise<Evaluated> {
  const { book, table, telemetry, history, nowMs } = parts
  const input = { table, telemetry, history, nowMs }
  const evaluation = beginEvaluation({ ...input, program: book.program })
  for (let from = 0; from < table.instances.length; from += sliceInstances) {
    evaluation.evaluate(from, from + sliceInstances)
    await giveWay()
  }
  const ruleCount = book.rules.length
  const matched = ruleOutcomes.indexOf('matched')
  const matching = (instance: Instance): readonly number[] => {
    const index = table.indexOf(instance.id)
    if (index === undefined) return none
    let found: number[] | undefined
    for (let rule = 0; rule < ruleCount; rule++) {
      if (evaluation.outcomes[index * ruleCount + rule] === matched) (found ??= []).push(rule)
    }
    return found ?? none
  }
  return {
    evaluation,
    counts: countsOf(book, evaluation),
    matches: {
      rules: book.rules,
      matching,
      evidence: (ruleIndex, instance) => {
        const compiled = book.compiled[ruleIndex]
        const index = table.indexOf(instance.id)
        const explained =
          compiled === undefined || index === undefined ? undefined : explainRule(compiled, input, index)
        return (
          explained?.verdict ?? {
            code: 'rule-matched',
            sentence: `Rule "${book.rules[ruleIndex]?.name ?? ''}" matches.`,
            facts: {},
          }
        )
      },
      reasons: reasonsOf(evaluation),
    },
  }
}

const none: readonly number[] = []

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

const reasonOf = {
  'not-covered': 'rule-not-covered',
  'not-matched': 'rule-not-matched',
  matched: 'rule-matched',
  unknown: 'rule-unknown',
  'outside-schedule': 'rule-outside-schedule',
  disabled: 'rule-disabled',
} as const satisfies Record<Exclude<(typeof ruleOutcomes)[number], 'not-evaluated'>, ReasonCode>

function reasonsOf(evaluation: RuleEvaluation): Readonly<Partial<Record<ReasonCode, number>>> {
  const reasons: Partial<Record<ReasonCode, number>> = {}
  for (const count of evaluation.counts) {
    for (const [outcome, code] of Object.entries(reasonOf)) {
      const times = count[outcome as keyof typeof reasonOf]
      if (times > 0) reasons[code] = (reasons[code] ?? 0) + times
    }
  }
  return reasons
}
