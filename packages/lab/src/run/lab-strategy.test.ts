import { defaultGleanerOptions, publishedParameters } from '@gleaner/engine/oversubscription'
import { describe, expect, it } from 'vitest'
import { labStrategyNames, parseStrategies } from './lab-strategy.ts'
import { knobOf } from './strategy-knobs.ts'
import { readSettings } from './strategy-settings.ts'

describe('parseStrategies', () => {
  it('takes names, names with a value of their knob, each once, or all', () => {
    expect(parseStrategies(['nsigma', 'gleaner@2.50', 'gleaner@2.5', 'gleaner@0', 'nsigma'])).toEqual([
      'nsigma',
      'gleaner@2.5',
      'gleaner@0',
    ])
    expect(parseStrategies(['all'])).toEqual(labStrategyNames)
    expect(parseStrategies(['nsigma@3', 'all']).length).toBe(labStrategyNames.length + 1)
  })

  it.each([
    ['cautious', /there are only gleaner, percentile/],
    ['scroogevm@3', /scroogevm has no knob/],
    ['constructor@3', /there are only/],
    ['oracle@1', /oracle has no knob/],
    ['gleaner@', /the caution of gleaner is from 0 to 20/],
    ['gleaner@21', /the caution of gleaner is from 0 to 20/],
    ['gleaner@-1', /from 0 to 20/],
    ['gleaner@2@3', /from 0 to 20/],
    ['borg@0.5', /the ratio of borg is from 1 to 100/],
  ])('refuses %s', (name, detail) => {
    expect(() => parseStrategies([name])).toThrow(detail)
  })
})

describe('a knob', () => {
  const settings = readSettings([])

  it.each(labStrategyNames.filter((name) => knobOf(name) !== undefined))('of %s changes its settings only', (name) => {
    const turned = knobOf(name)?.turn(settings, 1)
    expect(turned).not.toEqual(settings)
    const isOwn = name === 'gleaner'
    expect(isOwn ? turned?.parameters : turned?.gleaner).toEqual(isOwn ? settings.parameters : settings.gleaner)
  })
})

describe('readSettings', () => {
  it('are those of the authors but for what is set', () => {
    expect(readSettings([])).toEqual({ parameters: publishedParameters, gleaner: defaultGleanerOptions })
    const { parameters, gleaner } = readSettings(['scroogevm.lowest=3', 'gleaner.price=40', 'rclike.memory=99.5'])
    expect(parameters).toEqual({
      ...publishedParameters,
      scroogevm: { ...publishedParameters.scroogevm, lowest: 3 },
      rclike: { cpu: 99, memory: 99.5 },
    })
    expect(gleaner).toEqual({ ...defaultGleanerOptions, price: 40 })
  })

  it.each([
    ['nsigma=3', /there are only percentile\.cpu/],
    ['nsigma.deviation=3', /nsigma\.deviations/],
    ['__proto__.deviations=3', /there are only/],
    ['nsigma.deviations', /NAME=NUMBER/],
    ['nsigma.deviations=', /NAME=NUMBER/],
    ['nsigma.deviations=five', /NAME=NUMBER/],
    ['nsigma.deviations=-1', /not below 0/],
    ['nsigma.deviations=Infinity', /NAME=NUMBER/],
    ['percentile.cpu=101', /percentile\.cpu is a number from 0 to 100/],
    ['doa.increaseRatio=0', /from 0\.01/],
    ['gleaner.caution=21', /from 0 to 20/],
    ['gleaner.depth=2.5', /a whole number from 1 to 1000/],
    ['gleaner.depth=1e12', /from 1 to 1000/],
  ])('refuse %s', (text, detail) => {
    expect(() => readSettings([text])).toThrow(detail)
  })
})
