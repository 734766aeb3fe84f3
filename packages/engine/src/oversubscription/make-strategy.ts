// From the name of a strategy to the strategy itself.
import { defaultGleanerOptions, type GleanerOptions } from './gleaner-options.ts'
import { gleanerStrategy } from './gleaner-strategy.ts'
import {
  googleBorgDefault,
  googleHostPercentile,
  googleInstancePercentile,
  googleLimit,
  googleMax,
  googleMaxPeak,
  googleNsigma,
} from './google-predictors.ts'
import {
  borgStrategy,
  doaStrategy,
  greedyStrategy,
  nsigmaStrategy,
  percentileStrategy,
  scroogevmStrategy,
  type StrategySettings,
} from './published-host-strategies.ts'
import { maxpeakStrategy, rclikeStrategy } from './published-instance-strategies.ts'
import type { Strategy, StrategyName } from './strategy.ts'

export function makeStrategy(
  name: StrategyName,
  settings: StrategySettings,
  gleaner: GleanerOptions = defaultGleanerOptions,
): Strategy {
  switch (name) {
    case 'gleaner':
      return gleanerStrategy(gleaner)
    case 'percentile':
      return percentileStrategy(settings)
    case 'doa':
      return doaStrategy(settings)
    case 'greedy':
      return greedyStrategy(settings)
    case 'scroogevm':
      return scroogevmStrategy(settings)
    case 'nsigma':
      return nsigmaStrategy(settings)
    case 'rclike':
      return rclikeStrategy(settings)
    case 'borg':
      return borgStrategy(settings)
    case 'maxpeak':
      return maxpeakStrategy(settings)
    case 'google-limit':
      return googleLimit()
    case 'google-max':
      return googleMax(settings)
    case 'google-instance-percentile':
      return googleInstancePercentile(settings)
    case 'google-host-percentile':
      return googleHostPercentile(settings)
    case 'google-nsigma':
      return googleNsigma(settings)
    case 'google-borg-default':
      return googleBorgDefault(settings)
    case 'google-max-peak':
      return googleMaxPeak(settings)
  }
}
