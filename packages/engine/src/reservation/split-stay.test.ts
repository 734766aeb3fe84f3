// A lease in two parts: found exactly when there is one, and possible part by part.
import type { Interval, LeaseWish } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepare } from './lease-question.ts'
import { planLease } from './plan-lease.ts'
import type { ReservationBook } from './reservation-book.ts'
import { splitStay } from './split-stay.ts'
import { aBook, book } from './testing/a-book.ts'

const two: LeaseWish = { kind: 'hosts', min: 2, max: 2 }

function split(on: ReservationBook, window: Interval, durationMs?: number, wish = two) {
  return splitStay({ window, durationMs }, prepare(on, { wish, filter: undefined }))
}

function isPossible(on: ReservationBook, window: Interval, wish = two): boolean {
  return planLease(on, { nowMs: 0, window, durationMs: undefined, reservations: [{ wish, filter: undefined }] }).found
}

const span = (startMs: number, endMs: number): Interval => ({ startMs, endMs })

describe('a stay in two parts', () => {
  it('changes hosts at the last moment at which the first ones are free', () => {
    const calendar = aBook(4)
    book(calendar, 'a', { hosts: ['h0', 'h1'], from: 0, to: 5 })
    book(calendar, 'b', { hosts: ['h2', 'h3'], from: 7, to: 20 })
    expect(split(calendar, span(0, 10))).toEqual({ first: span(0, 7), rest: span(7, 10) })
  })

  it('has a pause where the window leaves time for it, and a first part that is worth it', () => {
    const calendar = aBook(2)
    book(calendar, 'a', { hosts: ['h0', 'h1'], from: 1, to: 3 })
    book(calendar, 'b', { hosts: ['h0'], from: 9, to: 12 })
    // One hour at the beginning is less than a quarter of eight.
    expect(split(calendar, span(0, 20), 8)).toEqual({ first: span(3, 9), rest: span(12, 14) })
    expect(split(calendar, span(0, 13), 8)).toBeUndefined()
  })

  it('is not offered where one of the parts would have too few hosts, or three would be needed', () => {
    const calendar = aBook(2)
    book(calendar, 'a', { hosts: ['h1'], from: 4, to: 6 })
    expect(split(calendar, span(0, 10))).toBeUndefined()
    expect(split(aBook(1), span(0, 10))).toBeUndefined()
  })
})

describe('whatever was promised', () => {
  const history = fc.array(
    fc.record({
      host: fc.integer({ min: 0, max: 3 }),
      from: fc.integer({ min: 0, max: 14 }),
      length: fc.integer({ min: 1, max: 8 }),
    }),
    { maxLength: 12 },
  )
  const made = (requests: readonly { host: number; from: number; length: number }[]) => {
    const calendar = aBook(4)
    for (const [nth, { host, from, length }] of requests.entries())
      book(calendar, `l${nth}`, { hosts: [`h${host}`], from, to: from + length })
    return calendar
  }
  const length = ({ startMs, endMs }: Interval) => endMs - startMs

  it('a lease that fills its window is split exactly when some moment makes both parts possible', () => {
    let found = 0
    fc.assert(
      fc.property(history, fc.integer({ min: 2, max: 14 }), (requests, endMs) => {
        const calendar = made(requests)
        if (isPossible(calendar, span(0, endMs))) return
        const tried = Array.from({ length: endMs - 1 }, (_, nth) => nth + 1).some(
          (at) => isPossible(calendar, span(0, at)) && isPossible(calendar, span(at, endMs)),
        )
        const offered = split(calendar, span(0, endMs))
        expect(offered !== undefined).toBe(tried)
        if (offered === undefined) return
        found++
        expect(offered.first.startMs).toBe(0)
        expect([offered.rest.startMs, offered.rest.endMs]).toEqual([offered.first.endMs, endMs])
        expect(isPossible(calendar, offered.first) && isPossible(calendar, offered.rest)).toBe(true)
      }),
      { numRuns: 2000, seed: 3 },
    )
    expect(found).toBeGreaterThan(50)
  })

  it('of a flexible one both parts are possible, in order, within the window, and as long together as was asked for', () => {
    let found = 0
    fc.assert(
      fc.property(history, fc.integer({ min: 4, max: 12 }), (requests, durationMs) => {
        const calendar = made(requests)
        const window = span(0, 20)
        const offered = split(calendar, window, durationMs)
        if (offered === undefined) return
        found++
        expect(length(offered.first) + length(offered.rest)).toBe(durationMs)
        expect(length(offered.first)).toBeGreaterThanOrEqual(durationMs / 4)
        expect(offered.rest.startMs).toBeGreaterThanOrEqual(offered.first.endMs)
        expect(offered.rest.endMs).toBeLessThanOrEqual(window.endMs)
        expect(isPossible(calendar, offered.first) && isPossible(calendar, offered.rest)).toBe(true)
      }),
      { numRuns: 1000, seed: 4 },
    )
    expect(found).toBeGreaterThan(50)
  })
})
