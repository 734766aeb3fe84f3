import { expect, test } from 'vitest'
import { linearCurve, powerAtW } from './power-curve.ts'

const g5 = [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135]

test.each([
  [0, 93.7],
  [0.1, 97],
  [0.5, 116],
  [1, 135],
  [0.05, 95.35],
  [0.95, 134],
])('at %s of full load: %s W', (load, watts) => {
  expect(powerAtW(g5, load)).toBeCloseTo(watts, 9)
})

test('below rest, above full load and of no load at all the ends count', () => {
  expect(powerAtW(g5, -1)).toBe(93.7)
  expect(powerAtW(g5, 1.5)).toBe(135)
  expect(powerAtW(g5, Number.NaN)).toBe(93.7)
})

test('two points are a straight line', () => {
  expect(powerAtW(linearCurve(100, 200), 0.25)).toBe(125)
})
