import { weigherNames } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'

const read = (text: string) => parseConfig(text, '/nowhere/gleaner.yaml', { environment: {}, directory: '/nowhere' })

describe('the section placement', () => {
  it('leaves every multiplier as it is unless it is written', () => {
    expect(read('log: info').placement.multipliers).toEqual({})
    expect(read('placement: {}').placement.multipliers).toEqual({})
    expect(read('placement: { weighers: { EfficiencyWeigher: 1 } }').placement.multipliers).toEqual({
      EfficiencyWeigher: 1,
    })
  })

  it.each(weigherNames)('sets %s', (name) => {
    expect(read(`placement: { weighers: { ${name}: 2.5 } }`).placement.multipliers).toEqual({ [name]: 2.5 })
  })

  it('lets full hosts be preferred, and never those of which no figure is known', () => {
    expect(read('placement: { weighers: { RamWeigher: -1 } }').placement.multipliers).toEqual({ RamWeigher: -1 })
    expect(() => read('placement: { weighers: { EfficiencyWeigher: -1 } }')).toThrow(/EfficiencyWeigher/)
  })

  it.each([
    ['placement: { weighers: { EficiencyWeigher: 1 } }', /EficiencyWeigher/],
    ['placement: { weighers: { CpuWeigher: much } }', /CpuWeigher/],
    ['placement: { weighers: { CpuWeigher: .inf } }', /CpuWeigher/],
    ['placement: { weighers: { CpuWeigher: 1000001 } }', /CpuWeigher/],
    ['placement: { weigher: {} }', /weigher/],
  ])('refuses %s', (text, fault) => {
    expect(() => read(text)).toThrow(fault)
  })
})
