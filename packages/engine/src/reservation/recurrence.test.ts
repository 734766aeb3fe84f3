// When a lease recurs: by the wall clock, over the days on which clocks change, and what is refused.
import { describe, expect, it } from 'vitest'
import { type Occurrence, occurrencesOf } from './recurrence.ts'

const timeZone = 'Europe/Berlin'
const at = (text: string) => Date.parse(text)
const window = (start: string, end: string) => ({ startMs: at(start), endMs: at(end) })

function times(first: { startMs: number; endMs: number }, rule: string, zone = timeZone): string[] {
  const found = occurrencesOf(first, { rule, timeZone: zone })
  if ('fault' in found) throw new Error(found.fault)
  return found.map(({ span }) => `${text(span.startMs)} ${text(span.endMs)}`)
}
const text = (atMs: number) => new Date(atMs).toISOString().slice(0, 16)

describe('a lease that recurs', () => {
  it('comes on the days of the rule, at the same time of the wall clock, from the first on', () => {
    // Monday; Berlin is an hour ahead of UTC in winter.
    const first = window('2026-12-07T08:00:00Z', '2026-12-07T16:00:00Z')
    expect(times(first, 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4')).toEqual([
      '2026-12-07T08:00 2026-12-07T16:00',
      '2026-12-09T08:00 2026-12-09T16:00',
      '2026-12-14T08:00 2026-12-14T16:00',
      '2026-12-16T08:00 2026-12-16T16:00',
    ])
    expect(times(first, 'RRULE:freq=weekly;interval=2;byday=tu;count=2')).toEqual([
      '2026-12-08T08:00 2026-12-08T16:00',
      '2026-12-22T08:00 2026-12-22T16:00',
    ])
    const days = occurrencesOf(first, { rule: 'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270226', timeZone }) as Occurrence[]
    expect(days.map(({ day }) => day)).toEqual(['2026-12-25', '2027-01-29', '2027-02-26'])
  })

  it('keeps its times over both changes of the clocks, and its length', () => {
    // 22:00 to 06:00; the night of 29 March 2026 is an hour shorter, that of 25 October an hour longer.
    expect(times(window('2026-03-27T21:00:00Z', '2026-03-28T05:00:00Z'), 'FREQ=DAILY;COUNT=3')).toEqual([
      '2026-03-27T21:00 2026-03-28T05:00',
      '2026-03-28T21:00 2026-03-29T04:00',
      '2026-03-29T20:00 2026-03-30T04:00',
    ])
    expect(times(window('2026-10-23T20:00:00Z', '2026-10-24T04:00:00Z'), 'FREQ=DAILY;COUNT=3')).toEqual([
      '2026-10-23T20:00 2026-10-24T04:00',
      '2026-10-24T20:00 2026-10-25T05:00',
      '2026-10-25T21:00 2026-10-26T05:00',
    ])
  })

  it('that begins in the hour that is missing begins behind it; in the hour that comes twice the first time', () => {
    expect(times(window('2026-03-28T01:30:00Z', '2026-03-28T02:30:00Z'), 'FREQ=DAILY;COUNT=3')).toEqual([
      '2026-03-28T01:30 2026-03-28T02:30',
      // 02:30 is not there; 03:30 is.
      '2026-03-29T01:30 2026-03-29T02:30',
      '2026-03-30T00:30 2026-03-30T01:30',
    ])
    expect(times(window('2026-10-24T00:30:00Z', '2026-10-24T01:30:00Z'), 'FREQ=DAILY;COUNT=3')).toEqual([
      '2026-10-24T00:30 2026-10-24T01:30',
      '2026-10-25T00:30 2026-10-25T02:30',
      '2026-10-26T01:30 2026-10-26T02:30',
    ])
  })

  it('ends with UNTIL: a moment that counts itself, or a day of the zone to its end', () => {
    const first = window('2026-12-07T23:30:00Z', '2026-12-08T00:30:00Z')
    // 00:30 of the 8th, 9th and 10th in Berlin.
    expect(times(first, 'FREQ=DAILY;UNTIL=20261210')).toHaveLength(3)
    expect(times(first, 'FREQ=DAILY;UNTIL=20261210', 'UTC')).toHaveLength(4)
    expect(times(first, 'FREQ=DAILY;UNTIL=20261208T233000Z')).toHaveLength(2)
    expect(times(first, 'FREQ=DAILY;UNTIL=20261208T232959Z')).toHaveLength(1)
  })

  it('comes on 29 February in leap years only, and on the last day of a month by its number from the end', () => {
    expect(times(window('2028-02-29T08:00:00Z', '2028-02-29T09:00:00Z'), 'FREQ=YEARLY;COUNT=2')).toEqual([
      '2028-02-29T08:00 2028-02-29T09:00',
      '2032-02-29T08:00 2032-02-29T09:00',
    ])
    expect(
      times(window('2027-01-31T08:00:00Z', '2027-01-31T09:00:00Z'), 'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3').map((one) =>
        one.slice(0, 10),
      ),
    ).toEqual(['2027-01-31', '2027-02-28', '2027-03-31'])
  })
})

describe('a recurrence that cannot be is told, never guessed', () => {
  const first = window('2026-12-07T08:00:00Z', '2026-12-07T16:00:00Z')
  it.each([
    ['FREQ=HOURLY;COUNT=3', /FREQ must be one of DAILY/],
    ['COUNT=3', /FREQ must be one of/],
    ['FREQ=DAILY', /COUNT or UNTIL/],
    ['FREQ=DAILY;COUNT=3;UNTIL=20270101', /COUNT or UNTIL, and not both/],
    ['FREQ=DAILY;COUNT=0', /COUNT must be from 1 to 366/],
    ['FREQ=DAILY;COUNT=-3', /COUNT must be from 1 to 366/],
    ['FREQ=DAILY;COUNT=367', /COUNT must be from 1 to 366/],
    ['FREQ=DAILY;COUNT=3;COUNT=4', /COUNT stands there twice/],
    ['FREQ=DAILY;COUNT=3;BYHOUR=9', /"BYHOUR=9" is none of/],
    ['FREQ=DAILY;COUNT=3;X', /"X" is none of/],
    ['', /"" is none of/],
    ['FREQ=DAILY;UNTIL=20270231', /UNTIL must be/],
    ['FREQ=DAILY;UNTIL=20261210T256000Z', /UNTIL must be/],
    ['FREQ=DAILY;UNTIL=SOON', /UNTIL must be/],
    ['FREQ=DAILY;UNTIL=20261201', /it never comes/],
    ['FREQ=DAILY;UNTIL=20300101', /more than 366 times/],
    ['FREQ=WEEKLY;BYDAY=XX;COUNT=2', /./],
    ['FREQ=DAILY;INTERVAL=0;COUNT=2', /./],
  ])('%s', (rule, expected) => {
    expect((occurrencesOf(first, { rule, timeZone }) as { fault: string }).fault).toMatch(expected)
  })

  it('a day that never is, an unknown zone, and one that is longer than the time to the next', () => {
    for (const rule of [
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1',
      'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20291231',
      'FREQ=MONTHLY;BYDAY=6MO;COUNT=3',
      'FREQ=YEARLY;INTERVAL=999999999;COUNT=5',
    ])
      expect(occurrencesOf(first, { rule, timeZone })).toEqual({ fault: 'its days do not come, or not so many times' })
    expect(occurrencesOf(first, { rule: 'FREQ=DAILY;COUNT=2', timeZone: 'Mars/Olympus' })).toEqual({
      fault: 'there is no time zone "Mars/Olympus"',
    })
    const long = window('2026-12-07T08:00:00Z', '2026-12-08T09:00:00Z')
    expect(occurrencesOf(long, { rule: 'FREQ=DAILY;COUNT=2', timeZone })).toEqual({
      fault: 'that of 2026-12-07 is not over when the next one begins',
    })
    expect(times(long, 'FREQ=DAILY;COUNT=1')).toHaveLength(1)
  })
})
