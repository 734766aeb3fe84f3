// The strategies the lab can run: those of the engine, the same with another value of their one knob (`gleaner@5`), and the
// oracle, which only recorded data can have.
import { type StrategyName, strategyNames } from '@gleaner/engine/oversubscription'
import { GleanerError } from '@gleaner/model/errors'
import { knobOf } from './strategy-knobs.ts'

export const labStrategyNames = [...strategyNames, 'oracle'] as const
/** As it stands in options, tables and names of files. */
export type LabStrategyName = StrategyName | 'oracle' | `${StrategyName}@${number}`

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
  return [...new Set(names.flatMap((name) => (name === 'all' ? labStrategyNames : [parseStrategy(name)])))]
}

/** The engine's name of a strategy, and the value its knob is turned to, if it is turned. */
export function partsOf(name: string): { readonly strategy: string; readonly knob: number | undefined } {
  const at = name.indexOf('@')
  return at < 0
    ? { strategy: name, knob: undefined }
    : { strategy: name.slice(0, at), knob: Number(name.slice(at + 1)) }
}

function parseStrategy(name: string): LabStrategyName {
  const { strategy, knob } = partsOf(name)
  const refuse = (detail: string) => new GleanerError('lab-option', { option: 'strategy', value: name, detail })
  if (!(labStrategyNames as readonly string[]).includes(strategy))
    throw refuse(`there are only ${labStrategyNames.join(', ')}`)
  if (knob === undefined) return strategy as LabStrategyName
  const known = knobOf(strategy)
  if (known === undefined) throw refuse(`${strategy} has no knob`)
  if (name.endsWith('@') || !(knob >= known.least && knob <= known.most))
    throw refuse(`${known.meaning} of ${strategy} is from ${known.least} to ${known.most}`)
  // 2.50 and 2.5 are one.
  return `${strategy as StrategyName}@${knob}`
}
