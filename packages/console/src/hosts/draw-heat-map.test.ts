import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellAt, layOut } from './draw-heat-map.ts'

describe('layOut', () => {
  it('has a cell for every host, within the width, and finds each under its own middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 200, max: 3000 }), (count, width) => {
        const layout = layOut(count, width, 260)
        const step = layout.size + layout.gap
        expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(count)
        expect(layout.columns * step - layout.gap).toBeLessThanOrEqual(width)
        expect(layout.size).toBeGreaterThanOrEqual(9)
        for (const index of [0, count - 1, Math.floor(count / 2)]) {
          const x = (index % layout.columns) * step + layout.size / 2
          const y = Math.floor(index / layout.columns) * step + layout.size / 2
          expect(cellAt(layout, x, y)).toBe(index)
        }
        expect(cellAt(layout, layout.columns * step + 1, 1)).toBeUndefined()
      }),
    )
  })

  it('keeps a thousand hosts readable on a laptop', () => {
    expect(layOut(1000, 1100, 260).size).toBeGreaterThanOrEqual(12)
  })
})
