// What changed since an earlier plan: by default the one before the current. A proposal changed when its state, its
// action's time, its approval or the code of its reason did; that the same numbers moved a little is no change.
import { GleanerError, type PlanDiffView, type Proposal, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { proposalView } from '../view/proposal-view.ts'
import { seen } from './plan-view.ts'

export const diffPlan: Handler<typeof endpoints.diffPlan> = async ({ app, query, world, sight }) => {
  const to = app.state.plan
  if (to === undefined)
    throw new GleanerError('not-ready', { detail: app.state.starting ?? 'the first plan has not been made yet' })
  const from = query.since === undefined ? (app.state.previousPlan ?? to) : await app.store.plans.find(query.since)
  if (from === undefined) throw new GleanerError('not-found', { object: `The plan "${query.since?.slice(0, 100)}"` })
  const index = world()
  const before = new Map(from.proposals.map((proposal) => [proposal.id, proposal]))
  const after = new Map(to.proposals.map((proposal) => [proposal.id, proposal]))
  const changed: PlanDiffView['changed'] = []
  for (const [id, now] of after) {
    const then = before.get(id)
    if (then !== undefined && sight.sees(now.projectId) && differ(then, now))
      changed.push({ before: proposalView(then, index), after: proposalView(now, index) })
  }
  return {
    from: from.id,
    to: to.id,
    added: seen(
      [...after.values()].filter(({ id }) => !before.has(id)),
      index,
      sight,
    ),
    removed: seen(
      [...before.values()].filter(({ id }) => !after.has(id)),
      index,
      sight,
    ),
    changed,
  }
}

function differ(a: Proposal, b: Proposal): boolean {
  return (
    a.state !== b.state ||
    a.dueAtMs !== b.dueAtMs ||
    a.approvedBy !== b.approvedBy ||
    a.mode !== b.mode ||
    a.reason.code !== b.reason.code ||
    a.verdict.code !== b.verdict.code
  )
}
