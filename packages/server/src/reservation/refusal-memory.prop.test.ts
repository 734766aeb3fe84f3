// Remembered or planned anew: over any history of bookings, releases and questions the answers are the same.
import { type LeaseQuestion, planLease, type PropertyFilter, ReservationBook } from '@gleaner/engine'
import { cloudId, hostId, type LeaseId, type LeaseWish, type ReservationId, type Sizes } from '@gleaner/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RefusalMemory } from './refusal-memory.ts'

const idOf = (nth: number) => hostId(cloudId('c'), `h${nth}`)
const hosts = [0, 1, 2].map((nth) => ({
  id: idOf(nth),
  name: `h${nth}`,
  capacity: [8, 16, 100] as const,
  properties: new Map([['rack', nth % 2]]),
  closed: undefined,
}))
const size: Sizes = [4, 8, 10]
const wishes: readonly LeaseWish[] = [
  { kind: 'hosts', min: 1, max: 2 },
  { kind: 'hosts', min: 3, max: 3 },
  { kind: 'instances', size, amount: 5 },
]
const filters: readonly (PropertyFilter | undefined)[] = [
  undefined,
  { op: '=', first: { path: ['rack'] }, rest: [{ value: 0 }] },
  { op: '=', first: { path: ['rack'] }, rest: [{ value: 7 }] },
]

const question = fc
  .record({
    nowMs: fc.nat(3),
    from: fc.nat(6),
    length: fc.integer({ min: 1, max: 12 }),
    durationMs: fc.option(fc.constantFrom(1, 4, Number.POSITIVE_INFINITY), { nil: undefined }),
    wish: fc.constantFrom(...wishes),
    filter: fc.constantFrom(...filters),
    avoid: fc.option(fc.nat(2), { nil: undefined }),
  })
  .map(
    ({ nowMs, from, length, durationMs, wish, filter, avoid }): LeaseQuestion => ({
      nowMs,
      window: { startMs: from, endMs: durationMs === Number.POSITIVE_INFINITY ? durationMs : from + length },
      durationMs,
      reservations: [{ wish, filter, ...(avoid === undefined ? {} : { avoid: new Set([idOf(avoid)]) }) }],
    }),
  )
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ book: fc.nat(2), from: fc.nat(8), length: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ release: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ ask: question }) },
)

describe('refusals that are remembered', () => {
  it('are what would be answered anew, whatever was booked or released between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = new ReservationBook(hosts)
        const memory = new RefusalMemory()
        for (const [nth, one] of steps.entries()) {
          if ('ask' in one) expect(memory.plan(book, one.ask)).toEqual(planLease(book, one.ask))
          else if ('release' in one) book.release(`lea_${one.release}` as LeaseId)
          else
            book.book([
              {
                hostId: idOf(one.book),
                leaseId: `lea_${nth}` as LeaseId,
                reservationId: `res_${nth}` as ReservationId,
                span: { startMs: one.from, endMs: one.from + one.length },
                need: 'whole',
              },
            ])
        }
      }),
    )
  })

  it('are given again without another look, and belong to their book alone', () => {
    const [full, empty] = [new ReservationBook(hosts.slice(0, 1)), new ReservationBook(hosts)]
    const memory = new RefusalMemory()
    const three: LeaseQuestion = {
      nowMs: 0,
      window: { startMs: 0, endMs: 1 },
      durationMs: undefined,
      reservations: [{ wish: { kind: 'hosts', min: 3, max: 3 }, filter: undefined }],
    }
    expect(memory.plan(full, three)).toBe(memory.plan(full, { ...three, nowMs: 1 }))
    expect(memory.plan(empty, three)).toMatchObject({ found: true })
    expect(memory.plan(full, three)).toMatchObject({ found: false })
  })
})
