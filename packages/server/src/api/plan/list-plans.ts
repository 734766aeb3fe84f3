// Stored plans, newest first.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { timeText } from '../view/time-text.ts'

export const listPlans: Handler<typeof endpoints.listPlans> = async ({ app, query, sight }) => {
  const plans = await app.store.plans.latest(query.limit ?? 20)
  return {
    items: plans.map((plan) => ({
      id: plan.id,
      createdAt: timeText(plan.createdAtMs),
      proposals: plan.proposals.filter((proposal) => sight.sees(proposal.projectId)).length,
    })),
  }
}
