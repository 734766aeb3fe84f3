// "mon-fri 18:00-08:00", "sat,sun 00:00-24:00": days and hours, past midnight where the end is not after the beginning.
import type { LendingHours } from '../monitors/window-monitor.ts'

const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export function lendingHours(text: string): LendingHours | undefined {
  const [, dayText, from, to] = /^\s*([a-z,-]+)\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*$/i.exec(text) ?? []
  if (dayText === undefined) return undefined
  const days = dayText.toLowerCase().split(',').map(daysOf)
  const fromMinute = minuteOf(from ?? '')
  const toMinute = minuteOf(to ?? '')
  if (fromMinute === undefined || toMinute === undefined || fromMinute === 1440) return undefined
  if (days.some((each) => each === undefined)) return undefined
  return {
    days: [...new Set(days.flatMap((each) => each ?? []))],
    fromMinute,
    toMinute: toMinute > fromMinute ? toMinute : toMinute + 1440,
  }
}

function daysOf(text: string): readonly number[] | undefined {
  const ends = text.split('-').map((name) => names.indexOf(name))
  const [first, last = first] = ends
  if (first === undefined || last === undefined || ends.includes(-1) || ends.length > 2) return undefined
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, nth) => (first + nth) % 7)
}

function minuteOf(text: string): number | undefined {
  const [hour = Number.NaN, minute = Number.NaN] = text.split(':').map(Number)
  const sum = hour * 60 + minute
  return minute < 60 && sum <= 1440 ? sum : undefined
}
