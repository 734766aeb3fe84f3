// The rule a step rests on is still there, enabled, and the very revision that was confirmed.
import type { Check } from './check.ts'

export const causeStands: Check = ({ proposal, world }) => {
  if (proposal.ruleId === undefined) return undefined
  const rule = world.ruleById.get(proposal.ruleId)
  const facts = { rule: proposal.cause, decidedRevision: proposal.ruleRevision ?? null }
  if (rule === undefined)
    return { code: 'rule-disabled', sentence: `The rule "${proposal.cause}" no longer exists.`, facts }
  if (!rule.enabled) return { code: 'rule-disabled', sentence: `The rule "${rule.name}" is switched off.`, facts }
  if (rule.revision === proposal.ruleRevision) return undefined
  return {
    code: 'no-longer-matches',
    sentence: `The rule "${rule.name}" was changed since this was proposed.`,
    facts: { ...facts, revision: rule.revision },
  }
}
