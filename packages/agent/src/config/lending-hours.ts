// "mon-fri 18:00-08:00", "sat,sun 00:00-24:00": days and hours, past midnight where the end is not after the beginning.
import { formatDurationMs } from '@gleaner/model/duration'
import type { Node } from 'yaml'
import { type LendingHours, minutesLeft } from '../monitors/window-monitor.ts'
import type { ConfigReader, MapReader } from './config-reader.ts'

const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const minuteMs = 60_000
/** As HTCondor's policy for desktops has it. */
const standard = { noStartMs: 29.5 * minuteMs, endMs: 9.5 * minuteMs }

interface ReadHours {
  readonly hours: readonly LendingHours[]
  readonly noStartMinutes: number
  readonly endMinutes: number
}

/** The settings of the monitor `hours`; what would never let a guest begin is refused. */
export function readHours(reader: ConfigReader, map: MapReader, key: Node): ReadHours {
  const hours = map
    .list('lend')
    .map(
      ({ text, node }) =>
        lendingHours(text) ??
        reader.fail(node, `"${text}" is no time such as "mon-fri 18:00-08:00" or "sat,sun 00:00-24:00"`),
    )
  if (hours.length === 0) reader.fail(key, 'hours: "lend" has to name at least one time')
  const [noStart, end] = [map.node('noStartBefore'), map.node('endBefore')]
  const noStartSetMs = map.duration('noStartBefore', standard.noStartMs)
  const endMs = map.duration(
    'endBefore',
    noStart === undefined ? standard.endMs : Math.min(standard.endMs, noStartSetMs),
  )
  const noStartMs = noStart === undefined ? Math.max(standard.noStartMs, endMs) : noStartSetMs
  if (noStartMs < endMs)
    reader.fail(
      noStart,
      `noStartBefore: (${formatDurationMs(noStartMs)}) may not be shorter than endBefore (${formatDurationMs(endMs)}): guests would begin that have to go at once`,
    )
  const longestMinutes = Math.max(
    ...hours.flatMap(({ days, fromMinute }) => days.map((day) => minutesLeft(hours, { day, minute: fromMinute }))),
  )
  if (noStartMs >= longestMinutes * minuteMs)
    reader.fail(
      noStart ?? end ?? key,
      `hours: nothing would ever begin: the longest time of lend is ${formatDurationMs(longestMinutes * minuteMs)}, and noStartBefore is ${formatDurationMs(noStartMs)}`,
    )
  return { hours, noStartMinutes: noStartMs / minuteMs, endMinutes: endMs / minuteMs }
}

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
