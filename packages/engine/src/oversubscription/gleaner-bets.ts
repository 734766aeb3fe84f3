// The bets between which Gleaner's own strategy weighs. Each is the smaller of two bounds, because what breaks one rarely
// breaks the other:
//   the host as a whole   mean + k · deviation over the last 2, 4, 8 or 24 scopes, k in 1 … 6;
//                         the highest peak of 8 scopes and a quarter; the season's peak + k · its usual miss
//   instance by instance  the sum of the highest usage each instance had within 2 … 60 scopes, never more than its promise
// `belief` is how unlikely a bet is held to be before there is any record, as a loss.
import { findSeason } from './find-season.ts'
import type { GleanerOptions } from './gleaner-options.ts'
import type { HostMemory } from './host-memory.ts'

export interface Bet {
  readonly name: string
  readonly bound: number
  readonly belief: number
}

const lengths = [2, 4, 8, 24]
const deviations = [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6]
const peakScopes = 8
const peakFactor = 1.25
const peakBelief = 2
const instanceLengths = [2, 4, 8, 24, 60]
/** How far back an instance's own peaks are believed at the default caution; each unit of caution is worth a factor of 4. */
const usualInstanceLength = 6
const usualCaution = 3.25
const usualLength = 8
const seasonFactor = 1.1

export interface Bets {
  readonly bets: readonly Bet[]
  /** Deviation over four scopes: the yardstick for losses. */
  readonly scale: number
  readonly period: number
}

export function placeBets(memory: HostMemory, options: GleanerOptions): Bets {
  const moments = memory.moments(lengths)
  const peaks = memory.peaks()
  const ofHost: Bet[] = []
  for (const [i, length] of lengths.entries()) {
    const { mean, deviation } = moments[i] as { mean: number; deviation: number }
    for (const k of deviations) {
      const belief = ((k - options.caution) / options.spread) ** 2 + Math.abs(Math.log2(length / usualLength))
      ofHost.push({ name: `${k} deviations, ${length} scopes`, bound: mean + k * deviation, belief })
    }
  }
  const highest = Math.max(...peaks.slice(-peakScopes))
  ofHost.push({ name: `peak, ${peakScopes} scopes`, bound: highest * peakFactor, belief: peakBelief })
  const season = findSeason(peaks, options.seasonWorth)
  if (season !== undefined) {
    // What recurs is believed at once: the test for it is strict enough.
    ofHost.push({ name: 'season', bound: season.expected * seasonFactor, belief: 0 })
  }
  const usual = usualInstanceLength * 4 ** (options.caution - usualCaution)
  const bets: Bet[] = []
  for (const length of instanceLengths) {
    const together = memory.sumOfPeaks(length, options.warmScopes)
    const belief = 2 * Math.abs(Math.log2(length / usual))
    for (const bet of ofHost) {
      bets.push({
        name: `${bet.name}; instances, ${length} scopes`,
        bound: Math.min(bet.bound, together),
        belief: bet.belief + belief,
      })
    }
  }
  return { bets, scale: (moments[1] as { deviation: number }).deviation, period: season?.period ?? 0 }
}
