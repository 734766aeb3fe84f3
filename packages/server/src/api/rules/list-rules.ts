// The rules, the one that wins first.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { ruleView } from '../view/rule-view.ts'
import { compareText } from '../view/world-index.ts'
import { ruleActions } from './rule-actions.ts'

export const listRules: Handler<typeof endpoints.listRules> = async ({ app }) => {
  const actions = await ruleActions(app)
  const rules = [...app.state.rules].sort((a, b) => b.priority - a.priority || compareText(a.name, b.name))
  return { items: rules.map((rule) => ruleView(rule, app.state.ruleCounts.get(rule.id), actions.get(rule.name))) }
}
