// The published strategies that look at the host as a whole: percentile, doa, nsigma, borg, greedy and scroogevm.
// Corrected where the published form is plainly wrong: doa moves by the exact fraction (rounded, it never moves on hosts of
// ten cores or fewer); what is carried from scope to scope survives a history of 0. The cap at the capacity is the
// estimator's. With `asPublished` every fault is kept.
// Sources: ScroogeVM at its first publication (greedy: model/oversubscriptioncomputation.py) and later
// (model/oversubscription_computation/nodebasedoversubscription.py).
import type { Samples } from './host-slice.ts'
import { roundHalfEven, roundUpTo } from './round-half-even.ts'
import { deviationOf, maximumOf, meanOf, percentileOf } from './sample-statistics.ts'
import type { SavedState, Sight, Strategy, StrategyName } from './strategy.ts'
import type { StrategyParameters } from './strategy-parameters.ts'

export interface StrategySettings {
  readonly parameters: StrategyParameters
  readonly asPublished: boolean
  /** Neighbouring samples that are averaged before doa and greedy look (the ancestor's -a); 1 = none. */
  readonly aggregation: number
}

/** used = P_p of the window. */
export function percentileStrategy({ parameters }: StrategySettings): Strategy {
  return stateless('percentile', ({ resource, history }) => {
    const percent = parameters.percentile[resource]
    const window = history.window(resource)
    return { used: percentileOf(window, percent), evidence: { percent, samples: window.length } }
  })
}

/** used = mean + n · sd of the window. */
export function nsigmaStrategy({ parameters }: StrategySettings): Strategy {
  const { deviations } = parameters.nsigma
  return stateless('nsigma', ({ resource, history }) => {
    const window = history.window(resource)
    const mean = meanOf(window)
    const deviation = deviationOf(window, mean)
    return { used: mean + deviations * deviation, evidence: { mean, deviation, deviations, samples: window.length } }
  })
}

/** used = booked / ratio. */
export function borgStrategy({ parameters }: StrategySettings): Strategy {
  const { ratio } = parameters.borg
  return stateless('borg', ({ booked }) => ({ used: booked / ratio, evidence: { booked, ratio } }))
}

/**
 * Starts from what is booked. Each slice whose maximum stays below the threshold takes capacity/20 off, any other adds
 * capacity/2; never below −(maxRatio − 1) · capacity.
 */
export function doaStrategy({ parameters, asPublished, aggregation }: StrategySettings): Strategy {
  const { threshold, increaseRatio, decreaseRatio, maxRatio } = parameters.doa
  const step = (value: number): number => (asPublished ? roundHalfEven(value) : value)
  return {
    name: 'doa',
    usesStability: false,
    start(saved) {
      let used = numberOf(saved, 'used')
      return {
        step({ capacity, booked, newest, history }) {
          const before = asPublished && history.length === 1 ? booked : (used ?? booked)
          const maximum = maximumOf(aggregate(newest, aggregation))
          used =
            maximum < capacity * threshold
              ? Math.max(before - step(capacity / increaseRatio), -(maxRatio - 1) * capacity)
              : before + step(capacity / decreaseRatio)
          return { used, evidence: { before, maximum, threshold: capacity * threshold } }
        },
        save: () => stateOf({ used }),
      }
    },
  }
}

/**
 * peak = the largest P_p of the slices of the window, rounded up to 0.1 core or 1 MB. Stable: used = peak. Otherwise what
 * it was (at first: what is booked), plus max(peak − used, growth of what is booked) when the peak is above it.
 */
export function greedyStrategy({ parameters, asPublished, aggregation }: StrategySettings): Strategy {
  return {
    name: 'greedy',
    usesStability: true,
    start(saved) {
      let used = numberOf(saved, 'used')
      let bookedBefore = numberOf(saved, 'booked')
      return {
        step({ resource, booked, isStable, history }) {
          const percent = parameters.percentile[resource]
          if (asPublished && history.length === 1) used = undefined
          let highest = Number.NaN
          for (const slice of history.hosts) {
            const value = percentileOf(aggregate(slice[resource].usage, aggregation), percent)
            if (!(value <= highest) && !Number.isNaN(value)) highest = value
          }
          const peak = roundUpTo(highest, resource === 'cpu' ? 0.1 : 1)
          if (isStable) used = peak
          else if (used === undefined) used = booked
          else if (peak > used) used += Math.max(peak - used, booked - (bookedBefore ?? booked))
          bookedBefore = booked
          return { used, evidence: { peak, percent, stable: isStable ? 1 : 0, booked } }
        },
        save: () => stateOf({ used, booked: bookedBefore }),
      }
    },
  }
}

/**
 * used = mean + r · sd of the window. r starts at 3.5; a stable slice takes 0.1 off, an unstable one whose mean is rising
 * adds 0.2; between 2 and 5. Rising: mean of the window above the mean of the slice before, rounded up to a tenth (which
 * compares a window with a slice, as published).
 */
export function scroogevmStrategy({ parameters, asPublished }: StrategySettings): Strategy {
  const { start, lowest, highest, rise, fall } = parameters.scroogevm
  return {
    name: 'scroogevm',
    usesStability: true,
    start(saved) {
      let ratio = numberOf(saved, 'ratio') ?? start
      let meanBefore = numberOf(saved, 'mean')
      return {
        step({ resource, newest, isStable, history }) {
          if (asPublished && history.length === 1) {
            ratio = start
            meanBefore = undefined
          }
          const window = history.window(resource)
          const mean = meanOf(window)
          const deviation = deviationOf(window, mean)
          const isRising = meanBefore !== undefined && mean - roundUpTo(meanBefore, 0.1) > 0
          if (isStable) ratio -= fall
          else if (isRising) ratio += rise
          ratio = Math.min(highest, Math.max(lowest, ratio))
          meanBefore = meanOf(newest)
          const evidence = { mean, deviation, deviations: ratio, stable: isStable ? 1 : 0, samples: window.length }
          return { used: mean + ratio * deviation, evidence }
        },
        save: () => stateOf({ ratio, mean: meanBefore }),
      }
    },
  }
}

export function stateless(
  name: StrategyName,
  answer: (sight: Sight) => { used: number; evidence: Record<string, number> },
): Strategy {
  return { name, usesStability: false, start: () => ({ step: answer, save: () => ({}) }) }
}

/** Means of `size` neighbours; an incomplete last group is left out unless it is the only one. */
export function aggregate(samples: Samples, size: number): Samples {
  if (size <= 1) return samples
  const groups = samples.length > size ? Math.floor(samples.length / size) : Math.ceil(samples.length / size)
  return Float64Array.from({ length: groups }, (_, group) => meanOf(samples.subarray(group * size, (group + 1) * size)))
}

function numberOf(saved: SavedState | undefined, key: string): number | undefined {
  const value = saved?.[key]
  return typeof value === 'number' ? value : undefined
}

function stateOf(values: Record<string, number | undefined>): SavedState {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as SavedState
}
