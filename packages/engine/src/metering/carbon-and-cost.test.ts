import { describe, expect, it } from 'vitest'
import { constantTariff, factorSpans, tariffAt } from './carbon-and-cost.ts'

const carbon = {
  steps: [
    { fromMs: 100, perKWh: 50 },
    { fromMs: 200, perKWh: 70 },
  ],
}

describe('what a kWh comes to', () => {
  it('holds from its moment until the next one, and is not known before the first', () => {
    expect([99, 100, 199, 200, 9e15].map((atMs) => tariffAt(carbon, atMs))).toEqual([undefined, 50, 50, 70, 70])
    expect(tariffAt(constantTariff(3), -1)).toBe(3)
    expect(tariffAt({ steps: [] }, 5)).toBeUndefined()
  })

  it('is cut where either of CO2 and price changes, without holes', () => {
    const price = { steps: [{ fromMs: 150, perKWh: 0.2 }] }
    expect(factorSpans({ fromMs: 50, toMs: 250 }, { carbon, price })).toEqual([
      { fromMs: 50, toMs: 100, gramsPerKWh: undefined, pricePerKWh: undefined },
      { fromMs: 100, toMs: 150, gramsPerKWh: 50, pricePerKWh: undefined },
      { fromMs: 150, toMs: 200, gramsPerKWh: 50, pricePerKWh: 0.2 },
      { fromMs: 200, toMs: 250, gramsPerKWh: 70, pricePerKWh: 0.2 },
    ])
    const constant = { carbon: constantTariff(1), price: constantTariff(2) }
    expect(factorSpans({ fromMs: 0, toMs: 9 }, constant)).toEqual([
      { fromMs: 0, toMs: 9, gramsPerKWh: 1, pricePerKWh: 2 },
    ])
  })
})
