// Ranges cover every id there can be, each once, and hold at most a page of those that were known.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { idRanges, openEnd } from './id-ranges.ts'

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 0x7fff_fffe }), { maxLength: 60 })

it('leave no id out and hold none twice', () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 20 }), (known, pageSize) => {
      const ranges = idRanges(known, pageSize)
      expect(ranges[0]?.from).toBe(0)
      for (const [nth, range] of ranges.entries()) {
        const next = ranges[nth + 1]
        if (next === undefined) expect(range.to).toBe(openEnd)
        else expect(next.from).toBe(range.to + 1)
        expect(range.to === openEnd || range.to >= range.from).toBe(true)
      }
    }),
  )
})

it('hold at most a page', () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 20 }), (known, pageSize) => {
      for (const { from, to } of idRanges(known, pageSize)) {
        const held = known.filter((id) => id >= from && (to === openEnd || id <= to))
        expect(held.length).toBeLessThanOrEqual(pageSize)
      }
    }),
  )
})
