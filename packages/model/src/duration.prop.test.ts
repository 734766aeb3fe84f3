import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDurationMs, parseDurationMs } from './duration.ts'

const spanMs = fc.integer({ min: 0, max: 400 * 86_400_000 })

test('what was written can be read, and is off by less than its smallest part', () => {
  const smallestMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  fc.assert(
    fc.property(spanMs, (durationMs) => {
      const text = formatDurationMs(durationMs)
      const unit = /[a-z]+$/.exec(text)?.[0] ?? ''
      const read = parseDurationMs(text) ?? Number.NaN
      expect(Math.abs(read - durationMs)).toBeLessThan(smallestMs[unit] ?? Number.NaN)
      expect(text.match(/\d+/g)?.length).toBeLessThanOrEqual(2)
    }),
  )
})

test('writing what was read from what was written changes nothing', () => {
  fc.assert(
    fc.property(spanMs, (durationMs) => {
      const text = formatDurationMs(durationMs)
      expect(formatDurationMs(parseDurationMs(text) ?? Number.NaN)).toBe(text)
    }),
  )
})

test('parts add up, in any order', () => {
  const part = fc.tuple(fc.nat({ max: 10_000 }), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w'))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const texts = parts.map(([amount, unit]) => `${amount}${unit}`)
      const sum = texts.reduce((total, text) => total + (parseDurationMs(text) ?? Number.NaN), 0)
      expect(parseDurationMs(texts.join(''))).toBe(sum)
      expect(parseDurationMs(texts.toReversed().join(''))).toBe(sum)
    }),
  )
})

test('any text is read as a finite duration or not at all', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.]{0,9}(ms|s|m|h|d|w|y)?[\d.]{0,9}(ms|s)?$/)), (text) => {
      const durationMs = parseDurationMs(text)
      if (durationMs !== undefined) expect(Number.isInteger(durationMs) && durationMs >= 0).toBe(true)
    }),
  )
})
