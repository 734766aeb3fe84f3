import { describe, expect, it } from 'vitest'
import { formatFigures, formatMemoryMiB, formatSize } from './quantity.ts'

describe('quantities', () => {
  it.each([
    [0, '0'],
    [42_123, '42,123'],
    [-150.6, '-151'],
    [42.13, '42.1'],
    [40.01, '40'],
    [7.505, '7.5'],
    [0.42, '0.42'],
    [0.0042, '0.004'],
  ])('%d has three figures at most: %s', (value, text) => {
    expect(formatFigures(value)).toBe(text)
  })

  it.each([
    [0, '0 MiB'],
    [1023, '1,023 MiB'],
    [1024, '1 GiB'],
    [-6076.75, '-5.93 GiB'],
    [1_048_575, '1,024 GiB'],
    [1_572_864, '1.5 TiB'],
  ])('%d MiB are %s', (mib, text) => {
    expect(formatMemoryMiB(mib)).toBe(text)
  })

  it('tells a size', () => {
    expect(formatSize({ vcpus: 1, memoryMiB: 512 })).toBe('1 vCPU and 512 MiB')
    expect(formatSize({ vcpus: 4, memoryMiB: 8192 })).toBe('4 vCPUs and 8 GiB')
  })
})
