// The plan, proposals, and evictions.
import { GleanerError } from '@gleaner/model'
import type { FakeState } from '../fake-state.ts'
import { instanceById, pageOf } from '../lists.ts'
import { decisionById, evictionsOf, preemptionOf, testOf } from '../preemption.ts'
import type { Handlers } from './handler.ts'

export function planHandlers(state: FakeState) {
  return {
    getPlan: () => state.plan(),
    listPlans: () => ({ items: [{ id: 'plan_2', createdAt: state.iso(-4000), proposals: state.proposals.length }] }),
    diffPlan: () => ({
      from: 'plan_1',
      to: 'plan_2',
      added: state.proposals.slice(0, 2),
      removed: state.proposals.slice(5, 6),
      changed: state.proposals
        .slice(2, 3)
        .map((after) => ({ before: { ...after, state: 'confirming' as const }, after })),
    }),
    listProposals: ({ query }) =>
      pageOf(
        state.proposals.filter((p) => query.state === undefined || p.state === query.state),
        query,
      ),
    approveProposals: ({ body, who }) => {
      const approved = state.proposals.filter((p) => body.ids.includes(p.id) && p.state === 'awaiting-approval')
      for (const proposal of approved) {
        proposal.state = 'notified'
        proposal.approvedBy = who?.name ?? 'ada'
        proposal.noticeAt = state.iso()
        proposal.dueAt = state.iso(4000 * state.options.speed)
        proposal.verdict = { code: 'in-grace', sentence: 'The owner was told; the grace period is running.', facts: {} }
      }
      const refused = body.ids
        .filter((id) => !approved.some((p) => p.id === id))
        .map((id) => ({ id, detail: 'It does not wait for an approval.' }))
      state.tell('plan')
      return { approved, refused }
    },
    vetoProposals: ({ body }) => {
      let vetoed = 0
      for (const proposal of state.proposals) {
        if (!body.ids.includes(proposal.id)) continue
        proposal.state = 'cancelled'
        proposal.verdict = { code: 'vetoed', sentence: 'A person refused this proposal.', facts: {} }
        vetoed++
      }
      state.tell('plan')
      return { vetoed, refused: [] }
    },
    getPreemption: () => preemptionOf(state),
    listDecisions: ({ query }) =>
      pageOf(
        state.decisions.filter(({ kind }) => query.kind === undefined || kind === query.kind),
        query,
      ),
    getDecision: ({ params }) => decisionById(state, params.id),
    approveDecision: ({ params }) => {
      const decision = decisionById(state, params.id)
      decision.state = 'reserved'
      decision.verdict = { code: 'in-grace', sentence: 'One instance is told to leave; the notice runs.', facts: {} }
      for (const victim of decision.victims) Object.assign(victim, { state: 'told', toldAt: state.iso() })
      state.tell('eviction')
      return decision
    },
    cancelDecision: ({ params, body }) => {
      const decision = decisionById(state, params.id)
      decision.state = 'cancelled'
      decision.verdict = { code: 'request-withdrawn', sentence: body.reason ?? 'It was called off.', facts: {} }
      state.tell('eviction')
      return decision
    },
    listEvictions: ({ query }) =>
      pageOf(
        evictionsOf(state).filter(({ state: is }) => query.waiting !== true || is === 'waiting'),
        query,
      ),
    getEviction: ({ params }) => {
      const found = evictionsOf(state).find(({ id }) => id === params.id)
      if (found === undefined) throw new GleanerError('not-found', { object: `The eviction ${params.id}` })
      return found
    },
    testEviction: ({ params, who }) => testOf(state, instanceById(state, params.id), who?.name ?? 'ada'),
  } satisfies Partial<Handlers>
}
