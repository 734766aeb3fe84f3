import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contains, type Interval, lengthMs, overlaps } from './interval.ts'

// Few different moments, so that ends and starts meet often.
const moment = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.POSITIVE_INFINITY))
const interval: fc.Arbitrary<Interval> = fc
  .tuple(fc.integer({ min: 0, max: 6 }), moment)
  .filter(([startMs, endMs]) => startMs < endMs)
  .map(([startMs, endMs]) => ({ startMs, endMs }))

test('the start belongs to it, the end does not', () => {
  fc.assert(
    fc.property(interval, ({ startMs, endMs }) => {
      expect(contains({ startMs, endMs }, startMs)).toBe(true)
      expect(contains({ startMs, endMs }, startMs - 1)).toBe(false)
      expect(contains({ startMs, endMs }, endMs)).toBe(false)
      expect(contains({ startMs, endMs }, Number.isFinite(endMs) ? endMs - 1 : 1e15)).toBe(true)
    }),
  )
})

test('two overlap if and only if some moment belongs to both', () => {
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const shared = [0, 1, 2, 3, 4, 5, 6].some((atMs) => contains(a, atMs) && contains(b, atMs))
      expect(overlaps(a, b)).toBe(shared)
      expect(overlaps(b, a)).toBe(shared)
    }),
  )
})

test('one that meets another does not overlap it: together they are as long as both', () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(), fc.nat({ max: 1000 }), fc.nat({ max: 1000 })), ([startMs, first, second]) => {
      const a = { startMs, endMs: startMs + first }
      const b = { startMs: a.endMs, endMs: a.endMs + second }
      expect(overlaps(a, b)).toBe(false)
      expect(lengthMs(a) + lengthMs(b)).toBe(lengthMs({ startMs: a.startMs, endMs: b.endMs }))
    }),
  )
})

test('one that ends before it starts is empty', () => {
  expect(lengthMs({ startMs: 5, endMs: 3 })).toBe(0)
  expect(contains({ startMs: 5, endMs: 3 }, 4)).toBe(false)
  expect(lengthMs({ startMs: 5, endMs: 8 })).toBe(3)
  expect(lengthMs({ startMs: 5, endMs: Number.POSITIVE_INFINITY })).toBe(Number.POSITIVE_INFINITY)
})
