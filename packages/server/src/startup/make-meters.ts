// From the configuration to meters of power: the one place that knows them all.
import { IpmiMeter, RaplMeter, RedfishMeter } from '@gleaner/driver-power'
import { SnmpMeter } from '@gleaner/driver-power-snmp'
import { LineMeter } from '@gleaner/driver-power-line'
import { PrometheusMeter } from '@gleaner/driver-prometheus'
import { SimulatedCloud, SimulatedMeter } from '@gleaner/driver-simulated'
import { GleanerError, type HostId, cloudOf } from '@gleaner/model'
import type { Clock, Cloud, PowerMeter } from '@gleaner/ports'
import type { UsageReader } from '../application.ts'
import type { BoardSettings } from '../config/board-meter.ts'
import type { MeterSettings } from '../config/metering.ts'
import { AgentMeter, type AgentMeterOptions } from '../energy/agent-meter.ts'
import { ModelMeter } from '../energy/model-meter.ts'
import type { LiveState } from '../state/live-state.ts'

/** Wattmeters write a line a second or so. */
const leastStaleMs = 10_000
/** Agents beat every few seconds. */
const agentFreshMs = 60_000

export interface MeterMaking {
  readonly clock: Clock
  readonly clouds: readonly Cloud[]
  readonly state: Pick<LiveState, 'clouds'>
  readonly usage: Pick<UsageReader, 'latest'>
  readonly store: AgentMeterOptions['store']
}

export function makeMeter(
  { id, config, snmp, prometheus, line, board, periodMs, maxPowerW }: MeterSettings,
  making: MeterMaking,
): PowerMeter {
  const { clock, clouds, state, usage, store } = making
  const hostOf = (hostId: HostId) => state.clouds.get(cloudOf(hostId))?.snapshot?.hostById.get(hostId)
  switch (config.kind) {
    case 'simulated': {
      const cloud = clouds.find((each) => each.id === config.cloud)
      if (!(cloud instanceof SimulatedCloud)) throw new GleanerError('internal', { detail: `the cloud of meter ${id}` })
      return new SimulatedMeter({ id, cloud, clock })
    }
    case 'snmp':
      // The configuration has read it whenever the kind is this.
      if (snmp === undefined) throw new GleanerError('internal', { detail: `the settings of meter ${id}` })
      return new SnmpMeter({ id, clock, ...snmp })
    case 'wattmeter':
      if (line === undefined) throw new GleanerError('internal', { detail: `the settings of meter ${id}` })
      return new LineMeter({ id, clock, ...line, staleMs: Math.max(leastStaleMs, 2 * periodMs) })
    case 'prometheus':
      if (prometheus === undefined) throw new GleanerError('internal', { detail: `the settings of meter ${id}` })
      return new PrometheusMeter({ id, clock, ...prometheus })
    case 'rapl':
      if (config.agents === true) return new AgentMeter({ id, clock, store, hostOf, maxPowerW, freshMs: agentFreshMs })
      if (board === undefined) throw new GleanerError('internal', { detail: `the settings of meter ${id}` })
      return boardMeter(id, board, { clock, maxPowerW })
    case 'ipmi':
    case 'redfish':
      if (board === undefined) throw new GleanerError('internal', { detail: `the settings of meter ${id}` })
      return boardMeter(id, board, { clock, maxPowerW })
    case 'model':
      return new ModelMeter({
        id,
        clock,
        curve: config.curve,
        idleW: config.idleW,
        fullW: config.fullW,
        hostOf,
        usedCores: (hostId) => usage.latest(hostId, 'cpu'),
      })
  }
}

function boardMeter(
  id: string,
  board: BoardSettings,
  { clock, maxPowerW }: { readonly clock: Clock; readonly maxPowerW: number },
): PowerMeter {
  switch (board.kind) {
    case 'ipmi':
      return new IpmiMeter({ id, clock, ...board })
    case 'redfish':
      return new RedfishMeter({ id, clock, ...board })
    case 'rapl':
      return new RaplMeter({ id, clock, maxPowerW, ...board })
  }
}
