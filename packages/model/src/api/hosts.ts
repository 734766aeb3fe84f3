// Hosts and their ledger.
import { type Static, Type } from 'typebox'
import { hostStates } from '../inventory.ts'
import { metrics } from '../telemetry.ts'
import { endpoint } from './endpoint.ts'
import { EstimateView } from './estimates.ts'
import { JournalView } from './history.ts'
import { GateCheckView, HoldView, TimelineView } from './instances.ts'
import { DurationText, GuestsLentView, IdParam, OneOf, PageOf, PageQuery, SeriesView } from './parts.ts'
import { ProposalView } from './plan.ts'
import { LedgerLineView } from './ledger.ts'

export const HostView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  cloud: Type.String(),
  kind: OneOf(['hypervisor', 'desktop']),
  state: OneOf(hostStates),
  cores: Type.Number(),
  memoryMiB: Type.Number(),
  instances: Type.Integer(),
  runningInstances: Type.Integer(),
  /** Used now; absent when not measured. */
  cpuCores: Type.Optional(Type.Number()),
  usedMemoryMiB: Type.Optional(Type.Number()),
  measured: Type.Boolean(),
  ledger: Type.Object({ cores: LedgerLineView, memoryMiB: LedgerLineView }),
  lentByGuests: Type.Optional(GuestsLentView),
  /** What the cloud's scheduler sells per physical unit; absent where none sells. */
  coreRatio: Type.Optional(Type.Number()),
  memoryRatio: Type.Optional(Type.Number()),
  /** Open proposals on it and on its instances. */
  proposals: Type.Integer(),
  idlePowerW: Type.Optional(Type.Number()),
  fullPowerW: Type.Optional(Type.Number()),
})
export type HostView = Static<typeof HostView>

/** The story of a host as a whole; that of its instances stands with them. */
export const WhyHostView = Type.Object({
  host: HostView,
  /** The last estimate of its peak; absent before the first, and where none is made. */
  estimate: Type.Optional(EstimateView),
  /** The answer in one or two sentences. */
  summary: Type.String(),
  /** The checks of the open proposal; none when nothing is proposed. */
  gate: Type.Array(GateCheckView),
  holds: Type.Array(HoldView),
  proposals: Type.Array(ProposalView),
  history: Type.Array(JournalView),
  /** Everything above in the order of time, newest last. */
  timeline: TimelineView,
})
export type WhyHostView = Static<typeof WhyHostView>

const tag = 'hosts'

export const hostEndpoints = {
  listHosts: endpoint(
    { method: 'GET', path: '/api/v1/hosts', role: 'viewer', tag, summary: 'Hosts with their ledger' },
    {
      query: Type.Object({
        search: Type.Optional(Type.String({ maxLength: 200 })),
        cloud: Type.Optional(Type.String()),
        state: Type.Optional(Type.String()),
        kind: Type.Optional(OneOf(['hypervisor', 'desktop'])),
        sort: Type.Optional(
          OneOf(['name', '-name', 'cpu', '-cpu', 'memory', '-memory', 'idle', '-idle', 'instances', '-instances']),
        ),
        ...PageQuery,
      }),
      response: PageOf(HostView),
    },
  ),
  getHost: endpoint(
    { method: 'GET', path: '/api/v1/hosts/:id', role: 'viewer', tag, summary: 'One host' },
    { params: IdParam, response: HostView },
  ),
  whyHost: endpoint(
    {
      method: 'GET',
      path: '/api/v1/hosts/:id/why',
      role: 'viewer',
      tag,
      summary: 'What was and was not decided about the host as a whole, and from which numbers',
    },
    { params: IdParam, response: WhyHostView },
  ),
  getHostTelemetry: endpoint(
    { method: 'GET', path: '/api/v1/hosts/:id/telemetry', role: 'viewer', tag, summary: 'Usage of a host over time' },
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
}
