// What meters have been seen to say, and what has to come of it: a doubt with its reason, and the truth again afterwards.
import { describe, expect, it } from 'vitest'
import { OutletWatch, defaultMaxPowerW } from './outlet-watch.ts'

const limits = { maxPowerW: defaultMaxPowerW, stuckAfterMs: 3_600_000 }

/** A reading a second; what came of each. */
function said(watch: OutletWatch, powers: readonly number[], { awake = true, fromMs = 0 } = {}) {
  return powers.map((powerW, nth) => watch.judge({ powerW, atMs: fromMs + nth * 1000 }, limits, awake))
}

const usual = [200, 210, 195, 205, 198, 202, 207, 199]

describe('what an outlet says', () => {
  it('is believed from the first figure, also when nothing hangs on it', () => {
    expect(said(new OutletWatch(), [...usual, 0, 0, 0, 12])).toEqual(Array(12).fill(undefined))
  })

  it.each([
    [-1, 'negative'],
    [-0.5, 'negative'],
    [65535, 'sentinel'],
    [65534, 'sentinel'],
    [32767, 'sentinel'],
    [4294967295, 'sentinel'],
    [2147483647, 'sentinel'],
    [9000, 'too-high'],
    [Number.POSITIVE_INFINITY, 'too-high'],
  ])('is not believed at %d W (%s), before and after the first figures, and is at the next', (powerW, doubt) => {
    const watch = new OutletWatch()
    expect(said(watch, [powerW])).toEqual([doubt])
    said(watch, usual, { fromMs: 10_000 })
    expect(said(watch, [powerW, 201], { fromMs: 30_000 })).toEqual([doubt, undefined])
  })

  it('that jumps is doubted, and believed when it stays there', () => {
    const watch = new OutletWatch()
    said(watch, usual)
    expect(said(watch, [1500, 200, 1500, 1510, 1490, 1495], { fromMs: 20_000 })).toEqual([
      'jump',
      undefined,
      'jump',
      'jump',
      undefined,
      undefined,
    ])
    expect(said(watch, [200, 1500], { fromMs: 40_000 }), 'a fall, and back to where it was').toEqual([
      undefined,
      undefined,
    ])
  })

  it.each([
    ['W to tenths', 10],
    ['W to mW', 1000],
    ['W to kW', 0.001],
    ['W to tens', 0.1],
  ])('in another unit (%s) is never believed, and in its own unit at once', (_, factor) => {
    const watch = new OutletWatch()
    said(watch, usual)
    const other = Array.from({ length: 50 }, (__, nth) => (usual[nth % usual.length] as number) * factor)
    const doubts = said(watch, other, { fromMs: 20_000 })
    expect(doubts.slice(0, 2)).toEqual(['jump', 'jump'])
    expect(new Set(doubts.slice(2))).toEqual(new Set(['unit-changed']))
    expect(said(watch, [203, 201], { fromMs: 90_000 })).toEqual([undefined, undefined])
  })

  it.each([
    ['W to mW', 1000],
    ['W to kW', 0.001],
  ])('in another unit (%s) is known by the figure before, also soon after the load rose', (_, factor) => {
    const watch = new OutletWatch()
    said(watch, [...usual, ...usual, 290, 290, 290])
    expect(said(watch, Array(5).fill(290 * factor), { fromMs: 20_000 })).toEqual([
      'jump',
      'jump',
      'unit-changed',
      'unit-changed',
      'unit-changed',
    ])
    expect(said(watch, [290], { fromMs: 30_000 })).toEqual([undefined])
  })

  it('falls to a tenth when its host goes to sleep, and rises again', () => {
    const watch = new OutletWatch()
    said(watch, usual)
    expect(said(watch, [20, 20, 20, 8, 0, 0], { fromMs: 20_000, awake: false })).toEqual(Array(6).fill(undefined))
    expect(said(watch, [150, 205, 210], { fromMs: 40_000 })).toEqual([undefined, undefined, undefined])
  })

  it('that is stuck is doubted after its time, and believed as soon as it moves; nothing may be nothing for ever', () => {
    const watch = new OutletWatch()
    const doubts = said(watch, Array(3700).fill(212.5))
    expect(doubts.slice(0, 3601)).toEqual(Array(3601).fill(undefined))
    expect(doubts.slice(3601)).toEqual(Array(99).fill('stuck'))
    expect(said(watch, [213], { fromMs: 4_000_000 })).toEqual([undefined])
    expect(new Set(said(watch, Array(8000).fill(0), { fromMs: 5_000_000 }))).toEqual(new Set([undefined]))
  })

  it('that draws little and always the same while its host sleeps is believed, and not doubted when the host wakes', () => {
    const watch = new OutletWatch()
    said(watch, usual)
    const asleep = said(watch, Array(8000).fill(24), { awake: false, fromMs: 10_000 })
    expect(new Set(asleep)).toEqual(new Set([undefined]))
    expect(said(new OutletWatch(), Array(4000).fill(6), { awake: false }).at(-1)).toBeUndefined()
    expect(said(watch, [180, 200, 190], { fromMs: 9_000_000 })).toEqual([undefined, undefined, undefined])
    // A meter that froze while the host was on tells of more than sleep.
    expect(said(watch, Array(4000).fill(190), { awake: false, fromMs: 10_000_000 }).at(-1)).toBe('stuck')
  })

  it('that is read seldom is not called stuck for two equal figures', () => {
    const watch = new OutletWatch()
    const hourly = Array.from({ length: 20 }, (_, nth) =>
      watch.judge({ powerW: 300, atMs: nth * 3_600_000 }, limits, true),
    )
    expect(new Set(hourly)).toEqual(new Set([undefined]))
  })
})
