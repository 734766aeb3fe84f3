// The parameters of the published strategies with the values of their authors.
// Sources: ScroogeVM (README, nodebasedoversubscription.py, vmbasedoversubscription.py), Google's cluster-resource-forecast.

export interface StrategyParameters {
  /** Percent of samples that percentile and greedy look at. */
  readonly percentile: { readonly cpu: number; readonly memory: number }
  readonly doa: {
    /** Below this share of the capacity more is sold. */
    readonly threshold: number
    /** Capacity / this is what each quiet slice adds. */
    readonly increaseRatio: number
    /** Capacity / this is what a busy slice takes back. */
    readonly decreaseRatio: number
    /** Never sells more than this many times the capacity. */
    readonly maxRatio: number
  }
  readonly scroogevm: {
    readonly start: number
    readonly lowest: number
    readonly highest: number
    readonly rise: number
    readonly fall: number
  }
  readonly nsigma: { readonly deviations: number }
  readonly rclike: { readonly cpu: number; readonly memory: number }
  readonly borg: { readonly ratio: number }
  readonly google: {
    /** Samples below which an instance counts with all it was promised. */
    readonly warmSamples: number
    /** Samples of history that are looked at. */
    readonly historySamples: number
    readonly percentile: number
    readonly deviations: number
    readonly borgShare: number
  }
}

export const publishedParameters: StrategyParameters = {
  percentile: { cpu: 90, memory: 90 },
  doa: { threshold: 0.95, increaseRatio: 20, decreaseRatio: 2, maxRatio: 3 },
  scroogevm: { start: 3.5, lowest: 2, highest: 5, rise: 0.2, fall: 0.1 },
  nsigma: { deviations: 5 },
  rclike: { cpu: 99, memory: 100 },
  borg: { ratio: 1.1 },
  google: { warmSamples: 24, historySamples: 24, percentile: 99, deviations: 5, borgShare: 0.9 },
}
