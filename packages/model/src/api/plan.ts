// The plan, its proposals, approvals.
import { type Static, Type } from 'typebox'
import { claims, proposalStates } from '../proposal.ts'
import { endpoint } from './endpoint.ts'
import {
  CapabilityName,
  DurationText,
  ModeName,
  OneOf,
  PageOf,
  PageQuery,
  StepSettingView,
  StepName,
  TargetView,
  Time,
  VerdictView,
  YieldView,
} from './parts.ts'

export const ProposalView = Type.Object({
  id: Type.String(),
  capability: CapabilityName,
  claim: OneOf(claims),
  action: StepName,
  setting: Type.Optional(StepSettingView),
  cloud: Type.String(),
  target: TargetView,
  /** Absent where it is about a host as a whole. */
  instanceId: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  project: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  cause: Type.String(),
  mode: ModeName,
  state: OneOf(proposalStates),
  reason: VerdictView,
  verdict: VerdictView,
  confirmations: Type.Integer(),
  createdAt: Time,
  updatedAt: Time,
  noticeAt: Type.Optional(Time),
  dueAt: Type.Optional(Time),
  approvedBy: Type.Optional(Type.String()),
  gives: YieldView,
})
export type ProposalView = Static<typeof ProposalView>

export const PlanView = Type.Object({
  id: Type.String(),
  createdAt: Time,
  basis: Type.Array(
    Type.Object({
      cloud: Type.String(),
      version: Type.Integer(),
      takenAt: Time,
      complete: Type.Boolean(),
      fresh: Type.Boolean(),
    }),
  ),
  proposals: Type.Array(ProposalView),
  ended: Type.Array(ProposalView),
  reasons: Type.Record(Type.String(), Type.Integer()),
})
export type PlanView = Static<typeof PlanView>

export const PlanDiffView = Type.Object({
  from: Type.String(),
  to: Type.String(),
  added: Type.Array(ProposalView),
  removed: Type.Array(ProposalView),
  changed: Type.Array(Type.Object({ before: ProposalView, after: ProposalView })),
})
export type PlanDiffView = Static<typeof PlanDiffView>

const tag = 'plan'

export const planEndpoints = {
  getPlan: endpoint(
    { method: 'GET', path: '/api/v1/plan', role: 'viewer', tag, summary: 'The current plan' },
    { response: PlanView },
  ),
  listPlans: endpoint(
    { method: 'GET', path: '/api/v1/plans', role: 'viewer', tag, summary: 'Stored plans, newest first' },
    {
      query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })) }),
      response: Type.Object({
        items: Type.Array(Type.Object({ id: Type.String(), createdAt: Time, proposals: Type.Integer() })),
      }),
    },
  ),
  diffPlan: endpoint(
    { method: 'GET', path: '/api/v1/plan/diff', role: 'viewer', tag, summary: 'What changed since an earlier plan' },
    {
      query: Type.Object({
        since: Type.Optional(Type.String({ description: 'Id of a plan; the one before the current if absent' })),
      }),
      response: PlanDiffView,
    },
  ),
  listProposals: endpoint(
    {
      method: 'GET',
      path: '/api/v1/proposals',
      role: 'viewer',
      tag,
      summary: 'Proposals, newest first, ended ones too',
    },
    {
      query: Type.Object({
        state: Type.Optional(OneOf(proposalStates)),
        capability: Type.Optional(CapabilityName),
        ...PageQuery,
      }),
      response: PageOf(ProposalView),
    },
  ),
  approveProposals: endpoint(
    { method: 'POST', path: '/api/v1/proposals/approve', role: 'operator', tag, summary: 'Approve proposals' },
    {
      body: Type.Object({ ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }) }),
      response: Type.Object({
        approved: Type.Array(ProposalView),
        refused: Type.Array(Type.Object({ id: Type.String(), detail: Type.String() })),
      }),
    },
  ),
  vetoProposals: endpoint(
    {
      method: 'POST',
      path: '/api/v1/proposals/veto',
      role: 'operator',
      tag,
      summary: 'Refuse proposals; the instances are left alone for a time',
    },
    {
      body: Type.Object({
        ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
        for: Type.Optional(DurationText),
        reason: Type.Optional(Type.String({ maxLength: 500 })),
      }),
      response: Type.Object({
        vetoed: Type.Integer(),
        refused: Type.Array(Type.Object({ id: Type.String(), detail: Type.String() })),
      }),
    },
  ),
}
