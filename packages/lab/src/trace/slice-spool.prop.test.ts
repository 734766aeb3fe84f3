import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SliceSpool, type SpoolRecord } from './slice-spool.ts'

const record = fc
  .record({
    slice: fc.integer({ min: 0, max: 20 }),
    host: fc.integer({ min: 0, max: 3 }),
    instance: fc.integer({ min: -1, max: 5 }),
    isRepeat: fc.boolean(),
    isFirst: fc.boolean(),
    isLast: fc.boolean(),
    epochS: fc.constantFrom(0, 1.5, Number.NaN),
    cpuAllocation: fc.double({ noNaN: true }),
    memoryAllocation: fc.double({ noNaN: true }),
    cpu: fc.array(fc.double(), { maxLength: 6 }),
    memory: fc.array(fc.double(), { maxLength: 3 }),
    extra: fc.array(fc.double(), { maxLength: 2 }),
  })
  .map(
    (parts): SpoolRecord => ({
      ...parts,
      cpu: Float64Array.from(parts.cpu),
      memory: Float64Array.from(parts.memory),
      extra: Float64Array.from(parts.extra),
    }),
  )

describe('SliceSpool', () => {
  it('gives back everything in order, the same from memory and from files', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), fc.integer({ min: 1, max: 2000 }), (records, budget) => {
        const inMemory = new SliceSpool()
        const spilling = new SliceSpool(budget)
        for (const one of records) {
          inMemory.add(one)
          spilling.add(one)
        }
        const expected = [...records].sort((a, b) => a.slice - b.slice || a.host - b.host || a.instance - b.instance)
        expect([...inMemory.drain()]).toEqual(expected)
        expect([...spilling.drain()]).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('leaves no file behind, even when nobody reads to the end', () => {
    const count = (): number => readdirSync(tmpdir()).filter((name) => /^gleaner-lab-\w{6}$/.test(name)).length
    const before = count()
    const spool = new SliceSpool(1)
    const one = { isRepeat: false, isFirst: true, isLast: true, epochS: 0, cpuAllocation: 1, memoryAllocation: 1 }
    for (let slice = 0; slice < 3; slice++) {
      spool.add({
        ...one,
        slice,
        host: 0,
        instance: 0,
        cpu: Float64Array.of(1),
        memory: new Float64Array(),
        extra: new Float64Array(),
      })
    }
    expect(spool.spilledRuns).toBeGreaterThan(0)
    const [first] = spool.drain()
    expect(first?.slice).toBe(0)
    expect(count()).toBe(before)
    expect(existsSync(tmpdir())).toBe(true)
  })
})
