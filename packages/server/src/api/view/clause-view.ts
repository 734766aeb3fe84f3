// One condition of a rule, as it was decided for an instance: its text, what was measured, and whether it held.
import type { RuleStory } from '@gleaner/engine'
import type { ExplainedView as ExplainedViewSchema } from '@gleaner/model'
import type { Static } from 'typebox'

type Clause = RuleStory['clauses'][number]

const outcomes = { holds: 'true', fails: 'false', unknown: 'unknown' } as const

export function clauseView(clause: Clause): Static<typeof ExplainedViewSchema> {
  return {
    text: clause.text,
    value: valueText(clause.value),
    outcome: outcomes[clause.outcome],
    sentence: clause.sentence,
  }
}

function valueText(value: Clause['value']): string {
  if (value === undefined) return 'unknown'
  if (typeof value === 'number') return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : 'for ever'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
