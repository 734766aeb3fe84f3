// The consolidation policies of the lab by their names: the published ones with their published safety factors, and Gleaner's.
import {
  type ConsolidationPolicy,
  gleanerConsolidation,
  type InstanceChoice,
  interquartileDetector,
  medianDeviationDetector,
  minimumMigrationTime,
  minimumUtilisation,
  type OverloadDetector,
  publishedConsolidation,
  randomChoice,
  regressionDetector,
  thresholdDetector,
} from '@gleaner/engine/energy'
import { GleanerError } from '@gleaner/model/errors'
import { SeededRandom } from '../generate/seeded-random.ts'

const detectors: Readonly<Record<string, OverloadDetector>> = {
  'thr-0.8': thresholdDetector(0.8),
  'thr-1.0': thresholdDetector(1),
  'iqr-1.5': interquartileDetector(1.5),
  'mad-2.5': medianDeviationDetector(2.5),
  'lr-1.2': regressionDetector(1.2),
}
const choices: Readonly<Record<string, () => InstanceChoice>> = {
  mmt: () => minimumMigrationTime,
  mu: () => minimumUtilisation,
  rs: () => {
    const random = new SeededRandom(1)
    return randomChoice(() => random.next())
  },
}

const publishedNames = Object.keys(detectors).flatMap((detector) =>
  Object.keys(choices).map((choice) => `${detector}-${choice}`),
)
export const consolidationPolicyNames: readonly string[] = ['gleaner', ...publishedNames]

/** A new policy, without a memory of earlier runs. */
export function consolidationPolicy(name: string): ConsolidationPolicy {
  if (name === 'gleaner') return gleanerConsolidation()
  const cut = name.lastIndexOf('-')
  const isOverloaded = detectors[name.slice(0, cut)]
  const choose = choices[name.slice(cut + 1)]?.()
  if (isOverloaded === undefined || choose === undefined) {
    const detail = `there are ${consolidationPolicyNames.join(', ')}, or all`
    throw new GleanerError('lab-option', { option: '--policy', value: name, detail })
  }
  return publishedConsolidation({ name, isOverloaded, choose })
}
