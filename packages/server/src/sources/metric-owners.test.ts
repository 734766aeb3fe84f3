// Whose figure counts: the stronger supplier's while it gives it, then the next one's; never a mixture.
import { type SampleBatch, emptyBatch, metrics } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { MetricOwners } from './metric-owners.ts'

const slots = new Map([
  ['a', 0],
  ['b', 300],
])
const finder = { slotOf: (subject: string) => slots.get(subject) ?? -1 }
const minuteMs = 60_000

function batchOf(
  rows: readonly (readonly [
    subject: string,
    atMs: number,
    values: Partial<Record<(typeof metrics)[number], number>>,
  ])[],
): SampleBatch {
  const batch = emptyBatch(rows.length)
  rows.forEach(([subject, atMs, values], row) => {
    batch.subjects.push(subject)
    batch.atMs[row] = atMs
    for (const [index, metric] of metrics.entries())
      batch.values[row * metrics.length + index] = values[metric] ?? Number.NaN
  })
  return batch
}

const shown = ({ subjects, values }: SampleBatch) =>
  subjects.map((subject, row) => {
    const there = metrics.filter((_, index) => !Number.isNaN(values[row * metrics.length + index]))
    return `${subject}: ${there.join(' ')}`
  })

describe('two who measure the same', () => {
  const both = (atMs: number) =>
    batchOf([
      ['a', atMs, { cpu: 1, memory: 2 }],
      ['b', atMs, { cpu: 3 }],
      ['c', atMs, { cpu: 4 }],
    ])

  it('the weaker fills what the stronger leaves, by metric and subject', () => {
    const owners = new MetricOwners(finder, [['driver', 'source']], 3 * minuteMs)
    owners.claim(
      batchOf([
        ['a', 0, { cpu: 9 }],
        ['c', 0, { cpu: 9 }],
      ]),
      'driver',
      0,
    )
    expect(shown(owners.without(both(0), 'source', minuteMs))).toEqual(['a: memory', 'b: cpu', 'c: cpu'])
    expect(shown(owners.without(both(0), 'driver', minuteMs))).toEqual(['a: cpu memory', 'b: cpu', 'c: cpu'])
  })

  it('the weaker takes over when the stronger has fallen silent, and not before', () => {
    const owners = new MetricOwners(finder, [['driver', 'source']], 3 * minuteMs)
    owners.claim(batchOf([['b', 0, { cpu: 9 }]]), 'driver', 0)
    expect(shown(owners.without(both(0), 'source', 3 * minuteMs))).toEqual(['a: cpu memory', 'b: ', 'c: cpu'])
    expect(owners.without(both(0), 'source', 3 * minuteMs + 1)).toEqual(both(0))
    owners.claim(batchOf([['b', 10 * minuteMs, { memory: 9 }]]), 'driver', 10 * minuteMs)
    expect(shown(owners.without(both(0), 'source', 10 * minuteMs))).toEqual(['a: cpu memory', 'b: cpu', 'c: cpu'])
  })

  it('old samples are no claim: a source that only gives the past owns nothing', () => {
    const owners = new MetricOwners(finder, [['source', 'driver']], 3 * minuteMs)
    owners.claim(batchOf([['a', 0, { cpu: 9 }]]), 'source', 60 * minuteMs)
    expect(shown(owners.without(both(0), 'driver', 60 * minuteMs))).toEqual(['a: cpu memory', 'b: cpu', 'c: cpu'])
  })

  it('several rows of a subject are one claim', () => {
    const owners = new MetricOwners(finder, [['driver', 'source']], 3 * minuteMs)
    owners.claim(
      batchOf([
        ['a', 0, { cpu: 9 }],
        ['a', 1, { memory: 9 }],
      ]),
      'driver',
      5,
    )
    expect(shown(owners.without(both(0), 'source', 5))).toEqual(['a: ', 'b: cpu', 'c: cpu'])
  })

  it('who stands in the lists of two clouds yields to both drivers', () => {
    const owners = new MetricOwners(
      finder,
      [
        ['one', 'source'],
        ['two', 'source'],
      ],
      3 * minuteMs,
    )
    owners.claim(batchOf([['a', 0, { cpu: 9 }]]), 'one', 0)
    owners.claim(batchOf([['b', 0, { cpu: 9 }]]), 'two', 0)
    expect(shown(owners.without(both(0), 'source', 0))).toEqual(['a: memory', 'b: ', 'c: cpu'])
  })
})
