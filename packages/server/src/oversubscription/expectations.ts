// The estimates as the ledger and the proposals of ratios ask for them at a moment: with who came and went since.
import {
  type ActionSupports,
  type Expectations,
  type FirmPeakRule,
  holdingTable,
  type OnlineEstimator,
  peakNow,
  type TelemetryWindows,
  type UsedSince,
  usedSince,
} from '@gleaner/engine'
import type { CloudId, Host, Instance } from '@gleaner/model'

export interface Asking {
  readonly estimator: OnlineEstimator
  readonly supports: ActionSupports
  readonly nowMs: number
}

export function expectations({ estimator, supports, nowMs }: Asking, rule: FirmPeakRule): Expectations {
  const { keepMs } = estimator.options
  const holdingOf = holdings(supports)
  return {
    rule,
    basisOf: (hostId) => estimator.estimateOf(hostId),
    of(host, instances) {
      const estimate = estimator.estimateOf(host.id)
      if (estimate === undefined) return undefined
      const known = estimator.knownOn(host.id)
      const on = { host, instances, holding: holdingOf(host.cloudId) }
      return peakNow(on, { estimate, known, keepMs, nowMs })
    },
  }
}

export interface SinceParts extends Omit<Asking, 'estimator'> {
  readonly telemetry: TelemetryWindows
  readonly instancesOf: (host: Host) => readonly Instance[]
}

export function usedSinceOf({ supports, nowMs, telemetry, instancesOf }: SinceParts) {
  const holdingOf = holdings(supports)
  const { stepMs, rows } = telemetry.layout
  return (host: Host, fromMs: number, bound: UsedSince): UsedSince =>
    usedSince({
      host,
      instances: instancesOf(host),
      holding: holdingOf(host.cloudId),
      rings: telemetry,
      fromMs,
      nowMs,
      stepMs,
      longestMs: (rows - 2) * stepMs,
      bound,
    })
}

function holdings(supports: ActionSupports) {
  const tables = new Map<CloudId, ReturnType<typeof holdingTable>>()
  return (cloudId: CloudId) => {
    let table = tables.get(cloudId)
    if (table === undefined) tables.set(cloudId, (table = holdingTable(supports.get(cloudId))))
    return table
  }
}
