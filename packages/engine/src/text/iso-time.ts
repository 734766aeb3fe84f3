// RFC 3339 in UTC without the system's Date, which the engine may not touch: "2026-03-29T07:05:00Z". Seconds are the
// finest unit, so that a sentence about a moment stays the same for as long as the moment does.
// Source of the day arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.

const dayMs = 86_400_000
/** Years 0 to 9999: what RFC 3339 can write. */
const firstMs = -62_167_219_200_000
const lastMs = 253_402_300_799_999

/** Moments are shared by many sentences of a cycle (one notice time for a thousand proposals): the last few are kept. */
const written = new Map<number, string>()

export function isoTime(atMs: number): string {
  if (atMs === Number.POSITIVE_INFINITY) return 'the end of time'
  if (!(atMs >= firstMs && atMs <= lastMs)) return 'an unknown time'
  const known = written.get(atMs)
  if (known !== undefined) return known
  if (written.size >= 1000) written.clear()
  const text = write(atMs)
  written.set(atMs, text)
  return text
}

function write(atMs: number): string {
  const days = Math.floor(atMs / dayMs)
  const { year, month, day } = civilFromDays(days)
  const s = Math.floor((atMs - days * dayMs) / 1000)
  const clock = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}Z`
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  }
}

const two = (value: number) => String(value).padStart(2, '0')
