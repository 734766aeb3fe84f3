// Instances: search, why, usage, the owner's actions.
import { type Static, Type } from 'typebox'
import { instanceStates } from '../inventory.ts'
import { metrics } from '../telemetry.ts'
import { endpoint } from './endpoint.ts'
import { ActionName, DurationText, IdParam, OneOf, PageOf, PageQuery, SeriesView, Time, VerdictView } from './parts.ts'
import { JournalView } from './history.ts'
import { ProposalView } from './plan.ts'

export const HoldView = Type.Object({
  id: Type.String(),
  kind: OneOf(['keep', 'person-acted', 'veto', 'cool-down']),
  until: Time,
  by: Type.String(),
  reason: Type.String(),
  createdAt: Time,
})
export type HoldView = Static<typeof HoldView>

/** The next thing that will happen to an instance, in one sentence. */
export const NextView = Type.Object({
  proposalId: Type.String(),
  action: ActionName,
  state: Type.String(),
  dueAt: Type.Optional(Time),
  sentence: Type.String(),
})

export const InstanceView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  cloud: Type.String(),
  project: Type.String(),
  host: Type.Optional(Type.String()),
  flavor: Type.Optional(Type.String()),
  state: OneOf(instanceStates),
  since: Type.Optional(Time),
  vcpus: Type.Number(),
  memoryMiB: Type.Number(),
  diskGiB: Type.Number(),
  createdAt: Type.Optional(Time),
  firmness: OneOf(['firm', 'preemptible']),
  tags: Type.Array(Type.String()),
  protectedBy: Type.Optional(Type.String()),
  /** Last measured values; absent when not measured. */
  cpuCores: Type.Optional(Type.Number()),
  usedMemoryMiB: Type.Optional(Type.Number()),
  networkRxBytesPerS: Type.Optional(Type.Number()),
  networkTxBytesPerS: Type.Optional(Type.Number()),
  diskBytesPerS: Type.Optional(Type.Number()),
  users: Type.Optional(Type.Number()),
  guestIdleS: Type.Optional(Type.Number()),
  sampledAt: Type.Optional(Time),
  /** How long its cpu has been below the idle threshold without a break, as far as the window reaches. */
  idleForS: Type.Optional(Type.Number()),
  next: Type.Optional(NextView),
  heldUntil: Type.Optional(Time),
})
export type InstanceView = Static<typeof InstanceView>

/** A node of an explained expression: its text, its value, and what was unknown. */
export const ExplainedView = Type.Object({
  text: Type.String(),
  value: Type.String(),
  outcome: OneOf(['true', 'false', 'unknown', 'value']),
  sentence: Type.Optional(Type.String()),
})

export const RuleVerdictView = Type.Object({
  ruleId: Type.String(),
  rule: Type.String(),
  action: ActionName,
  verdict: VerdictView,
  /** The parts of the expression with their values now. */
  clauses: Type.Array(ExplainedView),
})
export type RuleVerdictView = Static<typeof RuleVerdictView>

export const GateCheckView = Type.Object({ check: Type.String(), passed: Type.Boolean(), verdict: VerdictView })

export const TimelineView = Type.Array(Type.Object({ at: Time, kind: Type.String(), sentence: Type.String() }))

/** The story of an instance. */
export const WhyView = Type.Object({
  instance: InstanceView,
  /** The answer in one or two sentences. */
  summary: Type.String(),
  rules: Type.Array(RuleVerdictView),
  gate: Type.Array(GateCheckView),
  holds: Type.Array(HoldView),
  proposals: Type.Array(ProposalView),
  history: Type.Array(JournalView),
  /** Everything above in the order of time, newest last. */
  timeline: TimelineView,
})
export type WhyView = Static<typeof WhyView>

const tag = 'instances'

export const instanceEndpoints = {
  listInstances: endpoint(
    {
      method: 'GET',
      path: '/api/v1/instances',
      role: 'viewer',
      tag,
      summary: 'Instances; members see those of their projects',
    },
    {
      query: Type.Object({
        search: Type.Optional(
          Type.String({
            maxLength: 200,
            description: 'Words that all occur in name, id, project, host, flavor or tags',
          }),
        ),
        cloud: Type.Optional(Type.String()),
        project: Type.Optional(Type.String()),
        host: Type.Optional(Type.String()),
        state: Type.Optional(Type.String({ description: 'States, separated by commas' })),
        tag: Type.Optional(Type.String()),
        firmness: Type.Optional(OneOf(['firm', 'preemptible'])),
        idleFor: Type.Optional(DurationText),
        proposed: Type.Optional(Type.Boolean({ description: 'Only those with an open proposal' })),
        sort: Type.Optional(
          OneOf([
            'name',
            '-name',
            'cpu',
            '-cpu',
            'memory',
            '-memory',
            'idle',
            '-idle',
            'state',
            '-state',
            'project',
            '-project',
            'host',
            '-host',
          ]),
        ),
        ...PageQuery,
      }),
      response: PageOf(InstanceView),
    },
  ),
  getInstance: endpoint(
    { method: 'GET', path: '/api/v1/instances/:id', role: 'viewer', tag, summary: 'One instance' },
    { params: IdParam, response: InstanceView },
  ),
  whyInstance: endpoint(
    {
      method: 'GET',
      path: '/api/v1/instances/:id/why',
      role: 'viewer',
      tag,
      summary: 'What was and was not decided about it, and from which numbers',
    },
    { params: IdParam, response: WhyView },
  ),
  getInstanceTelemetry: endpoint(
    {
      method: 'GET',
      path: '/api/v1/instances/:id/telemetry',
      role: 'viewer',
      tag,
      summary: 'Usage of an instance over time',
    },
    {
      params: IdParam,
      query: Type.Object({
        metric: Type.Optional(OneOf(metrics, { default: 'cpu' })),
        for: Type.Optional(DurationText),
        points: Type.Optional(Type.Integer({ minimum: 2, maximum: 2000, default: 300 })),
      }),
      response: SeriesView,
    },
  ),
  getSparklines: endpoint(
    {
      method: 'POST',
      path: '/api/v1/instances/sparklines',
      role: 'viewer',
      tag,
      summary: 'Short usage series of many instances',
    },
    {
      body: Type.Object({
        ids: Type.Array(Type.String(), { maxItems: 200 }),
        metric: Type.Optional(OneOf(metrics, { default: 'cpu' })),
        for: Type.Optional(DurationText),
        points: Type.Optional(Type.Integer({ minimum: 2, maximum: 100, default: 30 })),
      }),
      response: Type.Object({
        series: Type.Record(Type.String(), Type.Array(Type.Union([Type.Number(), Type.Null()]))),
      }),
    },
  ),
  actOnInstance: endpoint(
    {
      method: 'POST',
      path: '/api/v1/instances/:id/actions',
      role: 'member',
      tag,
      summary: 'Resume or start one’s own instance; operators may command every action',
      status: 202,
    },
    {
      params: IdParam,
      body: Type.Object({
        action: OneOf(['pause', 'suspend', 'stop', 'shelve', 'resume', 'start']),
        reason: Type.Optional(Type.String({ maxLength: 500 })),
      }),
      response: JournalView,
    },
  ),
  keepInstance: endpoint(
    {
      method: 'POST',
      path: '/api/v1/instances/:id/keep',
      role: 'member',
      tag,
      summary: 'Keep an instance as it is for a time',
      status: 201,
    },
    {
      params: IdParam,
      body: Type.Object({ for: DurationText, reason: Type.Optional(Type.String({ maxLength: 500 })) }),
      response: HoldView,
    },
  ),
  releaseHold: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/holds/:id',
      role: 'member',
      tag,
      summary: 'End a hold before its time',
      status: 204,
    },
    { params: IdParam },
  ),
}
