// An index changed by layers is the Map that was changed in place, whatever comes, goes and returns; and those before it
// stay as they were.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedIndex } from './layered-index.ts'

const keys = fc.integer({ min: 0, max: 400 }).map((nth) => `k${nth}`)
const steps = fc.array(
  fc.record({ gone: fc.uniqueArray(keys, { maxLength: 4 }), set: fc.uniqueArray(keys, { maxLength: 4 }) }),
  { maxLength: 12 },
)

test('is the Map with the same changes', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 3, 300), (changes, length) => {
      let value = 0
      const expected = new Map(Array.from({ length }, (_, nth) => [`k${nth}`, { value: value++ }]))
      let index: ReadonlyMap<string, { value: number }> = new Map(expected)
      const kept: [typeof index, [string, { value: number }][]][] = []
      for (const { gone, set } of changes) {
        const fresh = set.filter((key) => !gone.includes(key)).map((key) => [key, { value: value++ }] as const)
        for (const key of gone) expected.delete(key)
        for (const [key, item] of fresh) expected.set(key, item)
        index = changedIndex(index, { gone, set: fresh })
        expect([...index]).toEqual([...expected])
        expect([...index.keys()]).toEqual([...expected.keys()])
        expect([...index.values()]).toEqual([...expected.values()])
        expect(index.size).toBe(expected.size)
        const visited: string[] = []
        index.forEach((_, key) => visited.push(key))
        expect(visited).toEqual([...expected.keys()])
        const asked = Array.from({ length: 402 }, (_, nth) => `k${nth}`)
        expect(asked.map((key) => index.get(key))).toEqual(asked.map((key) => expected.get(key)))
        expect(asked.filter((key) => index.has(key))).toEqual(asked.filter((key) => expected.has(key)))
        kept.push([index, [...index]])
      }
      for (const [before, entries] of kept) expect([...before]).toEqual(entries)
    }),
    { numRuns: 40 },
  )
})
