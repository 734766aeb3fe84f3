// The estimates of oversubscription for Prometheus: of all hosts together always; of each host while they are not too many,
// since every host adds six series to each scrape.
import type { FleetEstimateView, HostEstimate, PeakEstimate } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { fleetNow, lastEstimates } from '../estimates/fleet-now.ts'
import type { Exposition, Sample } from './exposition.ts'

export const mostHostsInMetrics = 1000

const bytesPerMiB = 1_048_576

export function estimates(out: Exposition, app: Pick<Application, 'estimates' | 'clock' | 'config' | 'state'>): void {
  const fleet = fleetNow(app)
  if (fleet === undefined) return
  out.gauge(
    'gleaner_estimates',
    'Hosts with an estimate, by what it rests on',
    (['measured', 'kept', 'physical'] as const).map((state) => ({ labels: { state }, value: fleet[state] })),
  )
  const lines = (sums: FleetEstimateView['cores'], factor: number): Sample[] =>
    (['capacity', 'booked', 'peak', 'estimate'] as const).map((line) => ({
      labels: { line },
      value: sums[line] * factor,
    }))
  out.gauge('gleaner_estimated_cores', 'Over all hosts with an estimate, in cores', lines(fleet.cores, 1))
  out.gauge(
    'gleaner_estimated_memory_bytes',
    'Over all hosts with an estimate, in bytes',
    lines(fleet.memoryMiB, bytesPerMiB),
  )
  const { cores, memoryMiB } = fleet
  const both = (read: (sums: FleetEstimateView['cores']) => number | undefined): Sample[] => [
    { labels: { resource: 'cores' }, value: read(cores) },
    { labels: { resource: 'memory' }, value: read(memoryMiB) },
  ]
  out.gauge(
    'gleaner_estimate_violated_hosts',
    'Hosts that used more in the last scope than had been estimated',
    both(({ violatedHosts }) => violatedHosts),
  )
  out.gauge(
    'gleaner_estimate_violation_ratio',
    'Share of all judged estimates that were exceeded',
    both(({ violationRate }) => violationRate),
  )
  if (fleet.hosts <= mostHostsInMetrics) perHost(out, app)
}

function perHost(out: Exposition, app: Pick<Application, 'estimates' | 'state'>): void {
  const hosts = lastEstimates(app)
  const each = (read: (estimate: HostEstimate) => number | undefined): Sample[] =>
    hosts.map((estimate) => ({ labels: labelsOf(estimate, app), value: read(estimate) }))
  const eachOfBoth = (read: (peak: PeakEstimate) => number | undefined): Sample[] =>
    hosts.flatMap((estimate) => [
      { labels: { ...labelsOf(estimate, app), resource: 'cores' }, value: read(estimate.cores) },
      { labels: { ...labelsOf(estimate, app), resource: 'memory' }, value: read(estimate.memoryMiB) },
    ])
  out.gauge(
    'gleaner_host_estimated_peak_cores',
    'Cores that are used at most in the next scope',
    each(({ cores }) => cores.estimate),
  )
  out.gauge(
    'gleaner_host_estimated_peak_memory_bytes',
    'Memory that is used at most in the next scope',
    each(({ memoryMiB }) => memoryMiB.estimate * bytesPerMiB),
  )
  out.gauge(
    'gleaner_host_sellable_ratio',
    'What may be sold per unit there is',
    eachOfBoth(({ ratio }) => ratio),
  )
  out.gauge(
    'gleaner_host_estimate_violation_ratio',
    'Share of the estimates of the host that were exceeded',
    eachOfBoth(({ record }) => (record.judged === 0 ? undefined : record.violationRate)),
  )
}

function labelsOf({ hostId, cloudId }: HostEstimate, { state }: Pick<Application, 'state'>): Record<string, string> {
  const host = state.clouds.get(cloudId)?.snapshot?.hostById.get(hostId)
  return { cloud: cloudId, host: host?.name ?? hostId }
}
