// Preemption: the decisions, who left and waits to return, what a host promises, tests and marks of instances.
import { type Static, Type } from 'typebox'
import { placementCodes } from '../placement/placement-codes.ts'
import { objectives } from '../placement/placement-formats.ts'
import { decisionStates, evictionKinds } from '../preemption/eviction-decision.ts'
import { returnStates } from '../preemption/eviction.ts'
import { endpoint } from './endpoint.ts'
import { ActionName, IdParam, ModeName, OneOf, PageOf, PageQuery, Time, VerdictView } from './parts.ts'

const Code = OneOf(Object.keys(placementCodes) as (keyof typeof placementCodes)[])

export const DecisionVictimView = Type.Object({
  instanceId: Type.String(),
  instance: Type.String(),
  project: Type.String(),
  host: Type.String(),
  action: ActionName,
  notice: Type.Number({ description: 'Seconds' }),
  state: OneOf(['planned', 'told', 'leaving', 'left', 'stayed', 'spared']),
  toldAt: Type.Optional(Time),
  leftAt: Type.Optional(Time),
  outcome: Type.Optional(Type.String()),
})

/** One decision to make preemptible instances leave, with the reason of every host. */
export const DecisionView = Type.Object({
  id: Type.String(),
  kind: OneOf(evictionKinds),
  cloud: Type.String(),
  state: OneOf(decisionStates),
  mode: ModeName,
  by: Type.String(),
  createdAt: Time,
  updatedAt: Time,
  verdict: VerdictView,
  /** What the room is for; absent where no request stands behind it. */
  wish: Type.Optional(
    Type.Object({
      name: Type.String(),
      project: Type.String(),
      flavor: Type.Optional(Type.String()),
      count: Type.Integer(),
      vcpus: Type.Number(),
      memoryMiB: Type.Number(),
      diskGiB: Type.Number(),
    }),
  ),
  placements: Type.Array(Type.Object({ index: Type.Integer(), host: Type.String() })),
  victims: Type.Array(DecisionVictimView),
  objective: OneOf(objectives),
  cost: Type.Number(),
  /** How often it was planned. */
  attempt: Type.Integer(),
  /** Per host, by name: why it was or was not chosen. */
  hosts: Type.Array(Type.Object({ host: Type.String(), codes: Type.Array(Code) })),
  /** How many hosts carry each code. */
  reasons: Type.Array(Type.Object({ code: Code, hosts: Type.Integer() })),
  unblock: Type.Array(Type.String()),
  heldUntil: Type.Optional(Time),
  /** The instance that was made in place of a request the cloud could not place. */
  madeAs: Type.Optional(Type.String()),
  steps: Type.Array(Type.Object({ at: Time, what: Type.String(), outcome: Type.Optional(Type.String()) })),
})
export type DecisionView = Static<typeof DecisionView>

export const EvictionView = Type.Object({
  id: Type.String(),
  decisionId: Type.String(),
  kind: OneOf(evictionKinds),
  instanceId: Type.String(),
  instance: Type.String(),
  project: Type.String(),
  host: Type.String(),
  action: ActionName,
  reason: VerdictView,
  toldAt: Type.Optional(Time),
  evictedAt: Time,
  /** How often within a day, this time included. */
  times: Type.Integer(),
  priority: Type.Number(),
  state: OneOf(returnStates),
  /** Why it is in this state: what its return waits for. */
  verdict: VerdictView,
  notBefore: Time,
  returnedAs: Type.Optional(Type.String()),
})
export type EvictionView = Static<typeof EvictionView>

const LendingFigures = Type.Object({
  lendable: Type.Number({ description: 'What preemptible instances may have in all' }),
  unsold: Type.Number({ description: 'Of it, what was never sold' }),
  lent: Type.Number({ description: 'What they have' }),
})

/** estimate: what is sold and idle is lent; none, stale: only what is not sold, because there is no estimate or an old one. */
export const LendingView = Type.Object({
  host: Type.String(),
  hostId: Type.String(),
  cloud: Type.String(),
  basis: OneOf(['estimate', 'none', 'stale']),
  cores: LendingFigures,
  memoryMiB: LendingFigures,
})
export type LendingView = Static<typeof LendingView>

export const PreemptionView = Type.Object({
  mode: ModeName,
  /** Per cloud: what happens to a victim, or why nothing can. */
  clouds: Type.Array(
    Type.Object({ cloud: Type.String(), action: Type.Optional(ActionName), refusal: Type.Optional(VerdictView) }),
  ),
  instances: Type.Integer({ description: 'Preemptible instances that the caller sees' }),
  running: Type.Integer(),
  underWay: Type.Integer({ description: 'Decisions under way' }),
  waiting: Type.Integer({ description: 'Evicted instances that wait to return' }),
  /** Hosts that are fenced for lending what is sold. */
  lending: Type.Array(LendingView),
  /** From the evictions of the last day; hosts with preemptible instances only. */
  forecast: Type.Array(
    Type.Object({
      host: Type.String(),
      cloud: Type.String(),
      instances: Type.Integer(),
      evictions: Type.Integer(),
      hours: Type.Number({ description: 'Hours that preemptible instances ran there within the window' }),
      /** Chance still to be there after so many hours. */
      survival1h: Type.Number(),
      survival6h: Type.Number(),
      survival24h: Type.Number(),
    }),
  ),
})
export type PreemptionView = Static<typeof PreemptionView>

const tag = 'preemption'

export const preemptionEndpoints = {
  getPreemption: endpoint(
    {
      method: 'GET',
      path: '/api/v1/preemption',
      role: 'viewer',
      tag,
      summary: 'How preemption stands, and how likely instances survive on each host',
    },
    { response: PreemptionView },
  ),
  listDecisions: endpoint(
    {
      method: 'GET',
      path: '/api/v1/preemption/decisions',
      role: 'viewer',
      tag,
      summary: 'Decisions to evict, newest first; those that concern projects the caller may see',
    },
    {
      query: Type.Object({ kind: Type.Optional(OneOf(evictionKinds)), ...PageQuery }),
      response: PageOf(DecisionView),
    },
  ),
  getDecision: endpoint(
    { method: 'GET', path: '/api/v1/preemption/decisions/:id', role: 'viewer', tag, summary: 'One decision' },
    { params: IdParam, response: DecisionView },
  ),
  approveDecision: endpoint(
    {
      method: 'POST',
      path: '/api/v1/preemption/decisions/:id/approve',
      role: 'operator',
      tag,
      summary: 'Approve the eviction of all its victims',
      status: 202,
    },
    { params: IdParam, response: DecisionView },
  ),
  cancelDecision: endpoint(
    {
      method: 'POST',
      path: '/api/v1/preemption/decisions/:id/cancel',
      role: 'operator',
      tag,
      summary: 'Call it off: who has not left stays, what is held is given back',
      status: 202,
    },
    {
      params: IdParam,
      body: Type.Object({ reason: Type.Optional(Type.String({ maxLength: 500 })) }),
      response: DecisionView,
    },
  ),
  listEvictions: endpoint(
    {
      method: 'GET',
      path: '/api/v1/evictions',
      role: 'viewer',
      tag,
      summary: 'Instances that were evicted, newest first, with their reason and their way back',
    },
    {
      query: Type.Object({
        instance: Type.Optional(Type.String({ maxLength: 300 })),
        waiting: Type.Optional(
          Type.Boolean({ description: 'Only those not back yet, in the order in which they return' }),
        ),
        ...PageQuery,
      }),
      response: PageOf(EvictionView),
    },
  ),
  getEviction: endpoint(
    {
      method: 'GET',
      path: '/api/v1/evictions/:id',
      role: 'viewer',
      tag,
      summary: 'One eviction: why the instance had to leave, and how far its way back is',
    },
    { params: IdParam, response: EvictionView },
  ),
  testEviction: endpoint(
    {
      method: 'POST',
      path: '/api/v1/instances/:id/eviction-test',
      role: 'member',
      tag,
      summary: 'Evict one’s own preemptible instance as if its room were needed: notice, eviction, return',
      status: 202,
    },
    { params: IdParam, response: DecisionView },
  ),
  setFirmness: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/instances/:id/firmness',
      role: 'member',
      tag,
      summary: 'Make one’s own instance preemptible; operators may make it firm again',
      status: 204,
    },
    { params: IdParam, body: Type.Object({ firmness: OneOf(['firm', 'preemptible']) }) },
  ),
  setOptOut: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/instances/:id/eviction-opt-out',
      role: 'operator',
      tag,
      summary: 'Leave a preemptible instance out: it is not evicted',
      status: 204,
    },
    { params: IdParam, body: Type.Object({ optOut: Type.Boolean() }) },
  ),
}
