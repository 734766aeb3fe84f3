// A host whose instances use what a test says, minute by minute, through the real rings, readings and estimator.
import {
  type CloudId,
  cloudId,
  type Host,
  hostId,
  type HostEstimate,
  type HostId,
  type Instance,
  type InstanceId,
  instanceId,
  projectId,
} from '@gleaner/model'
import { holdingTable } from '../../../ledger/holding.ts'
import { type Placements, trackPlacements } from '../../../ledger/placements.ts'
import { freezeSnapshot } from '../../../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../../../snapshot/snapshot.ts'
import { TelemetryWindows } from '../../../telemetry/telemetry-windows.ts'
import { OnlineEstimator, type StateCodec } from '../online-estimator.ts'
import { defaultOnlineOptions, defaultRatioOptions, type OnlineOptions, type RatioOptions } from '../online-options.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const cloud: CloudId = cloudId('lab')
/** 2026-06-03 00:00 UTC. */
const startMs = 1_780_444_800_000

export interface Use {
  readonly cpu?: number
  readonly memory?: number
}

export interface LiveHost {
  nowMs: number
  host: Host
  instances: Map<string, Instance>
  readonly windows: TelemetryWindows
  readonly estimator: OnlineEstimator
  readonly ratios: RatioOptions
  /** Lets minutes pass; `use` tells what each instance uses, and what the host adds of its own. */
  run(minutes: number, use?: (name: string, minute: number) => Use | undefined, own?: Use): void
  estimate(): HostEstimate | undefined
  snapshot(): Snapshot
  placements: Placements
}

export function liveHost(options: Partial<OnlineOptions> = {}, ratios: Partial<RatioOptions> = {}): LiveHost {
  const windows = new TelemetryWindows()
  const estimator = new OnlineEstimator({ ...defaultOnlineOptions, ...options }, plainCodec)
  let version = 0
  let minute = 0
  const live: LiveHost = {
    nowMs: startMs,
    host: aLiveHost(),
    instances: new Map(),
    windows,
    estimator,
    ratios: { ...defaultRatioOptions, ...ratios },
    placements: new Map(),
    snapshot() {
      const { nowMs: takenAtMs, host } = live
      const inventory = { hosts: [host], instances: [...live.instances.values()], projects: [], gaps: [] }
      return freezeSnapshot(inventory, { cloudId: cloud, version: ++version, takenAtMs })
    },
    run(minutes, use = () => undefined, own = { cpu: 0, memory: 0 }) {
      live.placements = trackPlacements(live.placements, live.snapshot())
      for (let nth = 0; nth < minutes; nth++, minute++) {
        let cpu = own.cpu ?? Number.NaN
        let memory = own.memory ?? Number.NaN
        for (const [name, instance] of live.instances) {
          const used = use(name, minute)
          if (used === undefined) continue
          cpu += used.cpu ?? 0
          memory += used.memory ?? 0
          windows.record(instance.id, { atMs: live.nowMs, values: { ...used } }, live.nowMs)
        }
        if (own.cpu !== undefined)
          windows.record(live.host.id, { atMs: live.nowMs, values: { cpu, memory } }, live.nowMs)
        live.nowMs += minuteMs
      }
    },
    estimate() {
      const { scopeMs } = estimator.options
      return estimator.estimate({
        host: live.host,
        instances: [...live.instances.values()],
        holding: holdingTable(undefined),
        rings: windows,
        placements: live.placements,
        endMs: Math.floor(live.nowMs / scopeMs) * scopeMs,
        stepMs: minuteMs,
        ratios: live.ratios,
        headroomShare: 0.1,
      })
    },
  }
  return live
}

const texts: string[] = []

/** Packs a text into the number under which it is kept: as fast as can be, and lossless. */
export const plainCodec: StateCodec = {
  pack: (text) => new Uint8Array(Uint32Array.of(texts.push(text) - 1).buffer),
  unpack: (bytes) => texts[new Uint32Array(bytes.slice().buffer)[0] as number] ?? '',
}

export const theHost: HostId = hostId(cloud, 'node')

function aLiveHost(): Host {
  return {
    id: theHost,
    cloudId: cloud,
    name: 'node',
    kind: 'hypervisor',
    state: 'up',
    cores: 18,
    memoryMiB: 34_816,
    diskGiB: 1000,
    reservedCores: 2,
    reservedMemoryMiB: 2048,
    coreRatio: 1,
    memoryRatio: 1,
    idlePowerW: undefined,
    fullPowerW: undefined,
  }
}

export const idOf = (name: string): InstanceId => instanceId(cloud, name)

export function anOccupant(name: string, overrides: Partial<Instance> = {}): Instance {
  return {
    id: idOf(name),
    cloudId: cloud,
    name,
    projectId: projectId(cloud, 'p'),
    hostId: theHost,
    flavor: undefined,
    state: 'running',
    stateSinceMs: undefined,
    vcpus: 4,
    memoryMiB: 8192,
    diskGiB: 0,
    createdAtMs: undefined,
    firmness: 'firm',
    tags: [],
    protectedBy: undefined,
    ...overrides,
  }
}
