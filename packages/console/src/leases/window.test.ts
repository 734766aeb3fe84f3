import { describe, expect, it } from 'vitest'
import { grainOf, hourMs, lengthOf, middleAfterZoom, nextZoom, ticksOf, windowAround, zooms } from './window.ts'

describe('the window of the calendar', () => {
  it('has its middle where it was, at every zoom', () => {
    const middleMs = Date.UTC(2026, 2, 29, 1)
    for (const { value } of zooms) {
      const { fromMs, toMs } = windowAround(middleMs, value)
      expect((fromMs + toMs) / 2).toBe(middleMs)
      expect(toMs - fromMs).toBe(lengthOf(value))
    }
  })

  it('keeps the present where it was when one zooms, and the middle when the present is out of sight', () => {
    const nowMs = Date.UTC(2026, 2, 29, 1)
    const week = { fromMs: nowMs - lengthOf('week') / 10, toMs: nowMs + (lengthOf('week') * 9) / 10 }
    for (const { value } of zooms) {
      const { fromMs } = windowAround(middleAfterZoom(week, nowMs, value), value)
      expect((nowMs - fromMs) / lengthOf(value)).toBeCloseTo(0.1, 9)
      expect(middleAfterZoom(week, week.toMs + 1, value)).toBe((week.fromMs + week.toMs) / 2)
    }
  })

  it('stays at the ends of the scale', () => {
    expect(nextZoom('day', -1)).toBe('day')
    expect(nextZoom('day', 1)).toBe('week')
    expect(nextZoom('year', 1)).toBe('year')
  })

  it.each(zooms)('has 4 to 14 ticks, in order and within it: $text', ({ value }) => {
    for (let offsetH = 0; offsetH < 48; offsetH += 5) {
      // Over the nights on which clocks change in Europe and in America.
      for (const month of [2, 9, 10]) {
        const ticks = ticksOf(windowAround(Date.UTC(2026, month, 27) + offsetH * hourMs, value), value)
        expect(ticks.length).toBeGreaterThanOrEqual(value === 'quarter' ? 2 : 4)
        expect(ticks.length).toBeLessThanOrEqual(14)
        for (const [nth, { at, text }] of ticks.entries()) {
          expect(at).toBeGreaterThanOrEqual(0)
          expect(at).toBeLessThan(1)
          expect(text).not.toBe('')
          if (nth > 0) expect(at).toBeGreaterThan(ticks[nth - 1]?.at ?? 1)
        }
      }
    }
  })

  it('rounds a drag more finely the closer one looks', () => {
    const grains = zooms.map(({ value }) => grainOf(value))
    expect(grains).toEqual([...grains].sort((a, b) => a - b))
  })
})
