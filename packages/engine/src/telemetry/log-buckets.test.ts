import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketCount, bucketOf, edges, largestValue, relativeError, smallestIndexed } from './log-buckets.ts'

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)
const edge = (bucket: number) => edges[bucket] ?? Number.NaN
const place = (value: number) => {
  floats[0] = value
  return bucketOf(floats[0], bits[0] ?? 0)
}

describe('log buckets', () => {
  test('the edges are powers of two to a 32nd, whole powers exactly', () => {
    expect(edges[0]).toBe(0)
    expect(edges[1]).toBe(smallestIndexed)
    for (let bucket = 2; bucket <= bucketCount; bucket++) {
      expect(edge(bucket) / edge(bucket - 1)).toBeCloseTo(2 ** (1 / 32), 12)
    }
    for (let power = -20; power <= 51; power++) expect(edges).toContain(2 ** power)
  })

  test('every value lies between the edges of its bucket', () => {
    const value = fc.oneof(
      fc.double({ min: 0, max: largestValue, noNaN: true }),
      fc.double({ min: -50, max: 50, noNaN: true }).map((power) => 2 ** power),
      fc.integer({ min: 1, max: bucketCount - 40 }).map((bucket) => edge(bucket)),
    )
    fc.assert(
      fc.property(value, (raw) => {
        const single = Math.fround(raw)
        const bucket = place(single)
        expect(edge(bucket)).toBeLessThanOrEqual(single)
        expect(edge(bucket + 1)).toBeGreaterThan(single)
      }),
      { numRuns: 2000 },
    )
  })

  test('the neighbours of every edge fall on their own side of it', () => {
    for (let bucket = 2; bucket < bucketCount - 32; bucket++) {
      floats[0] = edge(bucket)
      for (const step of [-1, 0, 1]) {
        const near = new Float32Array(Uint32Array.of((bits[0] ?? 0) + step).buffer)[0] ?? 0
        expect(place(near)).toBe(near >= edge(bucket) ? bucket : bucket - 1)
      }
    }
  })

  test('the stated error grows with the level of collapse', () => {
    expect(relativeError(0)).toBeCloseTo(0.01083, 4)
    expect(relativeError(5)).toBeCloseTo(1 / 3, 10)
    expect([0, 1, 2, 3].map(relativeError)).toEqual([0, 1, 2, 3].map(relativeError).toSorted((a, b) => a - b))
  })
})
