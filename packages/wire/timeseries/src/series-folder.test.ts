// What becomes of the samples of one series, worked out by hand: steps of 60 s from 0, counters in units.
import { describe, expect, it } from 'vitest'
import { noCounts } from './series-counts.ts'
import { SeriesFolder, type SeriesKind, unknown } from './series-folder.ts'

const s = 1000
const gap = Number.NaN

function fold(kind: SeriesKind, samples: readonly (readonly [atS: number, value: number])[], steps = 4) {
  const counts = noCounts()
  const folder = new SeriesFolder({ fromMs: 0, stepMs: 60 * s, steps }, { kind, maxGapMs: 300 * s }, counts)
  for (const [atS, value] of samples) folder.add(atS * s, value)
  folder.close()
  return { values: [...folder.values], times: [...folder.times], newestMs: folder.newestMs, counts }
}

describe('a gauge', () => {
  it('is what it last was within a step, and a step without one is a gap', () => {
    const { values, times } = fold('gauge', [
      [-10, 9],
      [5, 1],
      [50, 2],
      [130, 3],
    ])
    expect(values).toEqual([2, gap, 3, gap])
    expect(times).toEqual([50 * s, gap, 130 * s, gap])
  })

  it('keeps a value of the step in which it vanished; a step of which only that is known is unknown', () => {
    expect(
      fold('gauge', [
        [5, 1],
        [20, Number.NaN],
        [70, Number.NaN],
        [130, Number.POSITIVE_INFINITY],
      ]),
    ).toMatchObject({
      values: [1, unknown, unknown, gap],
      counts: { infinite: 1 },
    })
  })
})

describe('a counter', () => {
  it('gives one value per step when it is read once per step, whenever that is', () => {
    expect(
      fold('counter', [
        [-30, 0],
        [30, 60],
        [90, 180],
        [150, 180],
        [210, 240],
      ]).values,
    ).toEqual([1, 2, 0, 1])
    expect(
      fold('counter', [
        [-1, 0],
        [60, 61],
        [119, 120],
        [181, 182],
      ]).values,
    ).toEqual([1, 1, 1, 1])
  })

  it('is averaged over the readings of a step, by their length', () => {
    // 0.5 over 15 s, 1 over 15 s, 3 over 30 s: (7.5 + 15 + 90) / 60
    expect(
      fold(
        'counter',
        [
          [-5, 0],
          [10, 7.5],
          [25, 22.5],
          [55, 112.5],
        ],
        1,
      ).values,
    ).toEqual([1.875])
  })

  it('holds for every step that a long stretch has measured', () => {
    expect(
      fold('counter', [
        [-10, 0],
        [200, 420],
      ]).values,
    ).toEqual([2, 2, 2, 2])
  })

  it('knows nothing before its second reading, and nothing across a stretch that is too long', () => {
    expect(fold('counter', [[10, 5]]).values).toEqual([unknown, gap, gap, gap])
    expect(
      fold('counter', [
        [-400, 0],
        [10, 5],
        [70, 65],
      ]).values,
    ).toEqual([unknown, 1, gap, gap])
  })

  it('tells nothing of the stretch in which it went back, be it a reset or a wrap', () => {
    const wrap = 2 ** 32
    const { values, counts } = fold('counter', [
      [-30, wrap - 100],
      [30, wrap - 40],
      [90, 20],
      [150, 80],
      [210, 20],
    ])
    expect(values).toEqual([1, unknown, 1, unknown])
    expect(counts.resets).toBe(2)
  })

  it('begins anew after a mark that it had vanished', () => {
    expect(
      fold('counter', [
        [-30, 0],
        [30, 60],
        [60, Number.NaN],
        [90, 500],
        [150, 560],
      ]).values,
    ).toEqual([1, unknown, 1, gap])
  })

  it('leaves out what is not later than the sample before', () => {
    const { values, counts } = fold('counter', [
      [-30, 0],
      [30, 60],
      [20, 900],
      [30, 61],
      [30, 60],
      [90, 120],
    ])
    expect(values).toEqual([1, 1, gap, gap])
    expect(counts.disordered).toBe(2)
  })
})
