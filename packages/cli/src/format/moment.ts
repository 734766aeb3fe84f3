// Times in the reader's zone and beside them how long ago, counted from the server's clock: a simulation runs ahead of
// the reader's watch.
import { span } from './quantity.ts'

export interface Moments {
  /**
   * 08:12 on the same day, 2 Jun 08:12 in the same year, 2 Jun 2025 08:12 otherwise; 02:30 +02:00 where clocks show the time twice
   * that night.
   */
  readonly at: (time: string) => string
  /** "12m ago", "in 9m", "now". */
  readonly relative: (time: string) => string
  /** Seconds from the time to now. */
  readonly age: (time: string) => number
  /** Replaces the RFC 3339 times within a sentence. */
  readonly within: (sentence: string) => string
}

const written = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g

export function momentsAt(now: string, timeZone: string): Moments {
  const nowMs = Date.parse(now)
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = (atMs: number) => {
    const found = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    return {
      day: `${found['day']} ${found['month']}`,
      year: found['year'] ?? '',
      clock: `${found['hour']}:${found['minute']}`,
    }
  }
  const offset = offsets(timeZone)
  const today = parts(nowMs)
  const at = (time: string) => {
    const atMs = Date.parse(time)
    if (Number.isNaN(atMs)) return time
    const { day, year, clock: wall } = parts(atMs)
    const clock = wall + repeatedOffset(atMs, offset)
    if (year !== today.year) return `${day} ${year} ${clock}`
    return day === today.day ? clock : `${day} ${clock}`
  }
  return {
    at,
    age: (time) => (nowMs - Date.parse(time)) / 1000,
    relative: (time) => {
      const ageS = (nowMs - Date.parse(time)) / 1000
      if (Math.abs(ageS) < 1) return 'now'
      return ageS > 0 ? `${span(ageS)} ago` : `in ${span(-ageS)}`
    },
    within: (sentence) => sentence.replace(written, (time) => at(time)),
  }
}

type OffsetAt = (atMs: number) => { readonly minutes: number; readonly text: string }

function offsets(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
  return (atMs) => {
    // GMT+02:00, and GMT alone for none.
    const [, sign = '+', hours = '00', minutes = '00'] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(atMs)) ?? []
    const size = Number(hours) * 60 + Number(minutes)
    return { minutes: sign === '-' ? -size : size, text: `${sign}${hours}:${minutes}` }
  }
}

const minuteMs = 60_000
const halfDayMs = 43_200_000

/** In the night in which clocks are put back, which of two that look the same; empty at any other time. */
function repeatedOffset(atMs: number, offsetAt: OffsetAt): string {
  const backMs = (offsetAt(atMs - halfDayMs).minutes - offsetAt(atMs + halfDayMs).minutes) * minuteMs
  if (backMs <= 0) return ''
  const own = offsetAt(atMs)
  const isFirst = own.minutes - offsetAt(atMs + backMs).minutes === backMs / minuteMs
  const isSecond = offsetAt(atMs - backMs).minutes - own.minutes === backMs / minuteMs
  return isFirst || isSecond ? ` ${own.text}` : ''
}
