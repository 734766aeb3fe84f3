// Hosts and their ledger.
import { type Static, Type } from 'typebox'
import { hostStates } from '../inventory.ts'
import { metrics } from '../telemetry.ts'
import { endpoint } from './endpoint.ts'
import { DurationText, IdParam, OneOf, PageOf, PageQuery, SeriesView } from './parts.ts'
import { LedgerLineView } from './system.ts'

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
  /** Open proposals on its instances. */
  proposals: Type.Integer(),
  idlePowerW: Type.Optional(Type.Number()),
  fullPowerW: Type.Optional(Type.Number()),
})
export type HostView = Static<typeof HostView>

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
