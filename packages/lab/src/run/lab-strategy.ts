// The strategies the lab can run: those of the engine and the oracle, which only recorded data can have.
import { type StrategyName, strategyNames } from '@gleaner/engine/oversubscription'
import { GleanerError } from '@gleaner/model/errors'

export const labStrategyNames = [...strategyNames, 'oracle'] as const
export type LabStrategyName = StrategyName | 'oracle'

/** Gleaner's own and the eight published by the ancestor. */
export const defaultStrategies: readonly LabStrategyName[] = [
  'gleaner',
  'percentile',
  'doa',
  'greedy',
  'scroogevm',
  'nsigma',
  'rclike',
  'borg',
  'maxpeak',
]

export function parseStrategies(names: readonly string[]): LabStrategyName[] {
  if (names.length === 1 && names[0] === 'all') return [...labStrategyNames]
  return [...new Set(names)].map((name) => {
    if ((labStrategyNames as readonly string[]).includes(name)) return name as LabStrategyName
    const detail = `there are only ${labStrategyNames.join(', ')}`
    throw new GleanerError('lab-option', { option: 'strategy', value: name, detail })
  })
}
