// The bets between which Gleaner's own strategy weighs. Each is the smaller of two bounds, because what breaks one rarely
// breaks the other:
//   the host as a whole   mean + k · deviation over the last 2, 4, 8 or 24 scopes, k in 1 … 6;
//                         the highest peak of 8 scopes and a quarter; the season's expected peak and a tenth
//   instance by instance  the sum of the highest usage each instance had within 2 … 60 scopes, never more than its promise
// `beliefs` says how unlikely each bet is held to be before there is any record, as a loss. Bets stand in a fixed order, so
// that their record is a row of numbers; a bet that cannot be placed now is NaN.
import { findSeason } from './find-season.ts'
import type { GleanerOptions } from './gleaner-options.ts'
import type { HostMemory, Moments } from './host-memory.ts'

const lengths = [2, 4, 8, 24]
const deviations = [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6]
const usualLength = 8
const peakScopes = 8
const peakFactor = 1.25
const peakBelief = 2
const seasonFactor = 1.1
const instanceLengths = [2, 4, 8, 24, 60]
/** How far back an instance's own peaks are believed at the default caution; each unit of caution is worth a factor of 4. */
const usualInstanceLength = 6
const usualCaution = 3.25

const hostBets = lengths.length * deviations.length + 2
export const betCount = hostBets * instanceLengths.length

export interface Bets {
  readonly bounds: Float64Array
  /** Deviation over four scopes: the yardstick for losses. */
  readonly scale: number
  /** In scopes; 0 when there is none. */
  readonly period: number
}

export function placeBets(memory: HostMemory, options: GleanerOptions): Bets {
  const moments = memory.moments(lengths)
  const peaks = memory.peaks()
  const season = findSeason(peaks, options.seasonWorth)
  const ofHost = new Float64Array(hostBets)
  let at = 0
  for (const { mean, deviation } of moments) for (const k of deviations) ofHost[at++] = mean + k * deviation
  ofHost[at++] = Math.max(...peaks.slice(-peakScopes)) * peakFactor
  ofHost[at++] = season === undefined ? Number.NaN : season.expected * seasonFactor
  const bounds = new Float64Array(betCount)
  for (const [i, length] of instanceLengths.entries()) {
    const together = memory.sumOfPeaks(length, options.warmScopes)
    for (let bet = 0; bet < hostBets; bet++) {
      // Math.min of NaN is NaN: no season, no bet.
      bounds[i * hostBets + bet] = Math.min(ofHost[bet] as number, together)
    }
  }
  return { bounds, scale: (moments[1] as Moments).deviation, period: season?.period ?? 0 }
}

export function beliefsOf({ caution, spread }: GleanerOptions): Float64Array {
  const ofHost: number[] = []
  for (const length of lengths) {
    for (const k of deviations) ofHost.push(((k - caution) / spread) ** 2 + Math.abs(Math.log2(length / usualLength)))
  }
  // What recurs is believed at once: the test for it is strict enough.
  ofHost.push(peakBelief, 0)
  const usual = usualInstanceLength * 4 ** (caution - usualCaution)
  return Float64Array.from(
    instanceLengths.flatMap((length) => {
      const ofInstances = 2 * Math.abs(Math.log2(length / usual))
      return ofHost.map((belief) => belief + ofInstances)
    }),
  )
}
