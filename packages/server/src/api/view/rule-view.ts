// A stored rule as the API shows it: its definition apart from what Gleaner adds, what it matched in the last cycle, and
// what it has done so far.
import type { Rule, RuleDefinition, RuleView } from '@gleaner/model'
import type { RuleCounts } from '../../state/live-state.ts'
import { only } from './only.ts'
import { timeText } from './time-text.ts'

export interface RuleActions {
  readonly done: number
  readonly failed: number
  readonly lastAtMs: number | undefined
}

const noCounts: RuleCounts = { covered: 0, matched: 0, unknown: 0, active: false }

export function ruleView(rule: Rule, counts: RuleCounts = noCounts, actions?: RuleActions): RuleView {
  return {
    id: rule.id,
    revision: rule.revision,
    source: rule.source,
    createdAt: timeText(rule.createdAtMs),
    updatedAt: timeText(rule.updatedAtMs),
    updatedBy: rule.updatedBy,
    definition: definitionOf(rule),
    now: { covered: counts.covered, matched: counts.matched, unknown: counts.unknown, active: counts.active },
    actions: {
      done: actions?.done ?? 0,
      failed: actions?.failed ?? 0,
      ...only('lastAt', actions?.lastAtMs === undefined ? undefined : timeText(actions.lastAtMs)),
    },
  }
}

export function definitionOf(rule: RuleDefinition): RuleDefinition {
  return {
    name: rule.name,
    ...only('description', rule.description),
    expression: rule.expression,
    action: rule.action,
    covers: rule.covers,
    grace: rule.grace,
    ...only('schedule', rule.schedule),
    mode: rule.mode,
    priority: rule.priority,
    enabled: rule.enabled,
    ...only('steps', rule.steps),
    ...only('timeZone', rule.timeZone),
  }
}
