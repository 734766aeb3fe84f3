// The hours in which the machine may be lent, in its own local time, by day of the week. Outside of them it counts as in use. Before
// they end nothing begins any more, and shortly before guests have to go: 29.5 and 9.5 minutes, as HTCondor's policy for desktops has
// it, so that whoever comes at eight finds the machine quiet.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { type Monitor, type Seen, seen } from './monitor.ts'

/** A window may go past midnight: it belongs to the day on which it begins. Minutes since midnight; `to` up to 2 × 1440. */
export interface LendingHours {
  /** 0 is Sunday. */
  readonly days: readonly number[]
  readonly fromMinute: number
  readonly toMinute: number
}

export interface LocalTime {
  readonly day: number
  readonly minute: number
}

const dayMinutes = 1440

export class WindowMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #hours: readonly LendingHours[]
  readonly #localTime: () => LocalTime
  readonly #noStartMinutes: number
  readonly #endMinutes: number

  constructor(
    rule: MonitorRule,
    how: {
      readonly hours: readonly LendingHours[]
      readonly everyMs: number
      readonly localTime: () => LocalTime
      readonly noStartMinutes: number
      readonly endMinutes: number
    },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#hours = how.hours
    this.#localTime = how.localTime
    this.#noStartMinutes = how.noStartMinutes
    this.#endMinutes = how.endMinutes
  }

  read(): Seen {
    const now = this.#localTime()
    if (!Number.isFinite(now.day + now.minute)) return seen('missing', 'the clock does not tell the time')
    const leftMinutes = minutesLeft(this.#hours, now)
    const facts = { leftMinutes: Math.round(leftMinutes) }
    if (leftMinutes <= 0) return seen('active', 'it is not an hour for lending', facts)
    if (leftMinutes <= this.#endMinutes)
      return seen('active', `the hours for lending end in ${leftMinutes.toFixed(0)} min`, facts)
    if (leftMinutes <= this.#noStartMinutes)
      return seen('between', `nothing begins any more: ${leftMinutes.toFixed(0)} min are left`, facts)
    return seen('idle', `${leftMinutes.toFixed(0)} min of the hours for lending are left`, facts)
  }

  close(): void {}
}

/** How long lending may go on without a break; windows that touch are one. 0: not now. At most a week. */
export function minutesLeft(hours: readonly LendingHours[], { day, minute }: LocalTime): number {
  const begin = day * dayMinutes + minute
  const week = 7 * dayMinutes
  const spans = hours.flatMap(({ days, fromMinute, toMinute }) =>
    days.flatMap((each) =>
      [-week, 0, week].map((shift) => ({
        from: each * dayMinutes + fromMinute + shift,
        to: each * dayMinutes + toMinute + shift,
      })),
    ),
  )
  let end = begin
  for (;;) {
    const next = spans.find(({ from, to }) => from <= end && end < to)
    if (next === undefined || end - begin >= week) return Math.min(week, end - begin)
    end = next.to
  }
}
