// Usage out of counters: rates, gaps, and which memory figure is believed.
import { metrics } from '@gleaner/model'
import type { DomainStats } from '@gleaner/wire-libvirt'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counters, memoryFigure } from './domain-usage.ts'
import { type Counters, ratesBetween } from './usage-rates.ts'
import { toBatch } from './usage-meter.ts'

const at = (atMs: number, changes: Partial<Counters> = {}): Counters => ({
  life: 1,
  atMs,
  cpuNs: 0,
  rxBytes: 0,
  txBytes: 0,
  diskBytes: 0,
  ...changes,
})

describe('ratesBetween', () => {
  it('gives cores and bytes per second', () => {
    const later = at(2_000, { cpuNs: 3e9, rxBytes: 100, txBytes: 10, diskBytes: 4_000 })
    expect(ratesBetween(at(0), later)).toEqual({ cores: 1.5, rxBytesPerS: 50, txBytesPerS: 5, diskBytesPerS: 2_000 })
  })

  it.each([
    ['there was no reading before', undefined, at(1_000)],
    ['the domain was started anew', at(0), at(1_000, { life: 2, cpuNs: 1e9 })],
    ['no time has passed', at(1_000), at(1_000, { cpuNs: 1e9 })],
    ['hardly any time has passed', at(1_000), at(1_050, { cpuNs: 1e9 })],
    ['time went back', at(1_000), at(0, { cpuNs: 1e9 })],
  ])('is a gap when %s', (_, earlier, later) => {
    expect(Object.values(ratesBetween(earlier, later))).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
  })

  it('is a gap only in the counter that went back', () => {
    const rates = ratesBetween(at(0, { cpuNs: 9e9, rxBytes: 5 }), at(1_000, { cpuNs: 1e9, rxBytes: 6 }))
    expect(rates.cores).toBeNaN()
    expect(rates.rxBytesPerS).toBe(1)
  })

  it('is never negative and never infinite', () => {
    const counter = fc.oneof(fc.nat(), fc.double({ min: 0 }), fc.constant(Number.NaN))
    const reading = fc.record({
      life: fc.integer({ min: 1, max: 2 }),
      atMs: fc.double({ min: 0, max: 1e15 }),
      cpuNs: counter,
      rxBytes: counter,
      txBytes: counter,
      diskBytes: counter,
    })
    fc.assert(
      fc.property(reading, reading, (a, b) => {
        for (const rate of Object.values(ratesBetween(a, b))) expect(Number.isNaN(rate) || rate >= 0).toBe(true)
      }),
    )
  })
})

function record(params: Readonly<Record<string, number>>): DomainStats {
  const domain = { name: 'a', uuid: '00000000-0000-4000-8000-000000000001', id: 1 }
  return { domain, params: new Map(Object.entries(params)) }
}

describe('counters', () => {
  it('add up all devices', () => {
    const stats = record({
      'cpu.time': 7,
      'net.count': 2,
      'net.0.rx.bytes': 1,
      'net.1.rx.bytes': 2,
      'net.0.tx.bytes': 3,
      'net.1.tx.bytes': 4,
      'block.count': 1,
      'block.0.rd.bytes': 5,
      'block.0.wr.bytes': 6,
    })
    expect(counters(stats, 9)).toEqual({ life: 1, atMs: 9, cpuNs: 7, rxBytes: 3, txBytes: 7, diskBytes: 11 })
  })

  it('are zero without a device and unknown without a figure', () => {
    const stats = record({ 'net.count': 0, 'block.count': 1, 'block.0.rd.bytes': 5 })
    expect(counters(stats, 0)).toMatchObject({ cpuNs: Number.NaN, rxBytes: 0, diskBytes: Number.NaN })
  })
})

describe('memoryFigure', () => {
  const said = { 'balloon.available': 400_000, 'balloon.usable': 300_000, 'balloon.unused': 250_000 }
  const rss = { 'balloon.rss': 700_000, 'balloon.current': 512_000 }
  const fresh = () => true

  it('is what the guest cannot give back', () => {
    expect(memoryFigure(record({ ...said, ...rss, 'balloon.last-update': 5 }), fresh).usedMiB).toBe(100_000 / 1024)
  })

  it('takes what is unused from guests that do not tell what is usable', () => {
    const { 'balloon.usable': _, ...old } = said
    expect(memoryFigure(record({ ...old, ...rss, 'balloon.last-update': 5 }), fresh).usedMiB).toBe(150_000 / 1024)
  })

  it.each([
    ['says nothing', rss],
    ['never said anything', { ...said, ...rss, 'balloon.last-update': 0 }],
    ['says nonsense', { ...said, ...rss, 'balloon.usable': 500_000, 'balloon.last-update': 5 }],
  ])('is the size of its process, at most the balloon, when the guest %s', (_, params) => {
    expect(memoryFigure(record(params), fresh).usedMiB).toBe(500)
  })

  it('does not believe a guest that has fallen silent', () => {
    expect(memoryFigure(record({ ...said, ...rss, 'balloon.last-update': 5 }), () => false).usedMiB).toBe(500)
  })

  it('is unknown when nothing is told', () => {
    expect(memoryFigure(record({}), fresh)).toEqual({ usedMiB: Number.NaN, saidAtS: undefined })
  })
})

describe('toBatch', () => {
  it('leaves what was not measured as a gap', () => {
    const batch = toBatch([{ subject: 'x:1', atMs: 5, values: { cpu: 0.5, idle: 7 } }])
    const row = metrics.map((_, column) => batch.values[column])
    expect(row).toEqual([0.5, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 7])
    expect([...batch.atMs]).toEqual([5])
  })
})
