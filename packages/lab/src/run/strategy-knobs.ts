// The one figure of a strategy that makes it bolder or more cautious, where it has one: turned, it gives the strategy's own
// line of misprediction against violations instead of a point.
import { rangeOf, type StrategySettings, withSetting } from './strategy-settings.ts'

export interface Knob {
  readonly meaning: string
  readonly least: number
  readonly most: number
  readonly turn: (settings: StrategySettings, to: number) => StrategySettings
}

interface KnobSettings {
  readonly meaning: string
  /** Set together; of one range. */
  readonly settings: readonly string[]
}

const percentile: KnobSettings = { meaning: 'the percentile', settings: ['percentile.cpu', 'percentile.memory'] }
const ofGoogle: KnobSettings = { meaning: 'the percentile', settings: ['google.percentile'] }
const knobs: ReadonlyMap<string, KnobSettings> = new Map([
  ['gleaner', { meaning: 'the caution', settings: ['gleaner.caution'] }],
  ['percentile', percentile],
  ['greedy', percentile],
  ['doa', { meaning: 'the threshold', settings: ['doa.threshold'] }],
  ['nsigma', { meaning: 'the number of deviations', settings: ['nsigma.deviations'] }],
  ['rclike', { meaning: 'the percentile', settings: ['rclike.cpu', 'rclike.memory'] }],
  ['borg', { meaning: 'the ratio', settings: ['borg.ratio'] }],
  ['google-instance-percentile', ofGoogle],
  ['google-host-percentile', ofGoogle],
  ['google-nsigma', { meaning: 'the number of deviations', settings: ['google.deviations'] }],
  ['google-borg-default', { meaning: 'the share', settings: ['google.borgShare'] }],
])

export function knobOf(strategy: string): Knob | undefined {
  const knob = knobs.get(strategy)
  const range = rangeOf(knob?.settings[0] ?? '')
  if (knob === undefined || range === undefined) return undefined
  const { meaning, settings: names } = knob
  const turn: Knob['turn'] = (settings, to) => names.reduce((before, name) => withSetting(before, name, to), settings)
  return { meaning, least: range.least, most: range.most, turn }
}
