// The consolidation policies by their names: the published ones with their published safety factors, and Gleaner's.
import { gleanerConsolidation } from './gleaner-consolidation.ts'
import type { ConsolidationPolicy } from './fleet-view.ts'
import {
  type InstanceChoice,
  maximumCorrelation,
  minimumMigrationTime,
  minimumUtilisation,
  randomChoice,
} from './instance-choice.ts'
import {
  interquartileDetector,
  medianDeviationDetector,
  type OverloadDetector,
  regressionDetector,
  thresholdDetector,
} from './overload-detectors.ts'
import { publishedConsolidation } from './published-consolidation.ts'

const detectors: Readonly<Record<string, OverloadDetector>> = {
  'thr-0.8': thresholdDetector(0.8),
  'thr-1.0': thresholdDetector(1),
  'iqr-1.5': interquartileDetector(1.5),
  'mad-2.5': medianDeviationDetector(2.5),
  'lr-1.2': regressionDetector(1.2),
}
const steadyChoices: Readonly<Record<string, InstanceChoice>> = {
  mmt: minimumMigrationTime,
  mu: minimumUtilisation,
  mc: maximumCorrelation,
}

const namesWith = (choices: readonly string[]) => [
  'gleaner',
  ...Object.keys(detectors).flatMap((detector) => choices.map((choice) => `${detector}-${choice}`)),
]

/** Those that give the same answer to the same question: what a plan that is looked at twice can rest upon. */
export const steadyConsolidations: readonly string[] = namesWith(Object.keys(steadyChoices))
/** With those that choose by chance. */
export const namedConsolidations: readonly string[] = namesWith([...Object.keys(steadyChoices), 'rs'])

/** A new policy, without a memory of earlier runs; undefined when there is none of that name. `random` gives numbers in [0, 1). */
export function namedConsolidation(name: string, random?: () => number): ConsolidationPolicy | undefined {
  if (name === 'gleaner') return gleanerConsolidation()
  const cut = name.lastIndexOf('-')
  const isOverloaded = detectors[name.slice(0, cut)]
  const last = name.slice(cut + 1)
  const choose = last === 'rs' && random !== undefined ? randomChoice(random) : steadyChoices[last]
  return isOverloaded === undefined || choose === undefined
    ? undefined
    : publishedConsolidation({ name, isOverloaded, choose })
}
