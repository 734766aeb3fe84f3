// How likely a preemptible instance on a host stays there for a time, from how often instances were evicted there lately.
//
// Evictions are taken as a Poisson process per host whose rate is estimated with a Gamma prior that has the rate of the
// whole cloud as its mean and counts as much as `priorHours` of running (an empirical Bayes estimate):
//   rate of the cloud  = (evictions + 1/2) / (hours + 1)
//   rate of a host     = (evictions on it + priorHours x rate of the cloud) / (hours on it + priorHours)
//   survival of t      = exp(-rate x t)
// Hours are those that preemptible instances have run within the window. It is a forecast from the recent past: it knows
// nothing of a request that is about to come, and says from how much it was made.
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
  readonly evictions: readonly Pick<Eviction, 'hostId' | 'evictedAtMs' | 'kind'>[]
  readonly nowMs: number
  readonly windowMs: number
}

const hourMs = 3_600_000
const priorHours = 24

/** Hosts that have preemptible instances, or lost some, in the order of the reading. */
export function forecastSurvival({ snapshot, evictions, nowMs, windowMs }: ForecastInput): readonly SurvivalForecast[] {
  const recent = evictions.filter(({ evictedAtMs, kind }) => evictedAtMs > nowMs - windowMs && kind !== 'test')
  const counted = snapshot.hosts.map(({ id }) => {
    const running = (snapshot.instancesOfHost.get(id) ?? []).filter(
      ({ firmness, state }) => firmness === 'preemptible' && state === 'running',
    )
    const ranMs = running.reduce((sum, instance) => sum + Math.min(windowMs, runMsOf(instance, nowMs)), 0)
    return {
      hostId: id,
      instances: running.length,
      evictions: recent.filter(({ hostId }) => hostId === id).length,
      hours: ranMs / hourMs,
    }
  })
  const all = counted.reduce((sum, { evictions: count }) => sum + count, 0)
  const hours = counted.reduce((sum, each) => sum + each.hours, 0)
  const ofCloud = (all + 0.5) / (hours + 1)
  return counted
    .filter((each) => each.instances > 0 || each.evictions > 0)
    .map((each) => {
      const rate = (each.evictions + priorHours * ofCloud) / (each.hours + priorHours)
      const after = (time: number) => Math.exp(-rate * time)
      return { ...each, survival: { '1': after(1), '6': after(6), '24': after(24) } }
    })
}
