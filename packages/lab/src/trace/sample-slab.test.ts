import { expect, test } from 'vitest'
import { SampleSlab } from './sample-slab.ts'

test('rows keep their values when what they were copied from and the rows after them change', () => {
  const slab = new SampleSlab()
  const row = new Float64Array(12)
  const kept = Array.from({ length: 10_000 }, (_, nth) => {
    row.fill(nth)
    return slab.keep(row)
  })
  row.fill(-1)
  expect(kept.every((each, nth) => each.length === 12 && each.every((value) => value === nth))).toBe(true)
})

test('a long row has an array of its own, an empty one is empty', () => {
  const slab = new SampleSlab()
  const long = Float64Array.from({ length: 10_000 }, (_, nth) => nth)
  const kept = slab.keep(long)
  long.fill(0)
  expect(kept[9999]).toBe(9999)
  expect(kept.buffer.byteLength).toBe(80_000)
  expect(slab.keep(new Float64Array(0))).toHaveLength(0)
})
