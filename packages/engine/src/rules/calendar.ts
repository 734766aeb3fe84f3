// The calendar fields of one instant in one time zone. Computed once per evaluation and zone, never per instance: asking
// the time-zone data costs a hundred times as much as the rest of a rule.
import { Temporal } from 'temporal-polyfill'

export interface Calendar {
  readonly hour: number
  readonly minute: number
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number
  readonly day: number
  readonly month: number
  readonly year: number
  /** As "2026-03-29". */
  readonly date: string
  /** As "07:05", so that texts compare as times do. */
  readonly time: string
  readonly isWeekend: boolean
}

export type CalendarPart = keyof Calendar

export const calendarParts: Readonly<Record<CalendarPart, { type: 'number' | 'text' | 'bool'; description: string }>> =
  {
    hour: { type: 'number', description: 'Hour, 0 to 23' },
    minute: { type: 'number', description: 'Minute, 0 to 59' },
    weekday: { type: 'number', description: 'Day of the week, 1 = Monday to 7 = Sunday' },
    day: { type: 'number', description: 'Day of the month, 1 to 31' },
    month: { type: 'number', description: 'Month, 1 to 12' },
    year: { type: 'number', description: 'Year' },
    date: { type: 'text', description: 'Date as "2026-03-29"' },
    time: { type: 'text', description: 'Time of day as "07:05"' },
    isWeekend: { type: 'bool', description: 'Saturday or Sunday' },
  }

export function calendarAt(atMs: number, timeZone: string): Calendar {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone)
  return {
    hour: at.hour,
    minute: at.minute,
    weekday: at.dayOfWeek,
    day: at.day,
    month: at.month,
    year: at.year,
    date: at.toPlainDate().toString(),
    time: `${String(at.hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`,
    isWeekend: at.dayOfWeek >= 6,
  }
}

/** Only names of the IANA data base and "UTC"; offsets such as "+01:00" know no summer time and are refused. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(text) || text.length > 64) return false
  try {
    calendarAt(0, text)
    return true
  } catch {
    return false
  }
}

/** Epoch milliseconds of an RFC 3339 text such as "2026-12-24T18:00:00+01:00"; undefined when it is none. */
export function parseTimestampMs(text: string): number | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    return undefined
  }
}

/** The moment at which the wall clock of the zone has gone on by so much; an end in the spring gap lies behind it. */
export function wallClockEnd(startMs: number, durationMs: number, timeZone: string): number {
  const wall = Temporal.Instant.fromEpochMilliseconds(startMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .add({ milliseconds: durationMs })
  const first = wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
  if (first > startMs) return first
  // The start lies in the second pass of a repeated hour, the first pass of the end before it.
  return wall.toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds
}
