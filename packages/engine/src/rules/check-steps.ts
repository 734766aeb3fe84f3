// Whether the steps of a rule make sense one after the other: each severer than the one before, so that the last one done tells how far
// the rule has come, and short enough that what the server remembers of the past reaches over each wait. A rule never
// deletes at its first step, and never without a day of notice.
import { type ActionKind, parseDurationMs, type RuleDefinition } from '@gleaner/model'
import { type RuleFault, ruleFault } from './rule-fault.ts'

const severity: readonly ActionKind[] = ['notify', 'pause', 'suspend', 'stop', 'shelve', 'delete']
const dayMs = 86_400_000
/** Of a wait with its grace, and of the grace of a first step. */
export const longestMs = 30 * dayMs

export function checkSteps({ action, steps = [] }: Pick<RuleDefinition, 'action' | 'steps'>): readonly RuleFault[] {
  const faults: RuleFault[] = []
  let before: ActionKind = action
  for (const [index, step] of steps.entries()) {
    const name = `step ${index + 2}`
    const say = (text: string, message: string, hint: string) =>
      faults.push(ruleFault('bad-step', { text, part: 'steps', start: 0, end: text.length }, { message, hint }))
    if (severity.indexOf(before) === -1 || severity.indexOf(step.action) <= severity.indexOf(before))
      say(
        step.action,
        `${name} does ${step.action} after ${before}`,
        `The order is ${severity.join(', ')}; a rule that gives back has no steps.`,
      )
    const afterMs = parseDurationMs(step.after)
    const graceMs = parseDurationMs(step.grace)
    if (afterMs === undefined || graceMs === undefined)
      say(step.after, `${name} has a wait or a grace that is no length of time`, 'Write such as "7d" or "12h".')
    else if (afterMs + graceMs > longestMs)
      say(step.after, `${name} waits longer than 30d, its grace included`, 'What was done is remembered for a month.')
    else if (step.action === 'delete' && graceMs < dayMs)
      say(step.grace, `${name} deletes after a grace of less than 1d`, 'Give the owner a day or more to keep it.')
    before = step.action
  }
  return faults
}
