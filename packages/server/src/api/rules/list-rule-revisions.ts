// Earlier forms of a rule, newest first.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { definitionOf } from '../view/rule-view.ts'
import { timeText } from '../view/time-text.ts'
import { findRule } from './find-rule.ts'

export const listRuleRevisions: Handler<typeof endpoints.listRuleRevisions> = async ({ app, params }) => {
  const revisions = await app.store.rules.revisions(findRule(app, params.id).id)
  return {
    items: [...revisions]
      .sort((a, b) => b.revision - a.revision)
      .map((rule) => ({
        revision: rule.revision,
        at: timeText(rule.updatedAtMs),
        by: rule.updatedBy,
        definition: definitionOf(rule),
      })),
  }
}
