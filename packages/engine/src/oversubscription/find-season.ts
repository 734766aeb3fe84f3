// Does the series of peaks repeat, and what does it say comes next? A period counts if and only if at least two whole ones
// have been seen, and the series one period back misses by less than `worth` of what the scope just before misses: without
// a clear gain the plain rules are safer. Among those that count the one with the smallest miss wins.
// The answer is the largest of the same place in the last two periods.

export interface Season {
  /** In scopes. */
  readonly period: number
  readonly expected: number
}

export function findSeason(peaks: readonly number[], worth: number): Season | undefined {
  const { length } = peaks
  const longest = Math.floor(length / 2)
  if (longest < 2) return undefined
  const nearby = missAt(peaks, 1)
  let best: number | undefined
  let least = nearby * worth
  for (let period = 2; period <= longest; period++) {
    const miss = missAt(peaks, period)
    if (miss >= least) continue
    least = miss
    best = period
  }
  if (best === undefined) return undefined
  const once = peaks[length - best] as number
  return { period: best, expected: Math.max(once, peaks[length - 2 * best] ?? once) }
}

function missAt(peaks: readonly number[], period: number): number {
  let sum = 0
  for (let i = period; i < peaks.length; i++) sum += Math.abs((peaks[i] as number) - (peaks[i - period] as number))
  return sum / (peaks.length - period)
}
