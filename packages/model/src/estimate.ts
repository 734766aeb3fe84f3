// Estimates of oversubscription: how much of a host its instances will use at most in the scope to come, from what was
// measured in the scopes before, and how the estimates before fared. Cores or MiB throughout; of firm instances only, because
// what a preemptible one uses is given back when it is needed.
import type { CloudId, HostId } from './ids.ts'

/** How the past estimates of a host fared against what then happened, over all scopes that could be judged. */
export interface EstimateRecord {
  /** Scopes that had an estimate before them and were measured. */
  readonly judged: number
  /** Share of them whose peak was above the estimate. */
  readonly violationRate: number
  /** Mean of how far above, in parts of the peak; 0 for those that held. */
  readonly severity: number
  /** Mean share of what was promised that the estimate gave back. */
  readonly savings: number
  /** Mean of how far off the estimate was, either way, in parts of the capacity. */
  readonly misprediction: number
}

/**
 * What a scope is judged against: what was estimated at the end of the one before, and in full what was sold since, for whoever came
 * since may use all of it.
 */
export function expectedPeak(
  before: { readonly estimate: number; readonly booked: number },
  { booked }: { readonly booked: number },
): number {
  return before.estimate + Math.max(0, booked - before.booked)
}

/** The estimate of one resource of one host. */
export interface PeakEstimate {
  /** What can be used: physical less what the host keeps for itself. */
  readonly capacity: number
  /** What the instances there were promised. */
  readonly booked: number
  /** Used in the scope that ended, on average and at most; undefined when it was not measured. */
  readonly mean: number | undefined
  readonly peak: number | undefined
  /** Highest use to expect in the next scope; never above the capacity or what is booked. */
  readonly estimate: number
  /** capacity - estimate: what may be sold on top of what is booked. */
  readonly free: number
  /** (booked + free) / capacity: what may be sold in all, per unit there is. */
  readonly ratio: number
  /** By how much the peak was above the estimate before; 0 when that held. */
  readonly violation: number
  /** Measured scopes in a row whose peak was not above the estimate. */
  readonly calmScopes: number
  readonly isStable: boolean
  /** Share of the estimates that held, in 0 … 1, never quite sure. */
  readonly confidence: number
  /** The numbers the strategy decided from, by name. */
  readonly evidence: Readonly<Record<string, number>>
  readonly record: EstimateRecord
  /** What the cloud's scheduler sold per unit at the end of the scope; undefined where none sells. */
  readonly ratioInForce: number | undefined
  /** What it should sell, within the operator's limits; undefined where none sells. */
  readonly ratioAim: number | undefined
}

export interface HostEstimate {
  readonly hostId: HostId
  readonly cloudId: CloudId
  /** End of the scope it was made from. */
  readonly atMs: number
  readonly scopeMs: number
  readonly strategy: string
  /** End of the last scope in which enough was measured; undefined when there never was one. */
  readonly measuredAtMs: number | undefined
  /** Share of the scope's samples that were there. */
  readonly coverage: number
  readonly cores: PeakEstimate
  readonly memoryMiB: PeakEstimate
}
