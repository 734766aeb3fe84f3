// The figures of strategies by name (`scroogevm.lowest`, `gleaner.price`): what each may be, and how it is set over the values
// of their authors.
import {
  defaultGleanerOptions,
  type GleanerOptions,
  publishedParameters,
  type StrategyParameters,
} from '@gleaner/engine/oversubscription'
import { GleanerError } from '@gleaner/model/errors'

export interface StrategySettings {
  readonly parameters: StrategyParameters
  readonly gleaner: GleanerOptions
}

export interface SettingRange {
  readonly least: number
  readonly most: number
  readonly isWhole?: boolean
}

const percent: SettingRange = { least: 0, most: 100 }
const deviations: SettingRange = { least: 0, most: 100 }
const share: SettingRange = { least: 0, most: 1 }
const divisor: SettingRange = { least: 0.01, most: 1e6 }
const samples: SettingRange = { least: 0, most: 1e6, isWhole: true }

type Ranges<Section> = { readonly [Name in keyof Section]: SettingRange }
const ofPublished: { readonly [Name in keyof StrategyParameters]: Ranges<StrategyParameters[Name]> } = {
  percentile: { cpu: percent, memory: percent },
  doa: { threshold: share, increaseRatio: divisor, decreaseRatio: divisor, maxRatio: { least: 1, most: 1000 } },
  scroogevm: { start: deviations, lowest: deviations, highest: deviations, rise: deviations, fall: deviations },
  nsigma: { deviations },
  rclike: { cpu: percent, memory: percent },
  borg: { ratio: { least: 1, most: 100 } },
  google: {
    warmSamples: samples,
    historySamples: { ...samples, least: 1 },
    percentile: percent,
    deviations,
    borgShare: share,
  },
}
const ofGleaner: Ranges<GleanerOptions> = {
  caution: { least: 0, most: 20 },
  price: { least: 0, most: 1e12 },
  learning: { least: 0, most: 100 },
  memory: share,
  depth: { least: 1, most: 1000, isWhole: true },
  spread: { least: 0.01, most: 100 },
  backOff: { least: 0, most: 10 },
  backOffFade: share,
  warmScopes: { least: 0, most: 1000, isWhole: true },
  newcomerShare: share,
  seasonWorth: share,
}

const ranges: ReadonlyMap<string, SettingRange> = new Map(
  Object.entries({ ...ofPublished, gleaner: ofGleaner }).flatMap(([section, figures]) =>
    Object.entries<SettingRange>(figures).map(([figure, range]) => [`${section}.${figure}`, range] as const),
  ),
)

/** Of the names that there are only. */
export function rangeOf(name: string): SettingRange | undefined {
  return ranges.get(name)
}

/** The value must be within the range of the figure. */
export function withSetting({ parameters, gleaner }: StrategySettings, name: string, value: number): StrategySettings {
  const [section = '', figure = ''] = name.split('.')
  if (section === 'gleaner') return { parameters, gleaner: { ...gleaner, [figure]: value } }
  const published = section as keyof StrategyParameters
  return { parameters: { ...parameters, [published]: { ...parameters[published], [figure]: value } }, gleaner }
}

export function readSettings(texts: readonly string[]): StrategySettings {
  let settings: StrategySettings = { parameters: publishedParameters, gleaner: defaultGleanerOptions }
  for (const text of texts) {
    const { name, value } = readSetting(text)
    settings = withSetting(settings, name, value)
  }
  return settings
}

function readSetting(text: string): { readonly name: string; readonly value: number } {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const value = at < 0 || text.slice(at + 1).trim() === '' ? Number.NaN : Number(text.slice(at + 1))
  const refuse = (detail: string) => new GleanerError('lab-option', { option: 'set', value: text, detail })
  const range = rangeOf(name)
  if (range === undefined) throw refuse(`there are only ${[...ranges.keys()].join(', ')}`)
  if (!Number.isFinite(value) || value < 0) throw refuse('it must be NAME=NUMBER, and the number not below 0')
  const { least, most, isWhole } = range
  if (value < least || value > most || (isWhole === true && !Number.isInteger(value)))
    throw refuse(`${name} is a ${isWhole === true ? 'whole ' : ''}number from ${least} to ${most}`)
  return { name, value }
}
