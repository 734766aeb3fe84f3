// Where leases to come go, and that nothing that was promised is lost on the way.
import type { HostId, Lease, LeaseId, LeaseReservation, LeaseWish, ReservationId } from '@gleaner/model'
import { cloudId, projectId } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HostBooking, ReservationBook } from '../../reservation/reservation-book.ts'
import { aBook, idOf } from '../../reservation/testing/a-book.ts'
import { unitsOf } from '../../reservation/wish.ts'
import { calendarEnergyJ, type HostDraw, hostDraw } from './calendar-energy.ts'
import { defaultPowerOptions } from './power-options.ts'
import { type LeaseMove, type RepackQuestion, repackLeases } from './repack-leases.ts'

const hourMs = 3_600_000
const draw: HostDraw = { idleW: 100, fullW: 200, breakEvenMs: hourMs, slowness: 1 }

interface Asked {
  readonly from: number
  readonly to: number
  readonly on: readonly string[]
  readonly wish?: LeaseWish
  readonly units?: number
}

function aLease(name: string, { from, to, on, wish, units = 1 }: Asked): Lease {
  const cloud = cloudId('c')
  return {
    id: name as LeaseId,
    name,
    cloudId: cloud,
    projectId: projectId(cloud, 'p'),
    by: 'anna',
    span: { startMs: from * hourMs, endMs: to * hourMs },
    state: 'pending',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'nothing',
    reservations: [
      {
        id: `${name}/0` as ReservationId,
        wish: wish ?? { kind: 'hosts', min: on.length, max: on.length },
        filter: undefined,
        shares: on.map((host) => ({ hostId: idOf(host), host, units })),
      },
    ],
    events: [],
  }
}

function bookingsOf({ id, span, reservations }: Lease): HostBooking[] {
  return reservations.flatMap(({ id: reservationId, wish, shares }) =>
    shares.flatMap(({ hostId, units }) =>
      Array.from({ length: units }, () => ({ hostId, leaseId: id, reservationId, span, need: unitsOf(wish).need })),
    ),
  )
}

function booked(hosts: number, leases: readonly Lease[]): ReservationBook {
  const book = aBook(hosts)
  for (const lease of leases) if (book.book(bookingsOf(lease)).length > 0) throw new Error(`${lease.name} does not fit`)
  return book
}

function repack(hosts: number, leases: readonly Lease[], change: Partial<RepackQuestion> = {}) {
  const book = change.book ?? booked(hosts, leases)
  return repackLeases({
    book,
    leases,
    filterOf: () => undefined,
    drawOf: () => draw,
    nowMs: 0,
    leastSavedJ: 36_000,
    mostMoves: 1000,
    mostLooks: 1_000_000,
    ...change,
  })
}

const told = (moves: readonly LeaseMove[]) =>
  moves.map(({ lease, share, to }) => `${lease.name} ${share.host} ${to.host}`)

function moved(lease: Lease, { reservation, share, to }: LeaseMove): Lease {
  const change = (one: LeaseReservation): LeaseReservation =>
    one.id === reservation.id
      ? { ...one, shares: one.shares.map((each) => (each.hostId === share.hostId ? { ...each, ...to } : each)) }
      : one
  return { ...lease, reservations: lease.reservations.map(change) }
}

function energyJ(book: ReservationBook, drawOf: (id: HostId) => HostDraw) {
  return book.hosts.reduce(
    (sum, host, at) =>
      sum + calendarEnergyJ(book.calendars[at]?.bookings ?? [], drawOf(host.id), { nowMs: 0, capacity: host.capacity }),
    0,
  )
}

describe('leases to come', () => {
  it('that follow each other go to one host, which is woken once', () => {
    const leases = [aLease('a', { from: 30, to: 34, on: ['h0'] }), aLease('b', { from: 34, to: 36, on: ['h1'] })]
    const moves = repack(2, leases)
    expect(told(moves)).toEqual(['a h0 h1'])
    // One power cycle: 100 W for an hour.
    expect(moves[0]?.savedJ).toBe(360_000)
  })

  it('stay where they are when a gap is longer than the break-even: two wake-ups either way', () => {
    expect(
      repack(2, [aLease('a', { from: 30, to: 34, on: ['h0'] }), aLease('b', { from: 40, to: 42, on: ['h1'] })]),
    ).toEqual([])
  })

  it('go to the host that draws least, and to one that is on anyway before all', () => {
    const lease = aLease('a', { from: 30, to: 40, on: ['h0'] })
    const drawOf = (id: HostId): HostDraw => (id === idOf('h2') ? { ...draw, idleW: 60, fullW: 120 } : draw)
    expect(told(repack(3, [lease], { drawOf }))).toEqual(['a h0 h2'])
    const oneIsOn = (id: HostId): HostDraw =>
      id === idOf('h1') ? { ...draw, breakEvenMs: Number.POSITIVE_INFINITY } : drawOf(id)
    expect(told(repack(3, [lease], { drawOf: oneIsOn }))).toEqual(['a h0 h1'])
  })

  it('go to the host that does the most work per watt, where work counts, and not to one that only draws less', () => {
    const lease = aLease('a', { from: 30, to: 40, on: ['h0'] })
    // h1 draws half as much and is four times as slow; h2 draws half as much again and is twice as fast.
    const drawOf = (id: HostId): HostDraw => {
      if (id === idOf('h1')) return { ...draw, idleW: 50, fullW: 100, slowness: 4 }
      return id === idOf('h2') ? { ...draw, idleW: 150, fullW: 300, slowness: 0.5 } : draw
    }
    expect(told(repack(3, [lease], { drawOf }))).toEqual(['a h0 h2'])
    expect(told(repack(3, [lease], { drawOf: (id) => ({ ...drawOf(id), slowness: 1 }) }))).toEqual(['a h0 h1'])
  })

  it('never go where somebody else is at the same time, where the condition does not hold, or twice to one host', () => {
    const there = aLease('there', { from: 36, to: 37, on: ['h1'] })
    const lease = aLease('a', { from: 30, to: 40, on: ['h0'] })
    const drawOf = (id: HostId): HostDraw => (id === idOf('h1') ? { ...draw, fullW: 110 } : draw)
    const book = booked(2, [there, lease])
    expect(repack(2, [lease], { book, drawOf })).toEqual([])
    const two = aLease('two', { from: 30, to: 40, on: ['h0', 'h1'] })
    expect(told(repack(3, [two], { drawOf: (id) => (id === idOf('h2') ? { ...draw, fullW: 110 } : draw) }))).toEqual([
      'two h0 h2',
    ])
  })

  it('that are room for instances fill hosts that are woken anyway', () => {
    const wish: LeaseWish = { kind: 'instances', amount: 4, size: [2, 4, 0] }
    const half = aLease('half', { from: 30, to: 40, on: ['h0'], wish, units: 4 })
    const other = aLease('other', { from: 30, to: 40, on: ['h1'], wish, units: 4 })
    expect(told(repack(2, [half, other]))).toEqual(['half h0 h1'])
    const large = aLease('large', { from: 30, to: 40, on: ['h1'], wish: { ...wish, size: [3, 4, 0] }, units: 4 })
    expect(repack(2, [half, large])).toEqual([])
  })

  it('are moved no more than was allowed, and looked at no more', () => {
    const leases = Array.from({ length: 6 }, (_, nth) =>
      aLease(`l${nth}`, { from: 30 + nth, to: 31 + nth, on: [`h${nth}`] }),
    )
    expect(repack(6, leases).length).toBeGreaterThan(2)
    expect(repack(6, leases, { mostMoves: 2 })).toHaveLength(2)
    expect(repack(6, leases, { mostLooks: 0 })).toEqual([])
  })
})

describe('what a host draws', () => {
  const options = { ...defaultPowerOptions, sleepPowerW: 10, idlePowerW: 100, bootMs: 100_000, shutdownMs: 100_000 }

  it('is what is known of it, above its sleep; what is not known is taken from the options', () => {
    const record = undefined
    expect(hostDraw({ idlePowerW: 60, fullPowerW: 110 }, { record, options, isPowered: true })).toMatchObject({
      idleW: 50,
      fullW: 100,
    })
    expect(hostDraw(undefined, { record, options, isPowered: true })).toMatchObject({ idleW: 90, fullW: 190 })
    // 100 W going down, 200 W coming up, less 10 W for both; over 90 W.
    expect(hostDraw(undefined, { record, options, isPowered: true }).breakEvenMs).toBeCloseTo(28_000_000 / 90, 6)
    expect(
      hostDraw(undefined, { record: { bootsMs: [50_000, 400_000] }, options, isPowered: true }).breakEvenMs,
    ).toBeCloseTo(85_000_000 / 90, 6)
  })

  const unknown = { idlePowerW: undefined, fullPowerW: undefined }

  it('counts as on for ever where it cannot be switched, or is excluded', () => {
    expect(hostDraw(undefined, { record: undefined, options, isPowered: false }).breakEvenMs).toBe(
      Number.POSITIVE_INFINITY,
    )
    const excluding = { ...options, exclude: [{ property: 'storage', value: true }] }
    const facts = { record: undefined, options: excluding, isPowered: true }
    expect(hostDraw({ ...unknown, properties: { storage: true } }, facts).breakEvenMs).toBe(Number.POSITIVE_INFINITY)
    expect(hostDraw({ ...unknown, properties: { storage: false } }, facts).breakEvenMs).toBeLessThan(
      Number.POSITIVE_INFINITY,
    )
  })
})

describe('whatever was promised', () => {
  const history = fc.array(
    fc.record({
      host: fc.integer({ min: 0, max: 5 }),
      from: fc.integer({ min: 24, max: 60 }),
      hours: fc.integer({ min: 1, max: 12 }),
      amount: fc.constantFrom(0, 0, 1, 3),
      mayMove: fc.boolean(),
    }),
    { maxLength: 14 },
  )
  const draws = fc.array(
    fc.record({
      idleW: fc.integer({ min: 1, max: 200 }),
      work: fc.integer({ min: 0, max: 200 }),
      hours: fc.constantFrom(0, 1, 3, Number.POSITIVE_INFINITY),
      slowness: fc.constantFrom(0.5, 1, 1, 3),
    }),
    { minLength: 6, maxLength: 6 },
  )
  const none = { idleW: 1, work: 0, hours: 0, slowness: 1 }

  it('is promised throughout: each move can be made after the one before, saves what it says, and the book is as it was', () => {
    let moves = 0
    fc.assert(
      fc.property(history, draws, (requests, watts) => {
        const book = aBook(6)
        const leases = new Map<LeaseId, Lease>()
        const movable: Lease[] = []
        for (const [nth, { host, from, hours, amount, mayMove }] of requests.entries()) {
          const wish: LeaseWish = { kind: 'instances', amount, size: [4, 8, 0] }
          const asked = { from, to: from + hours, on: [`h${host}`], ...(amount === 0 ? {} : { wish, units: amount }) }
          const lease = aLease(`l${nth}`, asked)
          if (book.book(bookingsOf(lease)).length > 0) continue
          leases.set(lease.id, lease)
          if (mayMove) movable.push(lease)
        }
        const drawOf = (id: HostId): HostDraw => {
          const { idleW, work, hours, slowness } = watts[book.positionOf(id) ?? 0] ?? none
          return { idleW, fullW: idleW + work, breakEvenMs: hours * hourMs, slowness }
        }
        const before = book.calendars.map(({ bookings }) => bookings.map(({ leaseId }) => leaseId).toSorted())
        const found = repack(6, movable, { book, drawOf })
        expect(book.calendars.map(({ bookings }) => bookings.map(({ leaseId }) => leaseId).toSorted())).toEqual(before)
        moves += found.length
        for (const move of found) {
          expect(movable.map(({ id }) => id)).toContain(move.lease.id)
          const beforeJ = energyJ(book, drawOf)
          const after = moved(leases.get(move.lease.id) as Lease, move)
          book.release(after.id)
          expect(book.book(bookingsOf(after))).toEqual([])
          leases.set(after.id, after)
          expect(beforeJ - energyJ(book, drawOf)).toBeCloseTo(move.savedJ, 3)
          expect(move.savedJ).toBeGreaterThanOrEqual(36_000)
        }
      }),
      { numRuns: 400, seed: 11 },
    )
    expect(moves).toBeGreaterThan(200)
  })
})
