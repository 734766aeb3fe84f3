// The bets between which Gleaner's own strategy weighs. Each is the smaller of two bounds, because what breaks one rarely
// breaks the other:
//   the host as a whole   mean + k · deviation over the last 2, 4, 8 or 24 scopes, k around `caution`;
//                         the highest peak of 8 scopes and a part of it; the season's expected peak and a tenth; or no such
//                         bound, for who sells nothing and for a host that has broken all of them
//   instance by instance  the sum of the highest usage each instance had within 1 … 60 scopes, or no such bound
// `beliefs` says how unlikely each bet is held to be before there is any record, as a loss. Two kinds of host are believed in
// alike: one whose deviations tell enough, and one for which only its instances do, so that its own bound is a loose one.
// Bets stand in a fixed order, so that their record is a row of numbers; a bet that cannot be placed now is NaN.
import { findSeason } from './find-season.ts'
import type { GleanerOptions } from './gleaner-options.ts'
import type { HostMemory, Moments } from './host-memory.ts'

const lengths = [2, 4, 8, 24]
/** Deviations beside those of `caution`; the last is the loose bound. */
const offsets = [-1.5, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 1.5, 2.5]
const looseOffset = 2.5
const usualLength = 8
const lengthBelief = 2
const peakScopes = 8
/** On top of the highest peak, for each deviation of caution. */
const peakShare = 1 / 13
const peakBelief = 1
const seasonFactor = 1.1
/** No bound at all is believed in from this caution on, and below it only where all others have been broken. */
const unboundCaution = 13.5
const unboundBelief = 6
/** The last stands for no bound: as if it were this far back that an instance's peaks are looked for. */
const instanceLengths = [1, 2, 4, 8, 24, 60, 240]
const instanceBelief = 3
/** How far back an instance's own peaks are believed at the usual caution, and what each unit of caution is worth. */
const usualInstanceLength = 6
const instanceLengthGrowth = 4
const usualCaution = 3.25

const hostBets = lengths.length * offsets.length + 3
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
  for (const { mean, deviation } of moments)
    for (const k of offsets) ofHost[at++] = mean + (options.caution + k) * deviation
  ofHost[at++] = Math.max(...peaks.slice(-peakScopes)) * (1 + peakShare * options.caution)
  ofHost[at++] = season === undefined ? Number.NaN : season.expected * seasonFactor
  ofHost[at++] = Number.POSITIVE_INFINITY
  const bounds = new Float64Array(betCount)
  for (const [i, length] of instanceLengths.entries()) {
    const isLast = i === instanceLengths.length - 1
    const together = isLast ? Number.POSITIVE_INFINITY : memory.sumOfPeaks(length, options.warmScopes)
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
    for (const k of offsets) {
      const astray = Math.min(Math.abs(k), Math.abs(k - looseOffset)) / spread
      ofHost.push(astray ** 2 + lengthBelief * Math.abs(Math.log2(length / usualLength)))
    }
  }
  // What recurs is believed at once, the test for it being strict enough, but by those who want more than the usual caution: a peak
  // that was is no bound for one that never was.
  const doubt = 4 * Math.max(0, caution - usualCaution) ** 2
  ofHost.push(peakBelief, doubt, unboundBelief * (unboundCaution - caution))
  // Who is more cautious than all lengths allow has no bound by instances.
  const usual = Math.min(
    usualInstanceLength * instanceLengthGrowth ** (caution - usualCaution),
    instanceLengths.at(-1) as number,
  )
  return Float64Array.from(
    instanceLengths.flatMap((length) => {
      const ofInstances = instanceBelief * Math.abs(Math.log2(length / usual))
      return ofHost.map((belief) => belief + ofInstances)
    }),
  )
}
