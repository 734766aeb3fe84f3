// Google's peak predictors, to score against: sum of limits, largest ever, percentile of each instance, percentile of the
// host, N-sigma, Borg's default, and the larger of instance percentile and N-sigma (the published choice).
// An instance is cold until it has `warmSamples` samples and then counts with all it was promised. Ratios are of usage to
// allocation; lags are aligned on each instance's own newest sample, so that what has left vanishes from the past too.
// Source: Bashir et al., "Take it to the Limit", EuroSys 2021, and its simulator (config.proto, simulator/*.py).
import type { InstanceSlice, Samples } from './host-slice.ts'
import { stateless, type StrategySettings } from './published-host-strategies.ts'
import { maximumOf, meanOf, percentileOf, presentSamples, sampleDeviationOf } from './sample-statistics.ts'
import type { SavedState, Sight, Strategy } from './strategy.ts'

interface Warm {
  readonly name: string
  readonly allocation: number
  readonly samples: Samples
}

interface Split {
  readonly warm: readonly Warm[]
  /** What warm instances were promised together. */
  readonly warmLimit: number
  readonly coldLimit: number
}

export function googleLimit(): Strategy {
  return stateless('google-limit', ({ booked }) => ({ used: booked, evidence: { booked } }))
}

export function googleBorgDefault({ parameters }: StrategySettings): Strategy {
  const share = parameters.google.borgShare
  return stateless('google-borg-default', ({ booked }) => ({ used: booked * share, evidence: { booked, share } }))
}

export function googleInstancePercentile(settings: StrategySettings): Strategy {
  const percent = settings.parameters.google.percentile
  return stateless('google-instance-percentile', (sight) => {
    const { warm, coldLimit } = split(sight, settings)
    let used = coldLimit
    for (const { allocation, samples } of warm) used += allocation * percentileOf(samples, percent)
    return { used, evidence: { percent, warm: warm.length, coldLimit } }
  })
}

export function googleHostPercentile(settings: StrategySettings): Strategy {
  const percent = settings.parameters.google.percentile
  return stateless('google-host-percentile', (sight) => {
    const parts = split(sight, settings)
    const share = parts.warm.length === 0 ? 0 : Math.min(1, percentileOf(ratioPerLag(parts.warm), percent))
    return { used: share * parts.warmLimit + parts.coldLimit, evidence: { percent, share, coldLimit: parts.coldLimit } }
  })
}

export function googleNsigma(settings: StrategySettings): Strategy {
  const { deviations } = settings.parameters.google
  return stateless('google-nsigma', (sight) => {
    const parts = split(sight, settings)
    if (parts.warm.length === 0) return { used: parts.coldLimit, evidence: { deviations, coldLimit: parts.coldLimit } }
    const ratios = ratioPerLag(parts.warm)
    const mean = meanOf(ratios)
    const deviation = sampleDeviationOf(ratios, mean)
    const share = Math.min(1, mean + deviations * deviation)
    return {
      used: share * parts.warmLimit + parts.coldLimit,
      evidence: { mean, deviation, deviations, coldLimit: parts.coldLimit },
    }
  })
}

export function googleMaxPeak(settings: StrategySettings): Strategy {
  const predictors = [googleInstancePercentile(settings).start(), googleNsigma(settings).start()]
  return stateless('google-max-peak', (sight) => {
    const [instances, sigma] = predictors.map((predictor) => predictor.step(sight).used) as [number, number]
    return { used: Math.max(instances, sigma), evidence: { instances, sigma } }
  })
}

/** Sum over the present instances of the largest usage each ever had; cold ones count with all they were promised. */
export function googleMax(settings: StrategySettings): Strategy {
  return {
    name: 'google-max',
    usesStability: false,
    start(saved) {
      const peaks = new Map<string, number>(Object.entries((saved?.['peaks'] ?? {}) as Record<string, number>))
      return {
        step(sight) {
          const { warm, coldLimit } = split(sight, settings)
          let used = coldLimit
          const present = new Set<string>()
          for (const window of sight.history.instances.values()) {
            if (!window.isPresent) continue
            present.add(window.name)
            const newest = maximumOf((window.slices.at(-1) as InstanceSlice)[sight.resource].usage)
            if (!Number.isNaN(newest)) peaks.set(window.name, Math.max(peaks.get(window.name) ?? 0, newest))
          }
          for (const name of peaks.keys()) if (!present.has(name)) peaks.delete(name)
          for (const { name } of warm) used += peaks.get(name) ?? 0
          return { used, evidence: { warm: warm.length, coldLimit } }
        },
        save: (): SavedState => ({ peaks: Object.fromEntries(peaks) }),
      }
    },
  }
}

function split({ resource, history }: Sight, { parameters }: StrategySettings): Split {
  const { warmSamples, historySamples } = parameters.google
  const warm: Warm[] = []
  let warmLimit = 0
  let coldLimit = 0
  for (const window of history.instances.values()) {
    if (!window.isPresent) continue
    const { allocation } = (window.slices.at(-1) as InstanceSlice)[resource]
    const present = presentSamples(history.window(resource, window))
    if (present.length < warmSamples || allocation <= 0) {
      coldLimit += allocation
      continue
    }
    warmLimit += allocation
    const newest = present.subarray(Math.max(0, present.length - historySamples))
    warm.push({ name: window.name, allocation, samples: newest.map((usage) => usage / allocation) })
  }
  return { warm, warmLimit, coldLimit }
}

/** Lag k = k samples before the newest of each instance; usage together / allocation together of those that reach back. */
function ratioPerLag(warm: readonly Warm[]): Samples {
  const lags = Math.max(...warm.map(({ samples }) => samples.length))
  return Float64Array.from({ length: lags }, (_, lag) => {
    let usage = 0
    let limit = 0
    for (const { samples, allocation } of warm) {
      const at = samples.length - 1 - lag
      if (at < 0) continue
      usage += (samples[at] as number) * allocation
      limit += allocation
    }
    return usage / limit
  })
}
