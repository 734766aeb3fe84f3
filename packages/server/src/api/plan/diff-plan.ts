// What changed since an earlier plan: by default the one before the current. What counts as a change is the engine's word.
import { diffPlans } from '@gleaner/engine'
import { GleanerError, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { proposalView } from '../view/proposal-view.ts'
import { seen } from './plan-view.ts'

export const diffPlan: Handler<typeof endpoints.diffPlan> = async ({ app, query, world, sight }) => {
  const to = app.state.plan
  if (to === undefined)
    throw new GleanerError('not-ready', { detail: app.state.starting ?? 'the first plan has not been made yet' })
  const from = query.since === undefined ? (app.state.previousPlan ?? to) : await app.store.plans.find(query.since)
  if (from === undefined) throw new GleanerError('not-found', { object: `The plan "${query.since?.slice(0, 100)}"` })
  const diff = diffPlans(from, to)
  const index = world()
  return {
    from: diff.fromId,
    to: diff.toId,
    added: seen(diff.added, index, sight),
    removed: seen(diff.removed, index, sight),
    changed: diff.changed
      .filter(({ after }) => sight.sees(after.projectId))
      .map(({ before, after }) => ({ before: proposalView(before, index), after: proposalView(after, index) })),
  }
}
