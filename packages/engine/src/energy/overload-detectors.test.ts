import { describe, expect, test } from 'vitest'
import { FleetDraft } from './fleet-draft.ts'
import {
  interquartileDetector,
  medianDeviationDetector,
  type OverloadDetector,
  regressionDetector,
  thresholdDetector,
} from './overload-detectors.ts'
import { aFleet } from './testing/a-fleet.ts'

/** One host of 100 with one instance that asked for these, newest last. */
function judge(detector: OverloadDetector, asked: readonly number[]): boolean {
  const past = asked.slice(0, -1)
  const fleet = aFleet({ hosts: 1, instances: [{ on: 0, asks: asked.at(-1) as number, past }], step: past.length })
  return detector(new FleetDraft(fleet), 0)
}

test('a fixed threshold is exceeded above it, not at it', () => {
  expect(judge(thresholdDetector(0.8), [80])).toBe(false)
  expect(judge(thresholdDetector(0.8), [80.1])).toBe(true)
})

test('of several instances the sum counts', () => {
  const instances = [
    { on: 0, asks: 45 },
    { on: 0, asks: 45 },
  ]
  expect(thresholdDetector(0.8)(new FleetDraft(aFleet({ hosts: 1, instances })), 0)).toBe(true)
})

describe('adaptive thresholds', () => {
  test.each([
    ['interquartile range', interquartileDetector(1.5)],
    ['median absolute deviation', medianDeviationDetector(2.5)],
  ])('%s: 0.7 until twelve steps are known', (_, detector) => {
    expect(judge(detector, [...Array(10).fill(10), 70])).toBe(false)
    expect(judge(detector, [...Array(10).fill(10), 71])).toBe(true)
  })

  // Of 10, 20, … 120: quartiles at ranks round(0.25 · 13) = 3 and round(0.75 · 13) = 10, so 1 − 0.5 · (1.0 − 0.3) = 0.65.
  const ladder = Array.from({ length: 12 }, (_, nth) => (nth + 1) * 10)
  const shuffled = [120, 10, 110, 20, 100, 30, 90, 40, 80, 50, 70, 60]
  test('interquartile range: the quartiles are those of the rounded ranks', () => {
    expect(judge(interquartileDetector(0.5), [...shuffled.slice(0, -1), 60])).toBe(false)
    expect(judge(interquartileDetector(0.5), ladder)).toBe(true)
    const at66 = [...shuffled.filter((value) => value !== 60 && value !== 70), 60, 70]
    expect(judge(interquartileDetector(0.5), at66)).toBe(true)
  })

  // Of the ladder the median is 65 and the median distance from it 30, so 1 − 1 · 0.3 = 0.7.
  test('median absolute deviation: half of the distances are smaller', () => {
    const ending = (last: number) => [...ladder.filter((value) => value !== last), last]
    expect(judge(medianDeviationDetector(1), ending(70))).toBe(false)
    expect(judge(medianDeviationDetector(1), ending(80))).toBe(true)
  })

  test('a steady host may be full', () => {
    expect(judge(interquartileDetector(1.5), Array(30).fill(99))).toBe(false)
    expect(judge(medianDeviationDetector(2.5), Array(30).fill(99))).toBe(false)
  })
})

describe('local regression', () => {
  test('0.7 until ten steps are known', () => {
    expect(judge(regressionDetector(1.2), [...Array(8).fill(80), 70])).toBe(false)
    expect(judge(regressionDetector(1.2), [...Array(8).fill(10), 71])).toBe(true)
  })

  // 5, 10, … 50 goes on to 55: 1.2 · 0.55 < 1. 45, 50, … 90 goes on to 95: 1.2 · 0.95 ≥ 1, though 90 is not full.
  test('the line through the last ten is followed by one step', () => {
    const line = (from: number) => Array.from({ length: 10 }, (_, nth) => from + 5 * nth)
    expect(judge(regressionDetector(1.2), line(5))).toBe(false)
    expect(judge(regressionDetector(1.2), line(45))).toBe(true)
    expect(judge(regressionDetector(1), line(45))).toBe(false)
  })

  test('a falling host is let alone though it is full now', () => {
    const falling = Array.from({ length: 10 }, (_, nth) => 140 - 5 * nth)
    expect(judge(regressionDetector(1), falling)).toBe(false)
  })
})
