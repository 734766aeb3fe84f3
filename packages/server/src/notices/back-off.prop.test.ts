import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOffMs } from './back-off.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('the wait doubles up to a quarter of an hour, less at most half of it by chance', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1, max: 1e9 }), chance, (failures, by) => {
      const fullMs = Math.min(900_000, 5000 * 2 ** Math.max(0, failures - 1))
      const waitMs = backOffMs(failures, by)
      expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2)
      expect(waitMs).toBeLessThanOrEqual(fullMs)
    }),
  )
})
