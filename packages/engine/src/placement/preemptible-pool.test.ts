import { exemptions, type PlacedInstance } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exemptNumber, grown, PreemptiblePool } from './preemptible-pool.ts'

const placed = (id: string, change: Partial<PlacedInstance> = {}): PlacedInstance => ({
  id,
  preemptible: true,
  ageS: 0,
  vcpus: 1,
  ramMiB: 2,
  diskGiB: 3,
  ...change,
})

function poolOf(hosts: number): PreemptiblePool {
  const pool = new PreemptiblePool()
  pool.growTo(hosts)
  return pool
}

/** Places of the host's stretch, in its order. */
const placesOf = ({ first, length }: PreemptiblePool, host: number) =>
  Array.from({ length: length[host] as number }, (_, nth) => (first[host] as number) + nth)
const idsOf = (pool: PreemptiblePool, host: number) => placesOf(pool, host).map((at) => pool.ids[at])

describe('the instances of a host', () => {
  it('stand lowest priority first, of equal priority the youngest first, of equal age in the order they came', () => {
    const pool = poolOf(1)
    pool.insert(0, placed('high', { priority: 5 }), 100)
    pool.insert(0, placed('old'), 10)
    pool.insert(0, placed('young'), 90)
    pool.insert(0, placed('twin', { priority: 0 }), 90)
    pool.insert(0, placed('low', { priority: -1 }), 1)
    expect(idsOf(pool, 0)).toEqual(['low', 'young', 'twin', 'old', 'high'])
  })

  it('keep all that is known of them, wherever they move to', () => {
    const pool = poolOf(2)
    for (let nth = 0; nth < 40; nth++) {
      const exempt = nth % 2 === 0 ? {} : ({ exempt: 'budget' } as const)
      const change = { vcpus: nth, ramMiB: nth * 10, diskGiB: nth * 100, priority: 40 - nth, ...exempt }
      pool.insert(nth % 2, placed(`i${nth}`, { ...change, project: `p${nth}` }), nth)
    }
    for (let nth = 0; nth < 40; nth++) {
      const at = pool.find(nth % 2, `i${nth}`)
      expect({
        id: pool.ids[at],
        project: pool.projects[at],
        sizes: [...pool.sizes.subarray(at * 3, at * 3 + 3)],
        started: pool.startedS[at],
        priority: pool.priorities[at],
        exempt: pool.exempt[at],
      }).toEqual({
        id: `i${nth}`,
        project: `p${nth}`,
        sizes: [nth, nth * 10, nth * 100],
        started: nth,
        priority: 40 - nth,
        exempt: nth % 2 === 0 ? 0 : exemptNumber('budget'),
      })
    }
  })

  it('are found on their own host only, and gone once they are removed or all are', () => {
    const pool = poolOf(2)
    pool.insert(0, placed('a'), 1)
    pool.insert(0, placed('b'), 2)
    pool.insert(1, placed('c'), 3)
    expect([pool.find(0, 'a'), pool.find(1, 'a'), pool.find(7, 'a')].map((at) => at >= 0)).toEqual([true, false, false])
    pool.remove(0, 'c')
    pool.remove(7, 'a')
    expect(idsOf(pool, 0)).toEqual(['b', 'a'])
    pool.remove(0, 'b')
    expect([pool.find(0, 'b'), idsOf(pool, 0)]).toEqual([-1, ['a']])
    pool.clear(0)
    expect([pool.find(0, 'a'), idsOf(pool, 0), idsOf(pool, 1)]).toEqual([-1, [], ['c']])
  })

  it('stay where they are when hosts are added', () => {
    const pool = poolOf(1)
    pool.insert(0, placed('a'), 1)
    pool.growTo(3)
    pool.growTo(2)
    expect([...pool.length]).toEqual([1, 0, 0])
    pool.insert(2, placed('b'), 1)
    expect([idsOf(pool, 0), idsOf(pool, 1), idsOf(pool, 2)]).toEqual([['a'], [], ['b']])
  })
})

it('says the same as a list that is sorted anew, whatever comes and goes', () => {
  const step = fc.record({
    host: fc.nat({ max: 2 }),
    does: fc.constantFrom('insert', 'insert', 'insert', 'remove', 'clear'),
    priority: fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
    startedS: fc.nat({ max: 4 }),
    which: fc.nat({ max: 200 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const pool = poolOf(3)
      const lists: { id: string; priority: number; startedS: number }[][] = [[], [], []]
      for (const [nth, { host, does, priority, startedS, which }] of steps.entries()) {
        const list = lists[host] as (typeof lists)[0]
        if (does === 'clear' && which < 20) {
          list.length = 0
          pool.clear(host)
        } else if (does === 'remove') {
          const [gone] = list.splice(which % Math.max(1, list.length), 1)
          pool.remove(host, gone?.id ?? 'nobody')
        } else {
          pool.insert(host, placed(`i${nth}`, priority === undefined ? {} : { priority }), startedS)
          list.push({ id: `i${nth}`, priority: priority ?? 0, startedS })
          list.sort((a, b) => a.priority - b.priority || b.startedS - a.startedS)
        }
      }
      for (const [host, list] of lists.entries()) {
        expect(idsOf(pool, host)).toEqual(list.map(({ id }) => id))
        expect(placesOf(pool, host).map((at) => pool.startedS[at])).toEqual(list.map(({ startedS }) => startedS))
      }
    }),
  )
})

it('what a host leaves behind when it moves stays below half of the columns', () => {
  const pool = poolOf(2)
  for (let nth = 0; nth < 6000; nth++) pool.insert(nth % 3 === 0 ? 1 : 0, placed(`i${nth}`), -nth)
  expect([...pool.length]).toEqual([4000, 2000])
  expect(idsOf(pool, 1)[1999]).toBe('i5997')
  const ends = [0, 1].map((host) => (pool.first[host] as number) + (pool.length[host] as number))
  expect(Math.max(...ends)).toBeLessThanOrEqual(2 * (4096 + 2048))
})

it('an exemption has its number, and whoever has none may leave', () => {
  expect(exemptNumber(undefined)).toBe(0)
  expect(exemptions.map(exemptNumber)).toEqual(exemptions.map((_, nth) => nth + 1))
  expect([...grown(Int32Array.of(1, 2), new Int32Array(3))]).toEqual([1, 2, 0])
})
