import type { HostLedger, LedgerLine } from '@gleaner/model'
import { aHost } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { ledgerLine, type LineParts, totalLedger } from './ledger-line.ts'

const parts: LineParts = {
  physical: 100,
  reserved: 4,
  booked: 150,
  used: 20,
  firmPeak: 30,
  measuredPeak: 25,
  estimatedPeak: 35,
  leased: 8,
  lent: 6,
  headroomShare: 0.25,
  ratio: 2,
}

it('what is left of a host after all that is promised is idle', () => {
  expect(ledgerLine(parts)).toEqual({
    physical: 100,
    reserved: 4,
    usable: 96,
    booked: 150,
    used: 20,
    firmPeak: 30,
    measuredPeak: 25,
    estimatedPeak: 35,
    leased: 8,
    lent: 6,
    headroom: 24,
    idle: 28,
    overdrawn: 0,
    physicallyFree: 76,
    sellable: 42,
  })
})

it('where more is promised than there is nothing is idle, and the rest is told', () => {
  expect(ledgerLine({ ...parts, leased: 50 })).toMatchObject({ idle: 0, overdrawn: 14 })
})

it('without a measured use what is expected counts as used; without a scheduler nothing is sold; what is oversold is no debt', () => {
  expect(ledgerLine({ ...parts, used: undefined }).physicallyFree).toBe(66)
  expect(ledgerLine({ ...parts, used: 97 }).physicallyFree).toBe(0)
  expect(ledgerLine({ ...parts, ratio: undefined }).sellable).toBe(0)
  expect(ledgerLine({ ...parts, ratio: 1 }).sellable).toBe(0)
})

it('sums are those of every field; what is known nowhere stays unknown', () => {
  const other: LineParts = {
    ...parts,
    physical: 50,
    reserved: 1,
    booked: 7,
    leased: 40,
    used: undefined,
    estimatedPeak: undefined,
  }
  const lines = [ledgerLine(parts), ledgerLine(other)]
  const ledgers: HostLedger[] = lines.map((line, nth) => ({
    hostId: aHost({ name: `hv-${nth}` }).id,
    cores: line,
    memoryMiB: line,
    measured: true,
  }))
  const { cores, memoryMiB } = totalLedger(ledgers)
  for (const key of Object.keys(cores) as (keyof LedgerLine)[]) {
    if (key === 'used' || key === 'estimatedPeak') continue
    expect([key, cores[key]]).toEqual([key, lines.reduce((sum, line) => sum + (line[key] ?? 0), 0)])
  }
  expect(memoryMiB).toEqual(cores)
  expect(cores.used).toBe(20)
  // Where nothing was estimated what was measured counts.
  expect(cores.estimatedPeak).toBe(35 + 25)
  expect(totalLedger(ledgers.toReversed()).cores.estimatedPeak).toBe(35 + 25)
  expect(totalLedger(ledgers.slice(1)).cores).toMatchObject({ used: undefined, estimatedPeak: undefined })
})
