import { describe, expect, it } from 'vitest'
import { isRepeated, momentOf, msOf, type OffsetMsAt, passesOf } from './local-moment.ts'

/** From what Intl says clocks of a zone show. */
function offsetOf(timeZone: string): OffsetMsAt {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  return (ms) => {
    const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  }
}

describe('moments by the wall clock of the viewer', () => {
  const berlin = offsetOf('Europe/Berlin')

  it('tells the two times of the hour that autumn repeats apart', () => {
    const [first, second] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)]
    expect(passesOf('2026-10-25T02:30', berlin)).toEqual([first, second])
    expect(msOf({ text: '2026-10-25T02:30', pass: 'first' }, berlin)).toBe(first)
    expect(msOf({ text: '2026-10-25T02:30', pass: 'second' }, berlin)).toBe(second)
    expect(momentOf(first, berlin)).toEqual({ text: '2026-10-25T02:30', pass: 'first' })
    expect(momentOf(second + 59_999, berlin)).toEqual({ text: '2026-10-25T02:30', pass: 'second' })
    expect([isRepeated(first, berlin), isRepeated(second, berlin)]).toEqual([true, true])
  })

  it('knows where the repeated hour begins and ends', () => {
    expect(passesOf('2026-10-25T01:59', berlin)).toHaveLength(1)
    expect(passesOf('2026-10-25T02:00', berlin)).toHaveLength(2)
    expect(passesOf('2026-10-25T02:59', berlin)).toHaveLength(2)
    expect(passesOf('2026-10-25T03:00', berlin)).toHaveLength(1)
  })

  it('puts a time of the spring gap behind it, whichever pass is said', () => {
    expect(passesOf('2026-03-29T02:30', berlin)).toEqual([])
    for (const pass of ['first', 'second'] as const)
      expect(msOf({ text: '2026-03-29T02:30', pass }, berlin)).toBe(Date.UTC(2026, 2, 29, 1, 30))
  })

  it.each(['Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati', 'Pacific/Niue', 'Australia/Lord_Howe'])(
    'comes back as it was, every quarter of an hour of a year of changes in %s',
    (zone) => {
      const offsetAt = offsetOf(zone)
      for (const day of [Date.UTC(2026, 2, 7), Date.UTC(2026, 2, 28), Date.UTC(2026, 3, 4), Date.UTC(2026, 9, 24)])
        for (let ms = day; ms < day + 2 * 86_400_000; ms += 900_000)
          expect(msOf(momentOf(ms, offsetAt), offsetAt)).toBe(ms)
    },
  )

  it('knows the half hour of Lord Howe', () => {
    expect(passesOf('2026-04-05T01:45', offsetOf('Australia/Lord_Howe'))).toEqual([
      Date.UTC(2026, 3, 4, 14, 45),
      Date.UTC(2026, 3, 4, 15, 15),
    ])
  })

  it("goes by the viewer's own clock if nothing else is said", () => {
    expect(msOf({ text: '2026-06-15T12:00', pass: 'first' })).toBe(new Date('2026-06-15T12:00').getTime())
  })

  it.each(['', 'tomorrow', '2026-13-01T00:00'])('takes %j for no time', (text) => {
    expect(msOf({ text, pass: 'first' })).toBeUndefined()
  })
})
