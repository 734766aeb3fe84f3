import { describe, expect, it } from 'vitest'
import { HostMemory } from './host-memory.ts'
import { buildSlice } from './testing/build-slice.ts'

/** What the instance reached within the newest scopes, one for each list of samples. */
function reached(scopes: readonly (readonly number[])[], within: number, sizes: readonly number[] = []): number {
  const memory = new HostMemory(8)
  for (const [index, cpu] of scopes.entries()) {
    const { instances } = buildSlice({
      index,
      capacity: 32,
      cpu,
      instances: [{ name: 'a', cores: sizes[index] ?? 4, cpu }],
    })
    memory.add({ resource: 'cpu', usage: Float64Array.from(cpu), instances })
  }
  return memory.sumOfPeaks(within, 1)
}

/** So many samples at 3, the others at 1. */
const strays = (count: number, of: number) => Array.from({ length: of }, (_, i) => (i < count ? 3 : 1))

describe('what an instance reached', () => {
  it('leaves out one sample in twenty-five, rounded down: of a scope of few the highest counts', () => {
    expect(reached([strays(1, 12)], 1)).toBe(3)
    expect(reached([strays(1, 24)], 1)).toBe(3)
    expect(reached([strays(1, 25)], 1)).toBe(1)
    expect(reached([strays(5, 144)], 1)).toBe(1)
    expect(reached([strays(6, 144)], 1)).toBe(3)
    expect(reached([[1, Number.NaN, 2]], 1)).toBe(2)
  })

  it('is looked for so many scopes back, and is all of it where nothing was measured', () => {
    const scopes = [[3], [1], [2]]
    expect([1, 2, 3].map((within) => reached(scopes, within))).toEqual([2, 2, 3])
    expect(reached([[1], [Number.NaN]], 2)).toBe(4)
  })

  it('may be more than was promised, but not than it was made smaller to', () => {
    expect(reached([[4.4], [1]], 2)).toBe(4.4)
    expect(reached([[4.4], [1]], 2, [4, 2])).toBe(2)
    expect(reached([[4.4], [1], [1]], 3, [4, 2, 8])).toBe(2)
  })
})
