// From series to rows of samples: parts are added up, doubles are not, half a sum is no value, and nothing is remembered
// wrongly from one answer to the next.
import { describe, expect, it } from 'vitest'
import { evaluateFormula, sampleRows } from './formula.ts'
import { noCounts } from './series-counts.ts'
import type { Labels } from './series-sink.ts'
import { StrandIndex, SubjectRows } from './subject-rows.ts'
import { TermReading, type TermShape } from './term-reading.ts'

const grid = { fromMs: 0, stepMs: 60_000, steps: 2 }
const gauge: TermShape = { kind: 'gauge', maxGapMs: 300_000, busy: 'high' }

interface Series {
  readonly labels: Labels
  readonly samples: readonly (readonly [atS: number, value: number])[]
}

function placedBy(rows: SubjectRows): StrandIndex {
  return new StrandIndex(rows, ({ vm = '', dev = '' }) => {
    if (vm === 'both') return 'ambiguous'
    return vm === 'nobody' ? 'unmatched' : { subject: vm, part: dev }
  })
}

function read(index: StrandIndex, all: readonly Series[], shape = gauge) {
  const counts = noCounts()
  const reading = new TermReading(index, { shape, grid }, counts)
  for (const { labels, samples } of all) {
    if (!reading.begin(JSON.stringify(labels), () => labels)) continue
    for (const [atS, value] of samples) reading.sample(atS * 1000, value)
  }
  reading.finish()
  return { reading, counts }
}

const valuesOf = (rows: SubjectRows, sums: Parameters<typeof evaluateFormula>[0]) => [
  ...evaluateFormula(sums, grid, rows.subjects.length).values,
]

describe('series of one subject', () => {
  it('are added up by part', () => {
    const rows = new SubjectRows()
    const { reading } = read(placedBy(rows), [
      {
        labels: { vm: 'a', dev: 'x' },
        samples: [
          [10, 1],
          [70, 2],
        ],
      },
      { labels: { vm: 'a', dev: 'y' }, samples: [[10, 10]] },
      { labels: { vm: 'b', dev: 'x' }, samples: [[70, 5]] },
    ])
    expect(valuesOf(rows, [[{ reading, factor: 2 }]])).toEqual([22, 4, Number.NaN, 10])
  })

  it('are not added up when a part is there and not known: half a sum would look idle', () => {
    const rows = new SubjectRows()
    const { reading } = read(placedBy(rows), [
      {
        labels: { vm: 'a', dev: 'x' },
        samples: [
          [10, 1],
          [70, 2],
        ],
      },
      {
        labels: { vm: 'a', dev: 'y' },
        samples: [
          [10, Number.NaN],
          [70, 3],
        ],
      },
    ])
    expect(valuesOf(rows, [[{ reading, factor: 1 }]])).toEqual([Number.NaN, 5])
  })

  it('are one series when they say the same: the newer counts, then the busier', () => {
    const rows = new SubjectRows()
    const older = {
      labels: { vm: 'a', replica: '1' },
      samples: [
        [10, 1],
        [69, 9],
      ],
    } as const
    const newer = {
      labels: { vm: 'a', replica: '2' },
      samples: [
        [10, 2],
        [70, 3],
      ],
    } as const
    const equal = {
      labels: { vm: 'a', replica: '3' },
      samples: [
        [10, 1],
        [70, 4],
      ],
    } as const
    const one = read(placedBy(rows), [older, newer, equal])
    expect(valuesOf(rows, [[{ reading: one.reading, factor: 1 }]])).toEqual([2, 4])
    expect(one.counts).toMatchObject({ series: 3, duplicate: 2 })
    const other = read(placedBy(new SubjectRows()), [equal, newer, older])
    expect(valuesOf(rows, [[{ reading: other.reading, factor: 1 }]])).toEqual([2, 4])
    const idle = read(placedBy(new SubjectRows()), [newer, equal], { ...gauge, busy: 'low' })
    expect(valuesOf(rows, [[{ reading: idle.reading, factor: 1 }]])).toEqual([1, 3])
  })

  it('that come in several pieces go on', () => {
    const rows = new SubjectRows()
    const labels = { vm: 'a' }
    const counter: TermShape = { ...gauge, kind: 'counter' }
    const { reading, counts } = read(
      placedBy(rows),
      [
        {
          labels,
          samples: [
            [-30, 0],
            [30, 60],
          ],
        },
        { labels, samples: [[90, 180]] },
      ],
      counter,
    )
    expect(valuesOf(rows, [[{ reading, factor: 1 }]])).toEqual([1, 2])
    expect(counts).toMatchObject({ series: 1, duplicate: 0 })
  })

  it('that belong to nobody, or to more than one, are counted and given to none', () => {
    const rows = new SubjectRows()
    const index = placedBy(rows)
    const series = ['nobody', 'both', 'a'].map((vm) => ({
      labels: { __name__: 'cpu', vm },
      samples: [[10, 1]] as const,
    }))
    for (let turn = 0; turn < 2; turn++) {
      const { counts } = read(index, series)
      expect(counts).toMatchObject({ series: 3, unmatched: 1, ambiguous: 1, samples: 1 })
    }
    expect(index.examples).toEqual({ unmatched: ['cpu{vm="nobody"}'], ambiguous: ['cpu{vm="both"}'] })
    expect(rows.subjects).toEqual(['a'])
  })
})

describe('a formula', () => {
  const rows = new SubjectRows()
  const term = (samples: Series['samples'], vm = 'a') => read(placedBy(rows), [{ labels: { vm }, samples }]).reading
  const total = term([
    [10, 100],
    [70, 100],
  ])
  const free = term([[20, 30]])
  const resident = term([
    [10, 80],
    [70, 81],
  ])

  it('is the first sum that is whole in a step', () => {
    const used = [
      { reading: total, factor: 1 },
      { reading: free, factor: -1 },
    ]
    const { values, times } = evaluateFormula([used, [{ reading: resident, factor: 1 }]], grid, rows.subjects.length)
    expect([...values]).toEqual([70, 81])
    expect([...times]).toEqual([20_000, 70_000])
  })

  it('becomes rows: a row for each step of each subject that has a value, gaps as NaN', () => {
    const cpu = evaluateFormula([[{ reading: term([[70, 2]], 'b'), factor: 1 }]], grid, rows.subjects.length)
    const memory = evaluateFormula([[{ reading: total, factor: 1 }]], grid, rows.subjects.length)
    const result = sampleRows([cpu, undefined, memory], { grid, subjects: rows.subjects })
    expect(result.subjects).toEqual(['a', 'a', 'b'])
    expect([...result.atMs]).toEqual([10_000, 70_000, 70_000])
    const nan = Number.NaN
    expect([...result.values]).toEqual([nan, nan, 100, nan, nan, 100, 2, nan, nan])
    expect(sampleRows([cpu, undefined, memory], { grid, subjects: rows.subjects, fromStep: 1 }).subjects).toEqual([
      'a',
      'b',
    ])
  })
})
