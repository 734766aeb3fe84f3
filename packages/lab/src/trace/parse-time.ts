// Seconds from what a table calls a time: seconds, milliseconds (told by their size) or a date of RFC 3339. NaN when it is
// none of them.

/** Beyond this a number cannot be seconds (it would be the year 5138) and is milliseconds. */
const largestSeconds = 1e11

export function parseTime(text: string): number {
  const value = Number(text)
  if (text.trim() === '') return Number.NaN
  if (!Number.isNaN(value)) return secondsOf(value)
  return Date.parse(text) / 1000
}

export function secondsOf(value: number): number {
  return Math.abs(value) > largestSeconds ? value / 1000 : value
}
