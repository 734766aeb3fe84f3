// The figure of a host's work that the configuration has: that of the host itself, else the first whose property fits.
import type { GivenFigure } from '@gleaner/engine'
import type { Host } from '@gleaner/model'
import type { PowerSettings } from '../config/power.ts'

export function figureOf(
  { hosts, efficiency }: Pick<PowerSettings, 'hosts' | 'efficiency'>,
  host: Host,
): GivenFigure | undefined {
  const own = hosts.find(({ name, cloud }) => name === host.name && (cloud === undefined || cloud === host.cloudId))
  if (own?.operationsPerS !== undefined)
    return { operationsPerS: own.operationsPerS, from: `the configuration of ${host.name}` }
  const found = efficiency.find(({ property, value }) => host.properties?.[property] === value)
  if (found === undefined) return undefined
  return { operationsPerS: found.operationsPerS, from: `the configuration of ${found.property} ${found.value}` }
}
