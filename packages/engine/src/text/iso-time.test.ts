import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from './iso-time.ts'

test('agrees with the platform for every moment of the years 0 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (atMs) => {
      expect(isoTime(atMs)).toBe(new Date(Math.floor(atMs / 1000) * 1000).toISOString().replace('.000Z', 'Z'))
    }),
    { numRuns: 2000 },
  )
})

test('says so where there is no such moment', () => {
  expect(isoTime(Number.NaN)).toBe('an unknown time')
  expect(isoTime(Number.NEGATIVE_INFINITY)).toBe('an unknown time')
  expect(isoTime(Number.POSITIVE_INFINITY)).toBe('the end of time')
})
