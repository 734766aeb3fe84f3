import { describe, expect, it } from 'vitest'
import { chooseMicroversion, compareMicroversions } from './microversion.ts'

const choose = (highest: string, atLeast: string, atMost: string) =>
  chooseMicroversion({ lowest: '2.1', highest }, { atLeast, atMost }, 'nova')

describe('microversions', () => {
  it('are compared by number', () => {
    expect(compareMicroversions('2.9', '2.53')).toBeLessThan(0)
    expect(compareMicroversions('3.0', '2.99')).toBeGreaterThan(0)
    expect(compareMicroversions('2.90', '2.90')).toBe(0)
  })

  it('are the newest both sides know', () => {
    expect(choose('2.93', '2.53', '2.90')).toBe('2.90')
    expect(choose('2.60', '2.53', '2.90')).toBe('2.60')
  })

  it('that are too old are told with what is needed', () => {
    expect(() => choose('2.38', '2.53', '2.90')).toThrow(
      'nova offers microversions 2.1 to 2.38; 2.53 to 2.90 is needed',
    )
    expect(() => choose('latest', '2.53', '2.90')).toThrow('"latest" is no microversion')
  })
})
