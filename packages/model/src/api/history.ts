// The journal and the problems.
import { type Static, Type } from 'typebox'
import { journalStates } from '../journal.ts'
import { endpoint } from './endpoint.ts'
import {
  CapabilityName,
  IdParam,
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

export const JournalView = Type.Object({
  id: Type.String(),
  proposalId: Type.Optional(Type.String()),
  capability: CapabilityName,
  action: StepName,
  setting: Type.Optional(StepSettingView),
  cloud: Type.String(),
  target: TargetView,
  /** Absent where it is about a host as a whole. */
  instanceId: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  project: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  cause: Type.String({ description: 'Name of the rule or of the person' }),
  reason: VerdictView,
  state: OneOf(journalStates),
  stateBefore: Type.String(),
  intendedAt: Time,
  acceptedAt: Type.Optional(Time),
  finishedAt: Type.Optional(Time),
  attempts: Type.Integer(),
  outcome: Type.Optional(Type.String()),
  gives: YieldView,
})
export type JournalView = Static<typeof JournalView>

export const ProblemView = Type.Object({
  id: Type.String(),
  code: Type.String(),
  severity: OneOf(['warning', 'error']),
  subject: Type.String(),
  sentence: Type.String(),
  remedy: Type.String(),
  firstSeen: Time,
  lastSeen: Time,
  count: Type.Integer(),
  state: OneOf(['open', 'cleared', 'resolved']),
  clearedBy: Type.Optional(Type.String()),
})
export type ProblemView = Static<typeof ProblemView>

export const historyEndpoints = {
  listHistory: endpoint(
    { method: 'GET', path: '/api/v1/history', role: 'viewer', tag: 'history', summary: 'Every action, newest first' },
    {
      query: Type.Object({
        instance: Type.Optional(Type.String()),
        host: Type.Optional(Type.String({ description: 'Only steps on this host as a whole' })),
        state: Type.Optional(OneOf(journalStates)),
        cause: Type.Optional(Type.String()),
        search: Type.Optional(Type.String({ maxLength: 200 })),
        from: Type.Optional(Time),
        to: Type.Optional(Time),
        ...PageQuery,
      }),
      response: PageOf(JournalView),
    },
  ),
  getHistoryEntry: endpoint(
    {
      method: 'GET',
      path: '/api/v1/history/:id',
      role: 'viewer',
      tag: 'history',
      summary: 'One action with its reason',
    },
    { params: IdParam, response: JournalView },
  ),
  listProblems: endpoint(
    {
      method: 'GET',
      path: '/api/v1/problems',
      role: 'viewer',
      tag: 'problems',
      summary: 'Problems, one row per cause',
    },
    {
      query: Type.Object({ all: Type.Optional(Type.Boolean({ description: 'Cleared and resolved ones too' })) }),
      response: Type.Object({ items: Type.Array(ProblemView) }),
    },
  ),
  clearProblem: endpoint(
    {
      method: 'POST',
      path: '/api/v1/problems/:id/clear',
      role: 'operator',
      tag: 'problems',
      summary: 'Hide a problem until it comes back',
    },
    { params: IdParam, response: ProblemView },
  ),
}
