import {
  cloudId,
  type Lease,
  type LeaseId,
  type LeaseReservation,
  noLeaseLimits,
  projectId,
  type ReservationId,
} from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type AdmissionQuestion, checkAdmission } from './check-admission.ts'
import { hostHoursIn, hostsHeld } from './host-hours.ts'
import { quotaPeriodsOf } from './quota-periods.ts'
import { capacity, idOf } from './testing/a-book.ts'

const hourMs = 3_600_000
const at = (text: string) => Date.parse(text)
const noon = at('2026-03-04T12:00:00Z')
const everywhere = { capacityOf: () => capacity }

function aLease(from: number, to: number, reservations: readonly Partial<LeaseReservation>[] = [{}]): Lease {
  const whole: LeaseReservation = {
    id: 'rsv' as ReservationId,
    wish: { kind: 'hosts', min: 1, max: 1 },
    filter: undefined,
    shares: [{ hostId: idOf('h0'), host: 'h0', units: 1 }],
  }
  return {
    id: `lea_${from}_${to}` as LeaseId,
    name: 'course',
    cloudId: cloudId('c'),
    projectId: projectId(cloudId('c'), 'p'),
    by: 'anna',
    state: 'pending',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'nothing',
    events: [],
    span: { startMs: from, endMs: to },
    reservations: reservations.map((part) => ({ ...whole, ...part })),
  }
}

const ask = (change: Partial<AdmissionQuestion>): AdmissionQuestion => ({
  lease: aLease(noon, noon + 4 * hourMs),
  before: undefined,
  others: [],
  limits: noLeaseLimits,
  timeZone: 'UTC',
  nowMs: noon,
  ...everywhere,
  ...change,
})
const limits = (change: Partial<typeof noLeaseLimits>) => ({ ...noLeaseLimits, ...change })

describe('a lease', () => {
  it('is admitted without limits, and up to each limit', () => {
    expect(checkAdmission(ask({}))).toBeUndefined()
    const exact = limits({ hostHours: 4, longestMs: 4 * hourMs, furthestMs: 0 })
    expect(checkAdmission(ask({ limits: exact }))).toBeUndefined()
  })

  it('that is too long, or too far away, is refused by the field that is wrong', () => {
    expect(checkAdmission(ask({ limits: limits({ longestMs: 3 * hourMs }) }))).toEqual({
      field: 'end',
      longestMs: 3 * hourMs,
      askedMs: 4 * hourMs,
    })
    const far = ask({ limits: limits({ furthestMs: hourMs }), nowMs: noon - 2 * hourMs })
    expect(checkAdmission(far)).toEqual({ field: 'start', furthestMs: hourMs, askedMs: 2 * hourMs })
  })

  it('counts in each period for its part only', () => {
    // Sunday 22:00 to Monday 06:00: two hours of one week, six of the next.
    const lease = aLease(at('2026-03-08T22:00:00Z'), at('2026-03-09T06:00:00Z'))
    const week = (hostHours: number) => limits({ hostHours, period: 'week' })
    expect(checkAdmission(ask({ lease, limits: week(6) }))).toBeUndefined()
    expect(checkAdmission(ask({ lease, limits: week(5) }))).toEqual({
      field: 'reservations',
      period: { startMs: at('2026-03-09T00:00:00Z'), endMs: at('2026-03-16T00:00:00Z') },
      limitHours: 5,
      usedHours: 0,
      askedHours: 6,
    })
    const before = aLease(at('2026-03-02T00:00:00Z'), at('2026-03-02T05:00:00Z'))
    expect(checkAdmission(ask({ lease, others: [before], limits: week(6) }))).toMatchObject({
      usedHours: 5,
      askedHours: 2,
    })
  })

  it('that changes is judged by what it takes more', () => {
    const before = aLease(noon, noon + 10 * hourMs)
    const tight = limits({ hostHours: 2, longestMs: hourMs, furthestMs: 0, period: 'day' })
    const question = (lease: Lease) => checkAdmission(ask({ lease, before, limits: tight, nowMs: noon - hourMs }))
    expect(question(aLease(noon, noon + 10 * hourMs))).toBeUndefined()
    expect(question(aLease(noon, noon + 9 * hourMs))).toBeUndefined()
    expect(question(aLease(noon, noon + 11 * hourMs))).toMatchObject({ field: 'end' })
    expect(question(aLease(noon + hourMs, noon + 10 * hourMs))).toMatchObject({ field: 'start' })
    const two = [{}, { shares: [{ hostId: idOf('h1'), host: 'h1', units: 1 }] }]
    expect(question(aLease(noon, noon + 10 * hourMs, two))).toMatchObject({ field: 'reservations', askedHours: 20 })
  })

  it('on room counts as the largest share of its host, together as all of them', () => {
    const share = { hostId: idOf('h0'), host: 'h0', units: 2 }
    const room = { wish: { kind: 'instances', amount: 2, size: [4, 8, 0] } as const, shares: [share] }
    expect(hostsHeld(aLease(0, 1, [room]), everywhere)).toBe(0.5)
    const near = {
      wish: { ...room.wish, affinity: 'together' } as const,
      shares: [{ ...share, units: 1 }],
    }
    expect(hostsHeld(aLease(0, 1, [near, {}]), everywhere)).toBe(1.5)
    expect(hostsHeld(aLease(0, 1, [room]), { capacityOf: () => undefined })).toBe(1)
  })
})

describe('periods', () => {
  it.each([
    ['day', '2026-03-29T12:00:00Z', 23],
    ['day', '2026-10-25T12:00:00Z', 25],
    ['week', '2026-03-29T12:00:00Z', 167],
    ['week', '2026-10-25T12:00:00Z', 169],
    ['month', '2028-02-29T12:00:00Z', 29 * 24],
    ['year', '2028-02-29T12:00:00Z', 366 * 24],
  ] as const)('a %s around %s in Paris has %i hours', (period, moment, hours) => {
    const [one] = quotaPeriodsOf({ startMs: at(moment), endMs: at(moment) + 1 }, period, 'Europe/Paris')
    expect(((one?.endMs ?? 0) - (one?.startMs ?? 0)) / hourMs).toBe(hours)
  })

  it('a day without midnight begins when the clock has jumped', () => {
    const [day] = quotaPeriodsOf(
      { startMs: at('2018-11-04T12:00:00Z'), endMs: at('2018-11-04T13:00:00Z') },
      'day',
      'America/Sao_Paulo',
    )
    expect(day).toEqual({ startMs: at('2018-11-04T03:00:00Z'), endMs: at('2018-11-05T02:00:00Z') })
  })

  test('tile every span, and hours of them add up to hosts times hours', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }),
        fc.integer({ min: 1, max: 90 * 24 }),
        fc.constantFrom('day', 'week', 'month', 'year'),
        fc.constantFrom('UTC', 'Europe/Paris', 'America/Sao_Paulo', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        (startS, hours, period, zone) => {
          const span = { startMs: startS * 1000, endMs: startS * 1000 + hours * hourMs }
          const periods = quotaPeriodsOf(span, period, zone)
          expect(periods[0]?.startMs).toBeLessThanOrEqual(span.startMs)
          expect(periods.at(-1)?.startMs).toBeLessThan(span.endMs)
          expect(periods.at(-1)?.endMs).toBeGreaterThanOrEqual(span.endMs)
          for (const [nth, { startMs }] of periods.entries()) if (nth > 0) expect(startMs).toBe(periods[nth - 1]?.endMs)
          const sum = periods.reduce(
            (all, one) => all + hostHoursIn([aLease(span.startMs, span.endMs)], one, everywhere),
            0,
          )
          expect(sum).toBeCloseTo(hours, 6)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('whatever is asked for in whatever order, no period ever holds more than the quota', () => {
    const request = fc.record({
      from: fc.integer({ min: 0, max: 24 * 40 }),
      hours: fc.integer({ min: 1, max: 24 * 10 }),
    })
    fc.assert(
      fc.property(fc.array(request, { maxLength: 20 }), fc.integer({ min: 1, max: 200 }), (requests, hostHours) => {
        const granted: Lease[] = []
        const quota = limits({ hostHours, period: 'week' })
        for (const { from, hours } of requests) {
          const lease = aLease(noon + from * hourMs, noon + (from + hours) * hourMs)
          if (checkAdmission(ask({ lease, others: granted, limits: quota })) === undefined) granted.push(lease)
        }
        for (const week of quotaPeriodsOf({ startMs: noon, endMs: noon + 24 * 60 * hourMs }, 'week', 'UTC'))
          expect(hostHoursIn(granted, week, everywhere)).toBeLessThanOrEqual(hostHours + 1e-6)
      }),
      { numRuns: 300 },
    )
  })
})
