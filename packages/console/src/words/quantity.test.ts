import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cores, counted, figure, memory, memoryOf, percent, quantity, rate, roughSpan, span } from './quantity.ts'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('quantities', () => {
  it.each([
    [cores(1), '1 core'],
    [cores(0), '0 cores'],
    [cores(0.0421), '0.042 cores'],
    [cores(0.0004), '<0.001 cores'],
    [cores(4200), '4,200 cores'],
    [memory(512), '512 MiB'],
    [memory(1024), '1 GiB'],
    [memory(1_048_576), '1 TiB'],
    [memoryOf(29_800, 257_024), '29.1 of 251 GiB'],
    [memoryOf(512, 1024), '512 MiB of 1 GiB'],
    [percent(0.042), '4.2 %'],
    [percent(0.57), '57 %'],
    [rate(999), '999 B/s'],
    [rate(2_500_000), '2.5 MB/s'],
    [span(0), '0 s'],
    [span(90), '1 min 30 s'],
    [span(200_000), '2 d 7 h'],
    [span(86_400), '1 d'],
    [roughSpan(5399), '90 min'],
    [roughSpan(5400), '2 h'],
    [counted(1, 'host'), '1 host'],
    [counted(10_000, 'instance'), '10,000 instances'],
    [quantity(3, 'users'), '3 users'],
    [quantity(7200, 's'), '2 h'],
  ])('%s', (text, expected) => expect(plain(text)).toBe(expected))

  it('never shows an amount that is there as none', () => {
    fc.assert(fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (value) => figure(value) !== '0'))
  })
})
