import { metrics } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import { Block } from './block.ts'
import { makeLayout } from './layout.ts'

const hourMs = 3_600_000

describe('the layout of one subject', () => {
  test('by default: two hours exact, 14 days kept, at most 10,000 bytes, by what the arrays really take', () => {
    const layout = makeLayout({})
    const subjects = 100
    expect(layout.rows).toBe(120)
    expect(layout.bytesPerSubject).toBeLessThanOrEqual(10_000)
    expect(new Block(layout, subjects).byteLength).toBe(subjects * layout.bytesPerSubject)
    expect(layout.tiers.map((tier) => [tier.hours, tier.tiles])).toEqual([
      [1, 4],
      [3, 6],
      [12, 4],
      [24, 4],
      [48, 5],
    ])
    // What is certainly held when the newest tile of each tier has just begun.
    const held = layout.tiers.reduce(
      (sum, tier, t) => sum + (tier.tiles - 1) * tier.hours + (layout.tiers[t - 1]?.hours ?? 1),
      0,
    )
    expect(held).toBeGreaterThanOrEqual(14 * 24)
    expect(layout.bins).toHaveLength(metrics.length)
  })

  test('fewer tiers for a short retention', () => {
    expect(makeLayout({ retentionMs: 24 * hourMs }).tiers.map((tier) => tier.hours)).toEqual([1, 3, 12])
  })

  test.each([
    ['a step that does not divide an hour', { stepMs: 7 * 60_000 }],
    ['a step of no length', { stepMs: 0 }],
    ['a step that is no number', { stepMs: Number.NaN }],
    ['a ring of an hour', { recentMs: hourMs }],
    ['a retention without end', { retentionMs: Number.POSITIVE_INFINITY }],
    ['more than the bytes allowed', { recentMs: 4 * hourMs }],
  ])('refuses %s', (_, options) => {
    expect(() => makeLayout(options)).toThrow(/^telemetry\./)
  })

  test('more bytes may be allowed', () => {
    expect(makeLayout({ recentMs: 4 * hourMs, maxBytesPerSubject: 20_000 }).rows).toBe(240)
  })

  test('the fingerprint tells layouts apart', () => {
    const all = [
      {},
      { stepMs: 120_000 },
      { retentionMs: 20 * 24 * hourMs, maxBytesPerSubject: 20_000 },
      { recentMs: 1.5 * hourMs },
    ]
    expect(new Set(all.map((options) => makeLayout(options).fingerprint)).size).toBe(all.length)
  })
})
