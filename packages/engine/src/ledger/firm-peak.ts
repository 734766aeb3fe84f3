// The peak that must be expected of one instance, and the use of a host as a whole.
//
// An instance's use is measured if and only if its newest sample is not older than telemetryMaxAgeMs and samples cover at
// least three quarters of min(peakWindowMs, 1 h); its peak is then the highest sample of peakWindowMs. Otherwise the
// peak is what is booked: no data is never idle. The sum over the firm instances of a host is an upper bound of their
// simultaneous use; the highest use of the whole host over the window is another one, valid only while every instance
// that holds room there has been there for the whole window and samples of the host cover 95 % of it. The smaller of the
// valid bounds counts.
import type { Metric, Policy } from '@gleaner/model'
import { isSampleFresh } from './sample-age.ts'
import { isMeasured, type UsageAccess, type UsageRequest } from './usage-access.ts'

const learningMs = 3_600_000
const learnedShare = 0.75
const wholeShare = 0.95

export interface PeakMeter {
  /** True when the peaks of this subject can be relied upon. */
  isLearned(slot: number): boolean
  /** True when samples of this subject cover practically the whole window. */
  coversWindow(slot: number): boolean
  /** NaN when it was not measured. */
  peak(slot: number, metric: Metric): number
  /** NaN when it is not measured at the moment. */
  latest(slot: number, metric: Metric): number
}

export function createPeakMeter(usage: UsageAccess, policy: Policy, nowMs: number): PeakMeter {
  const neededMs = Math.min(policy.peakWindowMs, learningMs) * learnedShare
  // One request object for all questions: a cycle asks several hundred thousand.
  const request: UsageRequest = { fn: 'maximum', metric: 'cpu', argument: 0, lengthMs: policy.peakWindowMs }
  const toMs = nowMs + 1
  const coverage = (slot: number) => {
    if (slot < 0 || !isSampleFresh(usage.lastAtMs(slot), policy, nowMs)) return 0
    request.fn = 'coverage'
    request.metric = 'cpu'
    return usage.query(slot, request, toMs)
  }
  return {
    isLearned: (slot) => coverage(slot) * policy.peakWindowMs >= neededMs,
    coversWindow: (slot) => coverage(slot) >= wholeShare,
    peak(slot, metric) {
      request.fn = 'maximum'
      request.metric = metric
      const value = usage.query(slot, request, toMs)
      return isMeasured(value) ? value : Number.NaN
    },
    latest(slot, metric) {
      if (slot < 0) return Number.NaN
      const value = usage.latest(slot, metric, nowMs)
      return isMeasured(value) ? value : Number.NaN
    },
  }
}
