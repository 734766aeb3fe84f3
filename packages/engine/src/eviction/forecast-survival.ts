// How likely a preemptible instance on a host stays there for a time, from how often instances were evicted there lately.
//
// Evictions are taken as a Poisson process per host whose rate is estimated with a Gamma prior that has the rate of the
// whole cloud as its mean and counts as much as `priorHours` of running (an empirical Bayes estimate). How much that is the
// cloud itself tells: little where its hosts differ by more than chance explains, much where they do not.
//   rate of the cloud  = (evictions + 1/2) / (hours + 1)
//   variance between hosts = sum of hours x (rate of a host - rate of the cloud)^2 / hours - rate of the cloud / mean hours
//   priorHours         = rate of the cloud / that variance, within its limits; a day where little was seen
//   rate of a host     ~ Gamma(a, b), a = evictions on it + priorHours x rate of the cloud, b = hours on it + priorHours
//   survival of t      = E[exp(-rate x t)] = (b / (b + t))^a
// The expectation, and not exp(-a / b x t): the rate is not known for certain, and where little was seen the difference is
// large. Hours are those that preemptible instances have run within the window, also the hours of those that were evicted
// since: without them a host looks worse the more often somebody leaves it. It is a forecast from the recent past: it
// knows nothing of a request that is about to come, and says from how much it was made.
// Sources: Gelman et al., Bayesian Data Analysis, 3rd edition, section 2.6 (a Poisson rate with exposure); Marshall, Mapping
// disease and mortality rates using empirical Bayes estimators (1991), for the variance.
import type { Eviction, HostId } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { runMsOf } from './victim-terms.ts'

export interface SurvivalForecast {
  readonly hostId: HostId
  readonly instances: number
  readonly evictions: number
  /** Hours that preemptible instances ran here within the window. */
  readonly hours: number
  /** By this many hours from now, the chance still to be there, 0..1. */
  readonly survival: Readonly<Record<'1' | '6' | '24', number>>
}

export interface ForecastInput {
  readonly snapshot: Snapshot
  /** Of this cloud, within the window at least. */
  readonly evictions: readonly Pick<Eviction, 'hostId' | 'evictedAtMs' | 'runningSinceMs' | 'kind'>[]
  readonly nowMs: number
  readonly windowMs: number
}

const hourMs = 3_600_000
/** Where too little was seen to tell how much hosts differ. */
const usualPriorHours = 24
const leastPriorHours = 1
const mostPriorHours = 240
const fewHosts = 3
const fewEvictions = 5

/** Hosts that have preemptible instances, or lost some, in the order of the reading. */
export function forecastSurvival({ snapshot, evictions, nowMs, windowMs }: ForecastInput): readonly SurvivalForecast[] {
  const fromMs = nowMs - windowMs
  const recent = evictions.filter(({ evictedAtMs, kind }) => evictedAtMs > fromMs && kind !== 'test')
  const gone = new Map<HostId, { count: number; ranMs: number }>()
  for (const { hostId, evictedAtMs, runningSinceMs } of recent) {
    const ofHost = gone.get(hostId) ?? { count: 0, ranMs: 0 }
    // Where it is not known since when it ran, half of what it can have been.
    const sinceMs = runningSinceMs ?? (fromMs + evictedAtMs) / 2
    gone.set(hostId, {
      count: ofHost.count + 1,
      ranMs: ofHost.ranMs + Math.max(0, evictedAtMs - Math.max(fromMs, sinceMs)),
    })
  }
  const counted = snapshot.hosts.map(({ id }) => {
    const running = (snapshot.instancesOfHost.get(id) ?? []).filter(
      ({ firmness, state }) => firmness === 'preemptible' && state === 'running',
    )
    const ranMs = running.reduce((sum, instance) => sum + Math.min(windowMs, runMsOf(instance, nowMs)), 0)
    return {
      hostId: id,
      instances: running.length,
      evictions: gone.get(id)?.count ?? 0,
      hours: (ranMs + (gone.get(id)?.ranMs ?? 0)) / hourMs,
    }
  })
  const all = counted.reduce((sum, { evictions: count }) => sum + count, 0)
  const hours = counted.reduce((sum, each) => sum + each.hours, 0)
  const ofCloud = (all + 0.5) / (hours + 1)
  const priorHours = priorHoursOf(counted, ofCloud)
  return counted
    .filter((each) => each.instances > 0 || each.evictions > 0)
    .map((each) => {
      const count = each.evictions + priorHours * ofCloud
      const exposure = each.hours + priorHours
      const after = (time: number) => (exposure / (exposure + time)) ** count
      return { ...each, survival: { '1': after(1), '6': after(6), '24': after(24) } }
    })
}

interface Seen {
  readonly evictions: number
  readonly hours: number
}

function priorHoursOf(hosts: readonly Seen[], ofCloud: number): number {
  const seen = hosts.filter(({ hours }) => hours > 0)
  const hours = seen.reduce((sum, each) => sum + each.hours, 0)
  const evictions = seen.reduce((sum, each) => sum + each.evictions, 0)
  if (seen.length < fewHosts || evictions < fewEvictions) return usualPriorHours
  const spread = seen.reduce((sum, each) => sum + each.hours * (each.evictions / each.hours - ofCloud) ** 2, 0) / hours
  const between = spread - (ofCloud * seen.length) / hours
  if (between <= 0) return mostPriorHours
  return Math.min(mostPriorHours, Math.max(leastPriorHours, ofCloud / between))
}
