import type { LeaseId, LeaseWish as Wish, ReservationId, Sizes } from '@gleaner/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { earliestStart } from './earliest-start.ts'
import { type Booking, HostCalendar, type Need } from './host-calendar.ts'
import { earliestByTrying, enoughAt, type SmallHost } from './testing/brute-force.ts'
import { unitsOf } from './wish.ts'

const capacity: Sizes = [4, 8, 8]
const size = fc.constantFrom<Sizes>([1, 2, 0], [2, 2, 1], [4, 8, 8], [1, 5, 2], [0, 0, 3])
const booking = fc.record({
  span: fc.record({ startMs: fc.integer({ min: 0, max: 24 }), length: fc.integer({ min: 1, max: 8 }) }),
  need: fc.oneof(fc.constant<Need>('whole'), size),
})

/** A history of requests; a host has those that it took. */
const host: fc.Arbitrary<{ calendar: HostCalendar; plain: SmallHost }> = fc
  .array(booking, { maxLength: 9 })
  .map((requests) => {
    const calendar = new HostCalendar(capacity)
    const taken: Booking[] = []
    for (const [nth, { span, need }] of requests.entries()) {
      const made: Booking = {
        leaseId: `${nth}` as LeaseId,
        reservationId: `${nth}` as ReservationId,
        span: { startMs: span.startMs, endMs: span.startMs + span.length },
        need,
      }
      if (calendar.book(made).length === 0) taken.push(made)
    }
    return { calendar, plain: { capacity, bookings: taken } }
  })

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map((min): Wish => ({ kind: 'hosts', min, max: min })),
  fc
    .record({
      amount: fc.integer({ min: 1, max: 6 }),
      size,
      affinity: fc.constantFrom('together' as const, 'apart' as const, undefined),
    })
    .map(({ affinity, ...rest }): Wish => ({ kind: 'instances', ...rest, ...(affinity && { affinity }) })),
)

test('no host is promised twice: at no moment is more booked than there is, whatever was asked for', () => {
  fc.assert(
    fc.property(host, ({ plain: { bookings } }) => {
      const broken: number[] = []
      for (let moment = 0; moment < 40; moment++) {
        const there = bookings.filter(({ span }) => span.startMs <= moment && moment < span.endMs)
        if (there.length > 1 && there.some(({ need }) => need === 'whole')) broken.push(moment)
        for (const d of [0, 1, 2] as const) {
          const used = there.reduce((sum, { need }) => sum + (need === 'whole' ? 0 : need[d]), 0)
          if (used > capacity[d]) broken.push(moment)
        }
      }
      expect(broken).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('the earliest start is that which trying every moment finds', () => {
  fc.assert(
    fc.property(
      fc.array(host, { minLength: 1, maxLength: 5 }),
      wish,
      fc.record({ fromMs: fc.integer({ min: 0, max: 20 }), lengthMs: fc.integer({ min: 1, max: 20 }) }),
      fc.integer({ min: 1, max: 9 }),
      (hosts, asked, { fromMs, lengthMs }, durationMs) => {
        const stay = { fromMs, untilMs: fromMs + lengthMs, durationMs }
        const found = earliestStart({ calendars: hosts.map(({ calendar }) => calendar), units: unitsOf(asked), stay })
        const tried = earliestByTrying(
          hosts.map(({ plain }) => plain),
          asked,
          stay,
        )
        expect(found.startMs).toBe(tried)
      },
    ),
    { numRuns: 2000 },
  )
})

test('when there is no start, as many as it says are free together, and never one more', () => {
  fc.assert(
    fc.property(fc.array(host, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 6 }), (hosts, durationMs) => {
      const stay = { fromMs: 0, untilMs: 25, durationMs }
      const units = unitsOf({ kind: 'hosts', min: hosts.length + 1, max: hosts.length + 1 })
      const { most, mostAtMs } = earliestStart({ calendars: hosts.map(({ calendar }) => calendar), units, stay })
      const plain = hosts.map(({ plain: one }) => one)
      if (mostAtMs !== undefined)
        expect(
          enoughAt(plain, { kind: 'hosts', min: most, max: most }, { from: mostAtMs, to: mostAtMs + durationMs }),
        ).toBe(true)
      expect(earliestByTrying(plain, { kind: 'hosts', min: most + 1, max: most + 1 }, stay)).toBeUndefined()
    }),
    { numRuns: 500 },
  )
})
