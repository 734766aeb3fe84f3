// The last estimates of all hosts in one: sums of what is there and expected, and how the estimates before fared, each host
// weighted by how often it could be judged. Undefined before the first estimate.
import type { FleetEstimateView, HostEstimate, PeakEstimate } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { estimateState } from '../view/estimate-view.ts'
import { timeText } from '../view/time-text.ts'

export function lastEstimates(app: Pick<Application, 'estimates'>, cloud?: string): readonly HostEstimate[] {
  const found: HostEstimate[] = []
  for (const id of app.estimates.hostIds()) {
    const estimate = app.estimates.estimateOf(id)
    if (estimate !== undefined && (cloud === undefined || estimate.cloudId === cloud)) found.push(estimate)
  }
  return found
}

export function fleetNow(
  app: Pick<Application, 'estimates' | 'clock' | 'config'>,
  cloud?: string,
): FleetEstimateView | undefined {
  const estimates = lastEstimates(app, cloud)
  if (estimates.length === 0) return undefined
  const states = { measured: 0, kept: 0, physical: 0 }
  let atMs = 0
  let judged = 0
  for (const estimate of estimates) {
    states[estimateState(estimate, app)]++
    atMs = Math.max(atMs, estimate.atMs)
    judged += estimate.cores.record.judged
  }
  return {
    at: timeText(atMs),
    hosts: estimates.length,
    judged,
    ...states,
    cores: sums(estimates.map(({ cores }) => cores)),
    memoryMiB: sums(estimates.map(({ memoryMiB }) => memoryMiB)),
  }
}

function sums(peaks: readonly PeakEstimate[]): FleetEstimateView['cores'] {
  let [capacity, booked, peak, estimate, violatedHosts, judged, violated] = [0, 0, 0, 0, 0, 0, 0]
  for (const each of peaks) {
    capacity += each.capacity
    booked += each.booked
    peak += each.peak ?? 0
    estimate += each.estimate
    if (each.violation > 0) violatedHosts++
    judged += each.record.judged
    violated += each.record.judged * each.record.violationRate
  }
  const rate = judged === 0 ? {} : { violationRate: violated / judged }
  return { capacity, booked, peak, estimate, violatedHosts, ...rate }
}
