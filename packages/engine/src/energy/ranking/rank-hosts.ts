// Hosts by the work they do per watt, best first: those with a figure, then those that are guessed, by name among equals.
// `rank` counts from 1; equals share a rank.
import type { Host } from '@gleaner/model'
import { type GivenFigure, type HostEfficiency, hostEfficiency } from './host-efficiency.ts'

export interface RankedHost extends HostEfficiency {
  readonly host: Host
  readonly rank: number
}

export function rankHosts(
  hosts: readonly Host[],
  figureOf: (host: Host) => GivenFigure | undefined,
): readonly RankedHost[] {
  const all = hosts
    .filter(({ kind }) => kind === 'hypervisor')
    .map((host) => ({ host, ...hostEfficiency(host, figureOf(host)) }))
    .sort(
      (a, b) =>
        Number(a.isGuess) - Number(b.isGuess) ||
        b.perWatt - a.perWatt ||
        (a.host.name < b.host.name ? -1 : a.host.name > b.host.name ? 1 : 0),
    )
  let rank = 0
  return all.map((each, at) => {
    const before = all[at - 1]
    if (before === undefined || before.perWatt !== each.perWatt || before.isGuess !== each.isGuess) rank = at + 1
    return { ...each, rank }
  })
}

/** For orders that need one number: a figure goes before every guess. */
export function efficiencyScore({ perWatt, isGuess }: HostEfficiency): number {
  return isGuess ? perWatt / (1 + perWatt) - 1 : perWatt
}
