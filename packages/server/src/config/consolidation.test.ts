// The section `power.consolidation`: what it comes to, and what is told about faults.
import { defaultConsolidationOptions } from '@gleaner/engine'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'

const parse = (section: string) =>
  parseConfig(`clouds: [{ id: sim, kind: simulated }]\n${section}`, 'gleaner.yaml', {
    environment: {},
    directory: '/nowhere',
  }).power.consolidation

function faultOf(section: string): string {
  try {
    parse(`power: { consolidation: ${section} }`)
  } catch (error) {
    return (error as Error).message
  }
  return 'none'
}

describe('consolidation', () => {
  it('is off without the section, and only observes where the section says nothing of a mode', () => {
    expect(parse('').mode).toBe('off')
    expect(parse('power: { idle: 5m }').mode).toBe('off')
    expect(parse('power: { consolidation: {} }')).toEqual({ mode: 'observe', options: defaultConsolidationOptions })
  })

  it('takes what is said of it, and the rest from its defaults', () => {
    const { mode, options } = parse(
      'power: { consolidation: { mode: enforce, movesAtOnce: 7, hostsAtOnce: 3, step: 2m, rest: 2m, ahead: 1h } }',
    )
    expect(mode).toBe('enforce')
    expect(options).toEqual({
      policy: defaultConsolidationOptions.policy,
      movesAtOnce: 7,
      hostsAtOnce: 3,
      stepMs: 120_000,
      restMs: 120_000,
      aheadMs: 3_600_000,
    })
  })

  it.each([
    ['{ step: 59s }', /:2: step must be at least 1m/],
    ['{ step: 10m, rest: 9m }', /:2: rest must not be shorter than step/],
    ['{ step: soon }', /step/],
    ['{ movesAtOnce: 0 }', /movesAtOnce/],
    ['{ hostsAtOnce: 1.5 }', /hostsAtOnce/],
    ['{ policy: by-hand }', /policy/],
    ['{ mode: always }', /mode/],
    ['{ moves: 3 }', /moves/],
  ])('%s is a fault, and its place is named', (section, words) => {
    expect(faultOf(section)).toMatch(words)
    expect(faultOf(section)).toMatch(/^gleaner\.yaml:2: /)
  })
})
