// Merging is exact in everything but the sum, whatever the order, and a quantile of the merged sketch is within the relative
// error of the level of collapse it reached.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketCount, edges, relativeError } from './log-buckets.ts'
import { Sketch } from './sketch.ts'

const values = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 100, noNaN: true }),
    fc.double({ min: -25, max: 49, noNaN: true }).map((power) => 2 ** power),
    fc.constant(0),
  ),
  { maxLength: 60 },
)

const edge = (position: number) => edges[position] ?? Number.NaN

function sketchOf(numbers: readonly number[], limit: number): Sketch {
  const sketch = new Sketch()
  const singles = Float32Array.from(numbers)
  sketch.addAll(singles, new Uint32Array(singles.buffer), limit)
  return sketch
}

function merged(limit: number, ...parts: readonly Sketch[]): Sketch {
  const sum = new Sketch()
  for (const part of parts) sum.merge(part, limit)
  return sum
}

const shapeOf = ({ count, min, max, level, low, width, bins }: Sketch) => ({
  count,
  min,
  max,
  level: width === 0 ? 0 : level,
  low: width === 0 ? 0 : low,
  bins: bins.slice(0, width),
})

test('merging is associative and commutative', () => {
  fc.assert(
    fc.property(values, values, values, fc.constantFrom(8, 12, 16, 24), (a, b, c, limit) => {
      const [x, y, z] = [sketchOf(a, limit), sketchOf(b, limit), sketchOf(c, limit)]
      const left = merged(limit, merged(limit, x, y), z)
      const right = merged(limit, x, merged(limit, y, z))
      const turned = merged(limit, z, y, x)
      const whole = sketchOf([...a, ...b, ...c], limit)
      for (const other of [right, turned, whole]) {
        expect(shapeOf(other)).toEqual(shapeOf(left))
        expect(Math.abs(other.sum - left.sum)).toBeLessThanOrEqual(1e-12 * left.sum)
      }
    }),
    { numRuns: 500 },
  )
})

test('every quantile is within the relative error of the level reached', () => {
  fc.assert(
    fc.property(
      values,
      values,
      fc.constantFrom(8, 16, 24),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (a, b, limit, q) => {
        const sketch = merged(limit, sketchOf(a, limit), sketchOf(b, limit))
        const sorted = [...a, ...b].map(Math.fround).toSorted((left, right) => left - right)
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]
        if (exact === undefined || exact < edge(1)) return
        let rank = Math.max(1, Math.ceil(q * sorted.length)) - sorted.filter((value) => value < edge(1)).length
        let bin = -1
        while (rank > 0) rank -= sketch.bins[++bin] ?? 0
        const lower = edge(((sketch.low + bin) << sketch.level) + 1)
        const upperPosition = ((sketch.low + bin + 1) << sketch.level) + 1
        const upper = upperPosition > bucketCount ? lower * 2 ** (2 ** sketch.level / 32) : edge(upperPosition)
        const estimate = (2 * lower * upper) / (lower + upper)
        expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(relativeError(sketch.level) + 1e-9)
      },
    ),
    { numRuns: 1000 },
  )
})

test('no more than the allowed bins, and no collapse without need', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(8, 16, 24), (numbers, limit) => {
      const sketch = sketchOf(numbers, limit)
      expect(sketch.width).toBeLessThanOrEqual(limit)
      const positive = numbers.map(Math.fround).filter((value) => value >= edge(1))
      const span = Math.log2(Math.max(...positive) / Math.min(...positive)) * 32
      // At half the width of a bin the values would have needed more bins than there are.
      if (sketch.level > 0) expect(span / 2 ** (sketch.level - 1)).toBeGreaterThan(limit - 1)
      const inBins = sketch.bins.slice(0, sketch.width).reduce((sum, count) => sum + count, 0)
      expect(inBins).toBe(numbers.filter((value) => Math.fround(value) >= edge(1)).length)
    }),
  )
})
