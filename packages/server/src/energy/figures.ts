// The figure of a host's work that the configuration has: that of the host itself, else the first whose property fits.
import { givenEfficiency, type GivenFigure, type Snapshot } from '@gleaner/engine'
import type { Host, HostId } from '@gleaner/model'
import type { Config } from '../config/config.ts'
import type { HostPowerSettings } from '../config/host-power-settings.ts'
import type { PowerSettings } from '../config/power.ts'

export function figureOf(
  { hosts, efficiency }: Pick<PowerSettings, 'hosts' | 'efficiency'>,
  host: Host,
): GivenFigure | undefined {
  const own = namedIn(hosts)
    .get(host.name)
    ?.find(({ cloud }) => cloud === undefined || cloud === host.cloudId)
  if (own?.operationsPerS !== undefined)
    return { operationsPerS: own.operationsPerS, from: `the configuration of ${host.name}` }
  const found = efficiency.find(({ property, value }) => host.properties?.[property] === value)
  if (found === undefined) return undefined
  return { operationsPerS: found.operationsPerS, from: `the configuration of ${found.property} ${found.value}` }
}

/** By the settings they are of: a cloud of thousands of hosts is looked through at every reading. */
const named = new WeakMap<PowerSettings['hosts'], ReadonlyMap<string, readonly HostPowerSettings[]>>()

function namedIn(hosts: PowerSettings['hosts']): ReadonlyMap<string, readonly HostPowerSettings[]> {
  const known = named.get(hosts)
  if (known !== undefined) return known
  const found = new Map<string, HostPowerSettings[]>()
  for (const host of hosts) {
    const same = found.get(host.name)
    if (same === undefined) found.set(host.name, [host])
    else same.push(host)
  }
  named.set(hosts, found)
  return found
}

function isEfficiencyWeighed({ multipliers }: Config['placement']): boolean {
  return (multipliers.EfficiencyWeigher ?? 0) > 0
}

/** Of each reading, as long as the settings are those. */
const weighedOf = new WeakMap<Snapshot, { readonly power: PowerSettings; readonly of: ReadonlyMap<HostId, number> }>()

/** Work per watt of the hosts of a cloud that have a figure, for who chooses a host; undefined where it is not to count. */
export function weighedEfficiency(
  { placement, power }: Pick<Config, 'placement' | 'power'>,
  snapshot: Snapshot,
): ReadonlyMap<HostId, number> | undefined {
  if (!isEfficiencyWeighed(placement)) return undefined
  const known = weighedOf.get(snapshot)
  if (known?.power === power) return known.of
  const of = new Map<HostId, number>()
  for (const host of snapshot.hosts) {
    const efficiency = givenEfficiency(host, figureOf(power, host))
    if (efficiency !== undefined) of.set(host.id, efficiency)
  }
  weighedOf.set(snapshot, { power, of })
  return of
}

/**
 * How many times as long work takes on each host as on one of the mean speed, by the figures of the configuration, where
 * operators want efficiency to count; undefined elsewhere. A host without a figure is taken for as slow as the slowest.
 */
export function slownessOf(
  { placement, power }: Pick<Config, 'placement' | 'power'>,
  { hosts }: Pick<Snapshot, 'hosts'>,
): ((id: HostId) => number) | undefined {
  if (!isEfficiencyWeighed(placement)) return undefined
  const speeds = new Map<HostId, number>()
  for (const host of hosts) {
    const speed = figureOf(power, host)?.operationsPerS
    if (speed !== undefined) speeds.set(host.id, speed)
  }
  if (speeds.size === 0) return undefined
  let sum = 0
  let slowest = Number.POSITIVE_INFINITY
  for (const speed of speeds.values()) {
    sum += speed
    slowest = Math.min(slowest, speed)
  }
  const mean = sum / speeds.size
  return (id) => mean / (speeds.get(id) ?? slowest)
}
