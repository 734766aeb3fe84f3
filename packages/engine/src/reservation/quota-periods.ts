// The calendar periods of a time zone that a span touches. They tile time: each ends where the next begins, whatever the
// clocks do in between, so a week in which they change has 167 or 169 hours.
import type { Interval, QuotaPeriod } from '@gleaner/model'
import { Temporal } from 'temporal-polyfill'

const steps = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 }, year: { years: 1 } } as const

export function quotaPeriodsOf(span: Interval, period: QuotaPeriod, timeZone: string): readonly Interval[] {
  const periods: Interval[] = []
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(span.startMs)).toZonedDateTimeISO(timeZone)
  let date = firstDay(zoned.toPlainDate(), period)
  let startMs = beginMs(date, timeZone)
  do {
    date = date.add(steps[period])
    const endMs = beginMs(date, timeZone)
    periods.push({ startMs, endMs })
    startMs = endMs
  } while (startMs < span.endMs)
  return periods
}

/** Weeks begin on Monday (ISO 8601). */
function firstDay(date: Temporal.PlainDate, period: QuotaPeriod): Temporal.PlainDate {
  switch (period) {
    case 'day':
      return date
    case 'week':
      return date.subtract({ days: date.dayOfWeek - 1 })
    case 'month':
      return date.with({ day: 1 })
    case 'year':
      return date.with({ day: 1, month: 1 })
  }
}

/** Where midnight does not exist the day begins when the clock has jumped. */
function beginMs(date: Temporal.PlainDate, timeZone: string): number {
  return date.toZonedDateTime(timeZone).epochMilliseconds
}
