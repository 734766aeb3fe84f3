// When a host counts as overloaded: the four published rules. Source: Beloglazov and Buyya, CCPE 24(13), 2012, section 5,
// with the constants of their simulator: the adaptive rules look at the last 30 steps of the instances now on the host and
// fall back to a threshold of 0.7 until they know 12; local regression is a least-squares line through the last 10 steps
// (its LOESS weights are never applied there), one step ahead, times the safety factor, against full load.
import type { FleetDraft } from './fleet-draft.ts'

export type OverloadDetector = (draft: FleetDraft, host: number) => boolean

const rememberedSteps = 30
const learnedSteps = 12
const regressionSteps = 10
const learningThreshold = 0.7

/** Above a fixed share of the capacity. */
export function thresholdDetector(threshold: number): OverloadDetector {
  return (draft, host) => draft.utilisation(host) > threshold
}

/** Above 1 − s · interquartile range (quartiles by rounding 0.25 and 0.75 of n + 1). */
export function interquartileDetector(safety: number): OverloadDetector {
  return adaptive((history) => {
    const sorted = history.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.round(share * (sorted.length + 1)) - 1] as number
    return 1 - safety * (at(0.75) - at(0.25))
  })
}

/** Above 1 − s · median absolute deviation. */
export function medianDeviationDetector(safety: number): OverloadDetector {
  return adaptive((history) => {
    const middle = medianOf(history)
    return 1 - safety * medianOf(history.map((value) => Math.abs(value - middle)))
  })
}

/** Where the trend of the last ten steps, times s, reaches full load in the next. */
export function regressionDetector(safety: number): OverloadDetector {
  const learning = thresholdDetector(learningThreshold)
  return (draft, host) => {
    if (draft.view.step + 1 < regressionSteps) return learning(draft, host)
    const newestFirst = utilisationHistory(draft, host, regressionSteps)
    let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0]
    for (let x = 1; x <= regressionSteps; x++) {
      const y = newestFirst[regressionSteps - x] as number
      sumX += x
      sumY += y
      sumXX += x * x
      sumXY += x * y
    }
    const slope = (regressionSteps * sumXY - sumX * sumY) / (regressionSteps * sumXX - sumX * sumX)
    const base = (sumY - slope * sumX) / regressionSteps
    return safety * (base + slope * (regressionSteps + 1)) >= 1
  }
}

function adaptive(thresholdOf: (history: readonly number[]) => number): OverloadDetector {
  const learning = thresholdDetector(learningThreshold)
  return (draft, host) => {
    const known = Math.min(rememberedSteps, draft.view.step + 1)
    if (known < learnedSteps) return learning(draft, host)
    return draft.utilisation(host) > thresholdOf(utilisationHistory(draft, host, known))
  }
}

/** What the instances now on the host asked for in each of the last steps, newest first, as a share of its capacity. */
function utilisationHistory(draft: FleetDraft, host: number, steps: number): number[] {
  const { view } = draft
  const capacity = view.hosts.capacity[host] as number
  return Array.from({ length: steps }, (_, lag) => {
    let sum = 0
    for (const instance of draft.membersOf(host)) sum += then(view, instance, lag)
    return sum / capacity
  })
}

/** Of what is not known it is taken that it was as it is. */
function then(view: FleetDraft['view'], instance: number, lag: number): number {
  const past = view.pastDemand(instance, lag)
  return Number.isNaN(past) ? (view.demand[instance] as number) : past
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}
