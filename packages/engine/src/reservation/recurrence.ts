// The times of a lease that recurs: an RRULE (RFC 5545) that counts in days or more, by the wall clock of a time zone. 09:00 is
// 09:00 in summer and in winter; a time that the spring gap swallows begins when the clock has jumped, and of one that autumn
// repeats the first counts. Length goes by the wall clock as well: from 22:00 to 06:00 also in the night that is an hour longer.
//
// The rule is expanded as if there were no time zones and each time put into the zone then: the library leaves out what
// falls into the gap, and a host that was promised for every day is promised for that day, too.
import type { Interval } from '@gleaner/model'
import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { isTimeZone, wallClockEnd } from '../rules/calendar.ts'

export interface Recurrence {
  /** FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20 */
  readonly rule: string
  readonly timeZone: string
}

export interface Occurrence {
  readonly span: Interval
  /** Of its start, in the zone: 2026-12-07. */
  readonly day: string
}

export interface RecurrenceFault {
  readonly fault: string
}

export const mostOccurrences = 366

const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
const keys = [
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'BYDAY',
  'BYMONTH',
  'BYMONTHDAY',
  'BYYEARDAY',
  'BYWEEKNO',
  'BYSETPOS',
  'WKST',
]

/** At the first time, if the rule fits it, and after it; ordered, none overlaps the next. */
export function occurrencesOf(
  first: Interval,
  { rule, timeZone }: Recurrence,
): readonly Occurrence[] | RecurrenceFault {
  if (!isTimeZone(timeZone)) return fault(`there is no time zone "${timeZone.slice(0, 64)}"`)
  const parts = partsOf(rule)
  if ('fault' in parts) return parts
  const begin = wallOf(first.startMs, timeZone)
  const lengthMs = begin.until(wallOf(first.endMs, timeZone)).total('milliseconds')
  const starts = startsOf(parts, begin, timeZone)
  if ('fault' in starts) return starts
  const occurrences = starts.map((start) => {
    const startMs = start.epochMilliseconds
    const span = { startMs, endMs: wallClockEnd(startMs, lengthMs, timeZone) }
    return { span, day: start.toPlainDate().toString() }
  })
  const overlapping = occurrences.find(
    ({ span }, nth) => span.endMs > (occurrences[nth + 1]?.span.startMs ?? Number.POSITIVE_INFINITY),
  )
  if (overlapping !== undefined) return fault(`that of ${overlapping.day} is not over when the next one begins`)
  return occurrences
}

function partsOf(rule: string): ReadonlyMap<string, string> | RecurrenceFault {
  const parts = new Map<string, string>()
  for (const part of rule
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [, key = '', value = ''] = /^([A-Z]+)=([-+A-Z0-9,]+)$/.exec(part) ?? []
    if (!keys.includes(key)) return fault(`"${part.slice(0, 60)}" is none of ${keys.join(', ')} with a value`)
    if (parts.has(key)) return fault(`${key} stands there twice`)
    parts.set(key, value)
  }
  if (!frequencies.includes(parts.get('FREQ') ?? '')) return fault(`FREQ must be one of ${frequencies.join(', ')}`)
  const count = parts.get('COUNT')
  if ((count === undefined) === (parts.get('UNTIL') === undefined)) return fault('give COUNT or UNTIL, and not both')
  if (count !== undefined && !(/^\d+$/.test(count) && Number(count) >= 1 && Number(count) <= mostOccurrences))
    return fault(`COUNT must be from 1 to ${mostOccurrences}`)
  return parts
}

function startsOf(
  parts: ReadonlyMap<string, string>,
  begin: Temporal.PlainDateTime,
  timeZone: string,
): readonly Temporal.ZonedDateTime[] | RecurrenceFault {
  const until = parts.get('UNTIL')
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : untilOf(until, timeZone)
  if (untilMs === undefined) return fault('UNTIL must be a day (20261231) or a moment in UTC (20261231T180000Z)')
  const starts: Temporal.ZonedDateTime[] = []
  let isTooMany = false
  try {
    const rule = new RRuleTemporal({
      rruleString: [...parts].flatMap(([key, value]) => (key === 'UNTIL' ? [] : [`${key}=${value}`])).join(';'),
      dtstart: begin.toZonedDateTime('UTC'),
      temporal: Temporal,
      strict: true,
    })
    rule.all((date) => {
      const start = date.toPlainDateTime().toZonedDateTime(timeZone, { disambiguation: 'compatible' })
      isTooMany = starts.length === mostOccurrences && start.epochMilliseconds <= untilMs
      if (isTooMany || start.epochMilliseconds > untilMs) return false
      starts.push(start)
      return true
    })
  } catch (error) {
    return fault(wordsOf(error))
  }
  if (isTooMany) return fault(`it comes more than ${mostOccurrences} times; give an earlier UNTIL`)
  return starts.length === 0 ? fault('it never comes') : starts
}

/** The library gives up on a rule that hits no day for very long, the 30th of February among them, in words of its own. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read'
  return /^(Maximum iterations|Out-of-bounds)/.test(error.message)
    ? 'its days do not come, or not so many times'
    : error.message
}

/** The last moment that counts. */
function untilOf(text: string, timeZone: string): number | undefined {
  const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6})Z)?$/.exec(text) ?? []
  try {
    const date = Temporal.PlainDate.from(
      { year: Number(year), month: Number(month), day: Number(day) },
      { overflow: 'reject' },
    )
    if (time === undefined) return date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds - 1
    const [hour, minute, second] = [0, 2, 4].map((at) => Number(time.slice(at, at + 2)))
    const moment = Temporal.PlainTime.from(
      { hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 },
      { overflow: 'reject' },
    )
    return date.toZonedDateTime({ timeZone: 'UTC', plainTime: moment }).epochMilliseconds
  } catch {
    return undefined
  }
}

function wallOf(atMs: number, timeZone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone).toPlainDateTime()
}

function fault(what: string): RecurrenceFault {
  return { fault: what }
}
