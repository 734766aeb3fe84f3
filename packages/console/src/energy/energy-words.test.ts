import { describe, expect, it } from 'vitest'
import { carbon, kilowattHours, money, watts } from './energy-words.ts'

describe('words of energy', () => {
  it.each([
    [watts(212.4), '212 W'],
    [watts(0), '0 W'],
    [watts(12_340), '12.3 kW'],
    [kilowattHours(0.042), '0.042 kWh'],
    [kilowattHours(4200), '4.2 MWh'],
    [carbon(undefined), ''],
    [carbon(950), '950 g'],
    [carbon(12_500), '12.5 kg'],
    [carbon(2_500_000), '2.5 t'],
    [money(undefined, 'EUR'), ''],
    [money(3.456, 'EUR'), 'EUR 3.46'],
  ])('%s', (shown, expected) => {
    expect(shown.replaceAll('\u00a0', ' ')).toBe(expected)
  })
})
