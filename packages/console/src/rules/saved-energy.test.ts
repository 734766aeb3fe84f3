import { describe, expect, it } from 'vitest'
import { savedEnergy } from './saved-energy.ts'

describe('the energy that a rule saved', () => {
  it.each([
    [{ kWh: 1.25, knownOf: 3, unknownOf: 0 }, 'about 1.3 kWh'],
    [{ kWh: 0.042, knownOf: 1, unknownOf: 3 }, 'about 0.042 kWh, known of 1 of 4'],
    [{ kWh: 0, knownOf: 1, unknownOf: 0 }, 'about 0 kWh'],
    [{ knownOf: 0, unknownOf: 2 }, 'kWh not known'],
    [{ knownOf: 0, unknownOf: 0 }, ''],
  ])('%j', (energy, expected) => {
    expect(savedEnergy(energy).replaceAll('\u00a0', ' ')).toBe(expected)
  })
})
