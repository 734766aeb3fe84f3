// Fewer reclaiming actions than allowed began in the last minute, those counted that this cycle lets pass.
import { rateWindowMs } from '../journal-book.ts'
import type { Check } from './check.ts'

export const budgetRate: Check = ({ world }) => {
  const allowed = world.policy.budgets.actionsPerMinute
  const done = world.book.lastMinute()
  if (done < allowed) return undefined
  return {
    code: 'budget-rate',
    sentence: `${allowed} actions per minute are allowed and used up.`,
    facts: { allowed, done, windowMs: rateWindowMs },
  }
}
