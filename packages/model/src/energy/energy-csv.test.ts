import { describe, expect, it } from 'vitest'
import { energyCsv } from './energy-csv.ts'

describe('the table for billing', () => {
  it('has a line for each item, nothing where nothing is known, and no formulas', () => {
    const text = energyCsv({
      from: '2026-03-01T00:00:00.000Z',
      to: '2026-04-01T00:00:00.000Z',
      by: 'instance',
      currency: 'EUR',
      total: { kWh: 3, idleKWh: 1, estimatedKWh: 0 },
      items: [
        {
          id: 'lab:1',
          name: '=cmd("x"), y',
          project: 'shop',
          kWh: 0.1 + 0.2,
          idleKWh: 0.1,
          estimatedKWh: 0,
          co2Grams: 18,
          cost: 0.06,
        },
        { name: 'nobody', kWh: 2, idleKWh: 2, estimatedKWh: 2, measuredS: 5400, bridgedKWh: 0.5 },
      ],
    })
    expect(text.split('\r\n')).toEqual([
      'from,to,by,id,name,project,kWh,idle_kWh,estimated_kWh,co2_g,cost,currency,measured_h,bridged_kWh',
      `2026-03-01T00:00:00.000Z,2026-04-01T00:00:00.000Z,instance,lab:1,"'=cmd(""x""), y",shop,0.3,0.1,0,18,0.06,EUR,,`,
      '2026-03-01T00:00:00.000Z,2026-04-01T00:00:00.000Z,instance,,nobody,,2,2,2,,,,1.5,0.5',
      '',
    ])
  })
})
