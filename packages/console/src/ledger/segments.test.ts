import type { LedgerLineView } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { coresResource } from './resources.ts'
import { segmentsOf } from './segments.ts'

const line: LedgerLineView = {
  physical: 100,
  reserved: 4,
  usable: 96,
  booked: 120,
  used: 20,
  firmPeak: 40,
  measuredPeak: 40,
  leased: 0,
  lent: 10,
  headroom: 9.6,
  idle: 36.4,
  overdrawn: 0,
  physicallyFree: 76,
  sellable: 72,
}

describe('segmentsOf', () => {
  it('adds up to what is physical', () => {
    const segments = segmentsOf(line, coresResource)
    expect(segments.map(({ name }) => name)).toEqual(['reserved', 'firmPeak', 'lent', 'headroom', 'idle'])
    expect(segments.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(100)
  })

  it('shows leases and what is overdrawn only where there are any', () => {
    const names = segmentsOf({ ...line, leased: 3, overdrawn: 2 }, coresResource).map(({ name }) => name)
    expect(names).toEqual(['reserved', 'firmPeak', 'leased', 'lent', 'headroom', 'idle', 'overdrawn'])
  })

  it('says that the peak is what is booked where nothing is measured', () => {
    const { used: _, ...unmeasured } = line
    const peak = segmentsOf(unmeasured, coresResource).find(({ name }) => name === 'firmPeak')
    expect(peak?.sentence).toContain('not measured')
  })
})
