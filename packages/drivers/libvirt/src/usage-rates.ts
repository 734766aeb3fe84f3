// Usage of a domain or host between two readings of its counters.
//
// A rate needs two readings of the same life of the domain, with time between them. A counter that went back (a restore,
// a device that was taken away) gives no rate: the gap stays a gap and is never a negative or a huge figure. Time is
// monotonic: a wall clock that is set changes no rate.

export interface Counters {
  /** Changes when counting starts anew: the domain's number, which every start changes. */
  readonly life: number
  readonly atMs: number
  readonly cpuNs: number
  readonly rxBytes: number
  readonly txBytes: number
  readonly diskBytes: number
}

export interface Rates {
  readonly cores: number
  readonly rxBytesPerS: number
  readonly txBytesPerS: number
  readonly diskBytesPerS: number
}

const none: Rates = { cores: Number.NaN, rxBytesPerS: Number.NaN, txBytesPerS: Number.NaN, diskBytesPerS: Number.NaN }

/** Readings closer together than this say nothing: the counters move in steps. */
const shortestMs = 100

export function ratesBetween(earlier: Counters | undefined, later: Counters): Rates {
  if (earlier === undefined || earlier.life !== later.life) return none
  const elapsedMs = later.atMs - earlier.atMs
  if (!(elapsedMs >= shortestMs)) return none
  const rate = (from: number, to: number) => (to >= from ? ((to - from) / elapsedMs) * 1000 : Number.NaN)
  return {
    cores: rate(earlier.cpuNs, later.cpuNs) / 1e9,
    rxBytesPerS: rate(earlier.rxBytes, later.rxBytes),
    txBytesPerS: rate(earlier.txBytes, later.txBytes),
    diskBytesPerS: rate(earlier.diskBytes, later.diskBytes),
  }
}
