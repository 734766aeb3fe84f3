// Decisions to evict: shown, approved as a whole, called off.
import { type EvictionDecision, GleanerError, type endpoints, isDecisionOpen } from '@gleaner/model'
import type { Application } from '../../application.ts'
import type { Handler } from '../handler.ts'
import { decisionView, seesDecision } from '../view/decision-view.ts'
import { only } from '../view/only.ts'

/** Looked through for a caller who sees only some of them. */
const mostLookedAt = 2000

export const listDecisions: Handler<typeof endpoints.listDecisions> = async ({ app, query, sight, world }) => {
  const page = { limit: query.limit ?? 100, offset: query.offset ?? 0 }
  const filter = only('kind', query.kind)
  const index = world()
  if (sight.all) {
    const { items, total } = await app.store.evictions.decisions(filter, page)
    return { items: items.map((decision) => decisionView(decision, index, sight)), total }
  }
  const { items } = await app.store.evictions.decisions(filter, { limit: mostLookedAt, offset: 0 })
  const seen = items.filter((decision) => seesDecision(decision, sight))
  const shown = seen.slice(page.offset, page.offset + page.limit)
  return { items: shown.map((decision) => decisionView(decision, index, sight)), total: seen.length }
}

export const getDecision: Handler<typeof endpoints.getDecision> = async ({ app, params, sight, world }) => {
  const decision = await find(app, params.id)
  if (!seesDecision(decision, sight)) throw unknown(params.id)
  return decisionView(decision, world(), sight)
}

export const approveDecision: Handler<typeof endpoints.approveDecision> = async (call) => {
  const { app, params, caller, sight, world } = call
  const decision = await find(app, params.id)
  const waiting = (await app.store.proposals.open()).find(
    ({ eviction, state, approvedBy }) =>
      eviction?.decisionId === decision.id && state === 'awaiting-approval' && approvedBy === undefined,
  )
  if (waiting === undefined)
    throw new GleanerError(
      'conflict',
      { detail: `The decision is ${decision.state}; it does not wait for approval.` },
      { remedy: 'The command gleaner preemption decisions shows those that wait.' },
    )
  await app.commands.approve(waiting.id, caller)
  return decisionView(await find(app, params.id), world(), sight)
}

export const cancelDecision: Handler<typeof endpoints.cancelDecision> = async (call) => {
  const { app, params, body, caller, sight, world } = call
  const decision = await find(app, params.id)
  if (!isDecisionOpen(decision))
    throw new GleanerError(
      'conflict',
      { detail: `The decision is ${decision.state}; there is nothing to call off.` },
      { remedy: 'What it evicted is shown by gleaner evictions.' },
    )
  await app.commands.giveUpRoom(params.id, body.reason ?? 'called off', caller)
  return decisionView(await find(app, params.id), world(), sight)
}

async function find({ store }: Application, id: string): Promise<EvictionDecision> {
  const decision = await store.evictions.decision(id)
  if (decision === undefined) throw unknown(id)
  return decision
}

function unknown(id: string): GleanerError {
  return new GleanerError('not-found', { object: `The decision ${id}` })
}
