// What a reading met besides the samples it gave: counted, with a few examples of each for people.

export interface SeriesCounts {
  /** Series in the answers. */
  series: number
  /** Samples in the answers, of series that belong to somebody. */
  samples: number
  /** Series that belong to nothing that is known, and to more than one thing. */
  unmatched: number
  ambiguous: number
  /** Series that say what another one says already: the one with the newer sample counts. */
  duplicate: number
  /** Samples that are not later than the one before them. */
  disordered: number
  /** Infinite values. */
  infinite: number
  /** Counters that went back. */
  resets: number
}

export function noCounts(): SeriesCounts {
  return { series: 0, samples: 0, unmatched: 0, ambiguous: 0, duplicate: 0, disordered: 0, infinite: 0, resets: 0 }
}
