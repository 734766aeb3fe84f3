// Making, changing and deleting rules. The commands check the expression, refuse what the file rules, and audit.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { ruleView } from '../view/rule-view.ts'
import { findRule } from './find-rule.ts'
import { ruleActions } from './rule-actions.ts'

export const createRule: Handler<typeof endpoints.createRule> = async ({ app, body, caller }) =>
  ruleView(await app.commands.createRule(body, caller))

export const updateRule: Handler<typeof endpoints.updateRule> = async ({ app, params, body, caller }) => {
  const { id } = findRule(app, params.id)
  const rule = await app.commands.updateRule(id, { definition: body.definition, revision: body.revision }, caller)
  return ruleView(rule, app.state.ruleCounts.get(rule.id), (await ruleActions(app)).get(rule.name))
}

export const removeRule: Handler<typeof endpoints.removeRule> = ({ app, params, caller }) =>
  app.commands.removeRule(findRule(app, params.id).id, caller)
