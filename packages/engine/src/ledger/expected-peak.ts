// Which peak the ledger counts with. There can be two: the measured one, the highest samples of a window (firm-peak.ts), and the
// estimate of oversubscription, which is made for the scope to come from many scopes. By default the larger one counts: it is
// the safer of two opinions. Where no estimate is, the measured one does, whatever the rule.
import type { Host, HostId, Instance } from '@gleaner/model'

export const firmPeakRules = ['larger', 'estimate', 'measured'] as const
export type FirmPeakRule = (typeof firmPeakRules)[number]

export interface ExpectedPeak {
  readonly cores: number
  readonly memoryMiB: number
}

export interface Expectations {
  readonly rule: FirmPeakRule
  /** Undefined while the host has no estimate. */
  of(host: Host, instances: readonly Instance[]): ExpectedPeak | undefined
  /** What the answer rests upon: another object when the estimate is another one. */
  basisOf(hostId: HostId): unknown
}

export interface Peaks {
  readonly firmPeak: number
  readonly measuredPeak: number
  readonly estimatedPeak: number | undefined
}

export function inForce(rule: FirmPeakRule, measuredPeak: number, estimatedPeak: number | undefined): Peaks {
  if (estimatedPeak === undefined || rule === 'measured') return { firmPeak: measuredPeak, measuredPeak, estimatedPeak }
  const firmPeak = rule === 'estimate' ? estimatedPeak : Math.max(measuredPeak, estimatedPeak)
  return { firmPeak, measuredPeak, estimatedPeak }
}
