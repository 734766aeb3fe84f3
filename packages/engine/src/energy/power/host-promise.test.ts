import { describe, expect, it } from 'vitest'
import { aBook, book, idOf } from '../../reservation/testing/a-book.ts'
import { noPromise, promiseOf } from './host-promise.ts'

/** What is promised of h0 at that moment; leases as [from, to). */
function promised(nowMs: number, ...leases: readonly (readonly [from: number, to: number])[]) {
  const calendar = aBook(2)
  for (const [nth, [from, to]] of leases.entries()) {
    const clashes = book(calendar, `l${nth}`, { hosts: ['h0'], from, to, need: [1, 1, 1] })
    expect(clashes).toEqual([])
  }
  return promiseOf(calendar, idOf('h0'), nowMs)
}

describe('what is promised of a host', () => {
  it('is nothing without a booking, on another host, or on one that the calendar does not know', () => {
    expect(promised(100)).toEqual(noPromise)
    const calendar = aBook(2)
    book(calendar, 'l', { hosts: ['h1'], from: 0, to: 1000 })
    expect(promiseOf(calendar, idOf('h0'), 100)).toEqual({ isActive: false, nextStartMs: Number.POSITIVE_INFINITY })
    expect(promiseOf(calendar, idOf('gone'), 100)).toEqual(noPromise)
    expect(promiseOf(calendar, idOf('h1'), 100).isActive).toBe(true)
  })

  it.each([
    [99, { isActive: false, nextStartMs: 100 }],
    [100, { isActive: true, nextStartMs: Number.POSITIVE_INFINITY }],
    [199, { isActive: true, nextStartMs: Number.POSITIVE_INFINITY }],
    [200, noPromise],
  ])('a lease of [100, 200) at %i', (nowMs, expected) => {
    expect(promised(nowMs, [100, 200])).toEqual(expected)
  })

  it('the next one is the earliest of those to come, in whatever order they were booked', () => {
    expect(promised(150, [500, 600], [300, 400], [700, 800], [100, 200])).toEqual({ isActive: true, nextStartMs: 300 })
    expect(promised(250, [500, 600], [300, 400], [100, 200])).toEqual({ isActive: false, nextStartMs: 300 })
  })

  it('one that ends as the next begins leaves no moment in between', () => {
    expect(promised(199, [100, 200], [200, 300])).toEqual({ isActive: true, nextStartMs: 200 })
    expect(promised(200, [100, 200], [200, 300])).toEqual({ isActive: true, nextStartMs: Number.POSITIVE_INFINITY })
  })
})
