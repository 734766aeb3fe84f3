// One rule, by id or name.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { ruleView } from '../view/rule-view.ts'
import { findRule } from './find-rule.ts'
import { ruleActions } from './rule-actions.ts'

export const getRule: Handler<typeof endpoints.getRule> = async ({ app, params }) => {
  const rule = findRule(app, params.id)
  return ruleView(rule, app.state.ruleCounts.get(rule.id), (await ruleActions(app)).get(rule.name))
}
