// Hosts by the work they do per watt, best first: those with a figure, then those that are guessed, by name among equals.
// `rank` counts from 1; equals share a rank.
import type { Host } from '@gleaner/model'
import { type GivenFigure, type HostEfficiency, hostEfficiency } from './host-efficiency.ts'

export interface RankedHost {
  readonly host: Host
  readonly efficiency: HostEfficiency
  readonly rank: number
}

export function rankHosts(
  hosts: readonly Host[],
  figureOf: (host: Host) => GivenFigure | undefined,
): readonly RankedHost[] {
  const ranked: { host: Host; efficiency: HostEfficiency; rank: number; score: number }[] = []
  for (const host of hosts) {
    if (host.kind !== 'hypervisor') continue
    const efficiency = hostEfficiency(host, figureOf(host))
    ranked.push({ host, efficiency, rank: 0, score: efficiencyScore(efficiency) })
  }
  ranked.sort((a, b) => b.score - a.score || (a.host.name < b.host.name ? -1 : a.host.name > b.host.name ? 1 : 0))
  let rank = 0
  let last = Number.NaN
  for (const [at, each] of ranked.entries()) {
    if (each.score !== last) rank = at + 1
    each.rank = rank
    last = each.score
  }
  return ranked
}

/** For orders that need one number: a figure goes before every guess. */
export function efficiencyScore({ perWatt, isGuess }: HostEfficiency): number {
  return isGuess ? -1 / (1 + perWatt) : perWatt
}
