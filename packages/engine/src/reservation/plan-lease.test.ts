import type { LeaseId, LeaseWish as Wish } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planLease } from './plan-lease.ts'
import { readJsonFilter } from './read-json-filter.ts'
import type { PropertyFilter } from './property-filter.ts'
import { ReservationBook } from './reservation-book.ts'
import { aBook, aHost, book, idOf } from './testing/a-book.ts'

const hosts = (min: number, max = min): Wish => ({ kind: 'hosts', min, max })
const asking = (wish: Wish, when: { from: number; to: number; for?: number; filter?: PropertyFilter }) => ({
  nowMs: 0,
  window: { startMs: when.from, endMs: when.to },
  durationMs: when.for,
  reservations: [{ wish, filter: when.filter }],
})

function named(of: ReservationBook, answer: ReturnType<typeof planLease>) {
  if (!answer.found) throw new Error(answer.sentence)
  return {
    from: answer.span.startMs,
    to: answer.span.endMs,
    hosts: answer.shares.map((shares) => shares.map(({ host, units }) => [of.hosts[host]?.name, units])),
  }
}

function refused(answer: ReturnType<typeof planLease>) {
  if (answer.found) throw new Error('it was found')
  return answer
}

describe('when', () => {
  it('begins a flexible lease as soon as enough hosts are free for all of it', () => {
    const calendar = aBook(3)
    book(calendar, 'a', { hosts: ['h0', 'h1'], from: 0, to: 10 })
    book(calendar, 'b', { hosts: ['h0'], from: 14, to: 20 })
    // h2 is free throughout, h1 from 10; h0 only from 10 to 14.
    expect(named(calendar, planLease(calendar, asking(hosts(2), { from: 0, to: 100, for: 5 })))).toEqual({
      from: 10,
      to: 15,
      hosts: [
        [
          ['h1', 1],
          ['h2', 1],
        ],
      ],
    })
    expect(named(calendar, planLease(calendar, asking(hosts(3), { from: 0, to: 100, for: 5 }))).from).toBe(20)
    expect(named(calendar, planLease(calendar, asking(hosts(3), { from: 0, to: 100, for: 4 }))).from).toBe(10)
  })

  it('lets one lease begin at the moment another ends', () => {
    const calendar = aBook(1)
    book(calendar, 'a', { hosts: ['h0'], from: 0, to: 10 })
    expect(planLease(calendar, asking(hosts(1), { from: 9, to: 20 })).found).toBe(false)
    expect(planLease(calendar, asking(hosts(1), { from: 10, to: 20 })).found).toBe(true)
  })

  it('gives a lease that is renewed the host on which the next promise is furthest, and leaves the gaps to others', () => {
    const calendar = aBook(3)
    book(calendar, 'a', { hosts: ['h0'], from: 12, to: 20 })
    book(calendar, 'b', { hosts: ['h1'], from: 30, to: 40 })
    const asked = asking(hosts(1), { from: 0, to: 10 })
    expect(named(calendar, planLease(calendar, asked)).hosts).toEqual([[['h0', 1]]])
    expect(named(calendar, planLease(calendar, { ...asked, isRenewed: true })).hosts).toEqual([[['h2', 1]]])
    book(calendar, 'c', { hosts: ['h2'], from: 29, to: 40 })
    expect(named(calendar, planLease(calendar, { ...asked, isRenewed: true })).hosts).toEqual([[['h1', 1]]])
    const room: Wish = { kind: 'instances', amount: 1, size: [1, 1, 1] }
    const some = { ...asked, reservations: [{ wish: room, filter: undefined }] }
    book(calendar, 'd', { hosts: ['h0'], from: 0, to: 5, need: [1, 1, 1] })
    expect(named(calendar, planLease(calendar, some)).hosts).toEqual([[['h0', 1]]])
    expect(named(calendar, planLease(calendar, { ...some, isRenewed: true })).hosts).toEqual([[['h1', 1]]])
  })

  it('takes as many hosts as are free, up to the most that are wished', () => {
    const calendar = aBook(4)
    // Reservations in another month do not count.
    book(calendar, 'far', { hosts: ['h0', 'h1'], from: 1000, to: 2000 })
    expect(named(calendar, planLease(calendar, asking(hosts(1, 4), { from: 0, to: 10 }))).hosts[0]).toHaveLength(4)
    expect(named(calendar, planLease(calendar, asking(hosts(1, 9), { from: 500, to: 1500 }))).hosts[0]).toHaveLength(2)
  })

  it('plans a lease without an end only where nobody comes later', () => {
    const calendar = aBook(2)
    book(calendar, 'a', { hosts: ['h0'], from: 50, to: 60 })
    const asked = asking(hosts(1), { from: 0, to: Number.POSITIVE_INFINITY })
    expect(named(calendar, planLease(calendar, asked)).hosts).toEqual([[['h1', 1]]])
    book(calendar, 'b', { hosts: ['h1'], from: 70, to: Number.POSITIVE_INFINITY })
    expect(refused(planLease(calendar, asked)).alternatives).toEqual([
      { kind: 'later', units: 1, span: { startMs: 60, endMs: Number.POSITIVE_INFINITY } },
      { kind: 'shorter', units: 1, span: { startMs: 0, endMs: 70 } },
      {
        kind: 'split',
        units: 1,
        span: { startMs: 0, endMs: 70 },
        rest: { startMs: 70, endMs: Number.POSITIVE_INFINITY },
      },
    ])
  })
})

describe('where', () => {
  it('fills the gap that fits exactly, before it cuts a long one', () => {
    const calendar = aBook(3)
    book(calendar, 'a', { hosts: ['h1', 'h2'], from: 0, to: 10 })
    book(calendar, 'b', { hosts: ['h2'], from: 20, to: 30 })
    expect(named(calendar, planLease(calendar, asking(hosts(1), { from: 10, to: 20 }))).hosts).toEqual([[['h2', 1]]])
    // h1 leaves one piece, h0 would leave two.
    expect(named(calendar, planLease(calendar, asking(hosts(1), { from: 10, to: 40 }))).hosts).toEqual([[['h1', 1]]])
  })

  it('puts instances on hosts that have some already, and keeps whole hosts whole', () => {
    const calendar = aBook(3)
    book(calendar, 'a', { hosts: ['h1'], from: 0, to: 100, need: [8, 32, 50] })
    const wish: Wish = { kind: 'instances', amount: 3, size: [4, 16, 10] }
    expect(named(calendar, planLease(calendar, asking(wish, { from: 10, to: 20 }))).hosts).toEqual([
      [
        ['h1', 2],
        ['h0', 1],
      ],
    ])
    expect(
      named(calendar, planLease(calendar, asking({ ...wish, affinity: 'together' }, { from: 10, to: 20 }))).hosts,
    ).toEqual([[['h0', 1]]])
    expect(
      named(calendar, planLease(calendar, asking({ ...wish, affinity: 'apart' }, { from: 10, to: 20 }))).hosts[0],
    ).toHaveLength(3)
  })

  it('gives the reservations of one lease different hosts, at one moment', () => {
    const calendar = new ReservationBook([aHost('h0', { gpu: true }), aHost('h1'), aHost('h2', { gpu: true })])
    book(calendar, 'a', { hosts: ['h0'], from: 0, to: 30 })
    const gpu = readJsonFilter(['=', '$gpu', 'true']) as PropertyFilter
    const question = {
      ...asking(hosts(1), { from: 0, to: 100, for: 10 }),
      reservations: [
        { wish: hosts(2), filter: undefined },
        { wish: hosts(1), filter: gpu },
      ],
    }
    const { from, hosts: given } = named(calendar, planLease(calendar, question))
    expect(from).toBe(30)
    expect(new Set(given.flat().map(([name]) => name)).size).toBe(3)
    expect(given[1]).toHaveLength(1)
    // Planning leaves no trace.
    expect(calendar.calendars.flatMap(({ bookings }) => bookings)).toHaveLength(1)
  })

  it('never gives more than is free, whatever was booked before', () => {
    const request = fc.record({
      min: fc.integer({ min: 1, max: 3 }),
      more: fc.integer({ min: 0, max: 2 }),
      from: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 1, max: 12 }),
      duration: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      instances: fc.boolean(),
      ends: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 25 }), (requests) => {
        const calendar = aBook(4)
        const there = new Map<string, { from: number; to: number; host: string; units: number; whole: boolean }[]>()
        for (const [nth, { min, more, from, length, duration, instances, ends }] of requests.entries()) {
          const wish: Wish = instances ? { kind: 'instances', amount: min, size: [5, 16, 10] } : hosts(min, min + more)
          const when = {
            from,
            to: from + length,
            ...(duration !== undefined && duration <= length && { for: duration }),
          }
          const answer = planLease(calendar, asking(wish, when))
          if (!answer.found) continue
          expect(answer.span.startMs).toBeGreaterThanOrEqual(from)
          expect(answer.span.endMs).toBeLessThanOrEqual(from + length)
          const shares = (answer.shares[0] ?? []).map(({ host, units }) => ({ host: `h${host}`, units }))
          expect(shares.reduce((sum, { units }) => sum + units, 0)).toBeGreaterThanOrEqual(min)
          const { startMs, endMs } = answer.span
          const bookings = shares.flatMap(({ host, units }) =>
            Array.from({ length: units }, () => ({
              hostId: idOf(host),
              leaseId: `l${nth}` as LeaseId,
              reservationId: `l${nth}` as never,
              span: { startMs, endMs },
              need: instances ? ([5, 16, 10] as const) : ('whole' as const),
            })),
          )
          expect(calendar.book(bookings)).toEqual([])
          there.set(
            `l${nth}`,
            shares.map((share) => ({ ...share, from: startMs, to: endMs, whole: !instances })),
          )
          // Every other lease is called off again.
          if (ends) {
            calendar.release(`l${nth}` as LeaseId)
            there.delete(`l${nth}`)
          }
        }
        const broken: string[] = []
        for (let moment = 0; moment < 45; moment++)
          for (const host of ['h0', 'h1', 'h2', 'h3']) {
            const now = [...there.values()]
              .flat()
              .filter((one) => one.host === host && one.from <= moment && moment < one.to)
            const isShared = now.length > 1 && now.some(({ whole }) => whole)
            // 3 x 5 vcpus fit into 16.
            const instances = now.reduce((sum, { units, whole }) => sum + (whole ? 0 : units), 0)
            if (isShared || instances > 3) broken.push(`${host} at ${moment}`)
          }
        expect(broken).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

describe('why not', () => {
  it('tells what keeps each host out, with whom it clashes, and what there is instead', () => {
    const calendar = new ReservationBook([
      aHost('h0', { gpu: true }),
      aHost('h1', { gpu: true }),
      aHost('h2', { gpu: false }),
      aHost('h3', { gpu: true }, { closed: 'down' }),
    ])
    book(calendar, 'a', { hosts: ['h0'], from: 5, to: 25 })
    book(calendar, 'b', { hosts: ['h2'], from: 0, to: 100 })
    const filter = readJsonFilter('["=", "$gpu", "True"]') as PropertyFilter
    const answer = refused(planLease(calendar, asking(hosts(2), { from: 0, to: 20, filter })))
    expect(answer.out.map(({ host, code, clash }) => [host, code, clash?.leaseId])).toEqual([
      ['h0', 'booked', 'a'],
      ['h1', 'not-together', undefined],
      ['h2', 'property-missing', undefined],
      ['h3', 'closed', undefined],
    ])
    expect(answer).toMatchObject({ needed: 2, available: 1 })
    expect(answer.sentence).toBe(
      '2 hosts are not free together within the window: 1 of 2 at most. Of 4 hosts: 1 promised to others, 1 free for long enough, 1 without the properties, 1 closed.',
    )
    expect(answer.alternatives).toEqual([
      { kind: 'fewer', units: 1, span: { startMs: 0, endMs: 20 } },
      { kind: 'later', units: 2, span: { startMs: 25, endMs: 45 } },
      { kind: 'shorter', units: 2, span: { startMs: 0, endMs: 5 } },
    ])
  })

  it('names of every host the first thing that keeps it out', () => {
    const request = fc.record({
      host: fc.integer({ min: 0, max: 4 }),
      from: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 1, max: 9 }),
      need: fc.option(fc.constant([8, 32, 50] as const), { nil: undefined }),
    })
    const filter = readJsonFilter('["=", "$gpu", "True"]') as PropertyFilter
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 30 }),
        fc.array(fc.constantFrom('free', 'free', 'closed', 'plain'), { minLength: 5, maxLength: 5 }),
        fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
        (requests, kinds, duration) => {
          const calendar = new ReservationBook(
            kinds.map((kind, at) =>
              aHost(`h${at}`, { gpu: kind !== 'plain' }, kind === 'closed' ? { closed: 'down' } : {}),
            ),
          )
          for (const [nth, { host, from, length, need = 'whole' }] of requests.entries())
            book(calendar, `l${nth}`, { hosts: [`h${host}`], from, to: from + length, need })
          const when = { from: 5, to: 25, filter, ...(duration === undefined ? {} : { for: duration }) }
          // One more than there are: no place, whatever is booked.
          const { out } = refused(planLease(calendar, asking(hosts(6), when)))
          const window = { startMs: 5, endMs: 25 }
          const stay = { fromMs: 5, untilMs: 25, durationMs: duration ?? 20 }
          expect(out.map(({ host, code, clash }) => [host, code, clash?.leaseId])).toEqual(
            kinds.map((kind, at) => {
              if (kind === 'closed') return [`h${at}`, 'closed', undefined]
              if (kind === 'plain') return [`h${at}`, 'property-missing', undefined]
              const its = calendar.calendars[at]
              const isFree = its?.nextStarts(stay, 'whole', 1) !== undefined
              return [`h${at}`, isFree ? 'not-together' : 'booked', its?.clashes(window, 'whole')[0]?.leaseId]
            }),
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  it('offers nothing later where there are never enough hosts', () => {
    const answer = refused(planLease(aBook(2), asking(hosts(3), { from: 0, to: 20, for: 10 })))
    expect(answer.alternatives).toEqual([{ kind: 'fewer', units: 2, span: { startMs: 0, endMs: 10 } }])
  })

  it('says that no host is large enough for one instance', () => {
    const wish: Wish = { kind: 'instances', amount: 1, size: [17, 1, 1] }
    const answer = refused(planLease(aBook(2), asking(wish, { from: 0, to: 20 })))
    expect(answer.out.map(({ code }) => code)).toEqual(['too-small', 'too-small'])
  })

  it('has an answer when there is no host at all', () => {
    expect(refused(planLease(aBook(0), asking(hosts(1), { from: 0, to: 20, for: 10 }))).sentence).toMatch(
      /no host can be reserved/,
    )
  })
})

describe('hosts that do more work per watt', () => {
  const dayMs = 86_400_000
  const known: Record<string, number> = { h1: 5, h2: 9 }
  const efficiencyOf = (id: string) => known[id.split(':')[1] ?? '']
  const burdens: Record<string, number> = { h2: 1 }
  const burdenOf = (id: string) => burdens[id.split(':')[1] ?? ''] ?? 0

  it.each([0, 2 * dayMs])('are taken first among equals, those without a figure last (from %d)', (from) => {
    const calendar = aBook(4)
    const asked = { ...asking(hosts(3), { from, to: from + 5 }), efficiencyOf }
    const chosen = named(calendar, planLease(calendar, asked)).hosts[0]?.map(([host]) => host)
    expect(chosen).toEqual(['h2', 'h1', 'h0'])
  })

  it.each([0, 2 * dayMs])('count less than those who would have to leave (from %d)', (from) => {
    const calendar = aBook(3)
    const asked = { ...asking(hosts(1), { from, to: from + 5 }), efficiencyOf, burdenOf }
    expect(named(calendar, planLease(calendar, asked)).hosts).toEqual([[['h1', 1]]])
  })

  it('count less than free time that stays whole', () => {
    const calendar = aBook(3)
    // Taken on h0, the span leaves no piece before the next lease.
    book(calendar, 'a', { hosts: ['h0'], from: 5, to: 10 })
    const asked = { ...asking(hosts(1), { from: 0, to: 5 }), efficiencyOf }
    expect(named(calendar, planLease(calendar, asked)).hosts).toEqual([[['h0', 1]]])
  })

  it('decide for room of instances on hosts that are equally full', () => {
    const calendar = aBook(3)
    const wish: Wish = { kind: 'instances', amount: 1, size: [1, 1, 1] }
    const asked = { ...asking(wish, { from: 0, to: 5 }), efficiencyOf }
    expect(named(calendar, planLease(calendar, asked)).hosts).toEqual([[['h2', 1]]])
  })
})

describe('hosts on which others stand', () => {
  const dayMs = 86_400_000
  const burdens: Record<string, number> = { h0: 2000, h1: 1, h2: 0 }
  const burdenOf = (id: string) => burdens[id.split(':')[1] ?? ''] ?? 0
  const taken = (count: number, from: number) => {
    const calendar = aBook(3)
    // Leaves a piece of free time on the one that is empty.
    book(calendar, 'a', { hosts: ['h2'], from: from + 10, to: from + 20 })
    const asked = { ...asking(hosts(count), { from, to: from + 5 }), burdenOf }
    return named(calendar, planLease(calendar, asked)).hosts[0]?.map(([host]) => host)
  }

  it('are taken last by a lease that begins soon: the fewest have to leave', () => {
    expect(taken(1, 0)).toEqual(['h2'])
    expect(taken(2, 0)).toEqual(['h2', 'h1'])
    expect(taken(3, dayMs - 1)).toEqual(['h2', 'h1', 'h0'])
  })

  it('decide only among equals for a lease that is a day away', () => {
    const calendar = aBook(3)
    book(calendar, 'a', { hosts: ['h2'], from: dayMs + 5, to: dayMs + 9 })
    const asked = {
      ...asking(hosts(1), { from: dayMs, to: dayMs + 5 }),
      burdenOf: (id: string) => (id.endsWith('h2') ? 9 : 0),
    }
    expect(named(calendar, planLease(calendar, asked)).hosts).toEqual([[['h2', 1]]])
    const free = aBook(3)
    const equal = { ...asking(hosts(1), { from: dayMs, to: dayMs + 5 }), burdenOf }
    expect(named(free, planLease(free, equal)).hosts).toEqual([[['h2', 1]]])
  })
})
