// What a rule does, its later steps included: a rule that tells today and deletes in three weeks is never shown as one that tells.
import type { RuleDefinition } from '@gleaner/model'

type Steps = Pick<RuleDefinition, 'action' | 'steps'>

/** In a row: "notify → suspend → delete". */
export function actionsOf({ action, steps = [] }: Steps): string {
  return [action, ...steps.map((step) => step.action)].join(' → ')
}

/** Undefined for a rule that has none. */
export function laterSteps({ steps = [] }: Steps): string | undefined {
  if (steps.length === 0) return undefined
  return steps.map(({ action, after, grace }) => `${action} ${after} later, with a grace of ${grace}`).join('; then ')
}
