import { describe, expect, it } from 'vitest'
import { checkWhen, checkWish, jsonFilter, readFilter, resizedWish } from './lease-request.ts'

const nowMs = Date.UTC(2026, 2, 4, 9, 30)
const hourMs = 3_600_000
const when = (startMs: number, endMs: number, durationMs?: number) => () =>
  checkWhen({ window: { startMs, endMs }, durationMs }, nowMs)

describe('when a lease is to be', () => {
  it.each([
    ['from now on', when(nowMs, nowMs + hourMs)],
    ['this minute, by a clock that is a little behind', when(nowMs - 120_000, nowMs + hourMs)],
    ['for all of its window', when(nowMs, nowMs + hourMs, hourMs)],
    ['for a second', when(nowMs, nowMs + 1000)],
    ['as far away as may be', when(nowMs, nowMs + 5 * 366 * 24 * hourMs)],
  ])('may be %s', (_what, check) => {
    expect(check).not.toThrow()
  })

  it.each([
    ['start is no time', when(Number.NaN, nowMs)],
    ['end is no time', when(nowMs, Number.POSITIVE_INFINITY)],
    ['end (2026-03-04T09:30:00.000Z) is not after start', when(nowMs, nowMs)],
    ['is in the past; it is 2026-03-04T09:30:00.000Z', when(nowMs - 120_001, nowMs + hourMs)],
    ['more than five years away', when(nowMs, nowMs + 5 * 366 * 24 * hourMs + 1)],
    ['duration is shorter than a second', when(nowMs, nowMs + hourMs, 0)],
    ['the lease would be shorter than a second', when(nowMs, nowMs + 999)],
    ['duration (2h) is longer than the window', when(nowMs, nowMs + hourMs, 2 * hourMs)],
  ])('is refused: %s', (words, check) => {
    expect(check).toThrow(words)
  })
})

it.each([
  [0, 1, 'min must be a whole number from 1'],
  [1.5, 2, 'min must be a whole number from 1'],
  [1, -1, 'max must be a whole number from 1'],
  [1, Number.NaN, 'max must be a whole number from 1'],
  [3, 2, 'min (3) is larger than max (2)'],
])('%s to %s hosts are refused: %s', (min, max, words) => {
  expect(() => checkWish({ kind: 'hosts', min, max })).toThrow(words)
})

it('a filter that cannot be read is refused by its name', () => {
  expect(readFilter(undefined, [])).toBeUndefined()
  expect(() => readFilter({ notation: 'json', text: '[">=", "$cores"' }, [])).toThrow('filter: ')
  expect(() => readFilter({ notation: 'cel', text: 'cores >=' }, [])).toThrow('filter: ')
})

const room = { kind: 'instances', amount: 2, size: [4, 8192, 40] } as const

it.each([
  [{ ...room, amount: 0 }, 'amount must be a whole number from 1'],
  [{ ...room, amount: 1.5 }, 'amount must be a whole number from 1'],
  [{ ...room, size: [-1, 1, 1] as const }, 'vcpus must be a number from 0'],
  [{ ...room, size: [1, Number.NaN, 1] as const }, 'memoryMiB must be a number from 0'],
  [{ ...room, size: [1, 1, Number.POSITIVE_INFINITY] as const }, 'diskGiB must be a number from 0'],
  [{ ...room, size: [0, 0, 0] as const }, 'an instance of no size needs no reservation'],
])('room of %o is refused: %s', (wish, words) => {
  expect(() => checkWish(wish)).toThrow(words)
})

it('what is not said of a reservation stays as it was', () => {
  expect(resizedWish(room, { amount: 3 })).toEqual({ ...room, amount: 3 })
  expect(resizedWish(room, { memoryMiB: 1024, affinity: 'apart' })).toEqual({
    ...room,
    size: [4, 1024, 40],
    affinity: 'apart',
  })
  expect(resizedWish({ ...room, affinity: 'together' }, { affinity: 'any' })).toEqual(room)
  expect(resizedWish({ kind: 'hosts', min: 1, max: 4 }, { min: 2 })).toEqual({ kind: 'hosts', min: 2, max: 2 })
  expect(resizedWish({ kind: 'hosts', min: 1, max: 4 }, { max: 2 })).toEqual({ kind: 'hosts', min: 1, max: 2 })
  expect(() => resizedWish(room, { min: 1 })).toThrow('min is none of a reservation of instances')
  expect(() => resizedWish({ kind: 'hosts', min: 1, max: 1 }, { amount: 1 })).toThrow('amount is none of')
})

describe('a condition as a list', () => {
  it('that is nested without end is the fault of whoever wrote it', () => {
    const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
    expect(jsonFilter(nested(3))).toEqual({ notation: 'json', text: '[[[]]]' })
    expect(() => jsonFilter(nested(1_000_000))).toThrow('filter: it is nested too deep')
  })
})
