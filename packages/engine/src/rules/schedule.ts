// When a rule counts. Level-triggered: a rule with a schedule is active from each instant of its cron expression on for
// its duration, and whenever Gleaner looks within that time it finds the rule active; a missed minute loses nothing.
//
// The duration goes by the wall clock of the zone: "20:00 for 11 h" ends at 07:00 also in the night that is an hour
// longer or shorter. An end that the spring gap swallows moves behind the gap; of an end that autumn repeats the first
// one after the start counts. A start that comes before the end of the last one begins a new span.
import { type Interval, parseDurationMs } from '@gleaner/model'
import { isTimeZone, wallClockEnd } from './calendar.ts'
import { parseCron } from './cron-instants.ts'
import { type RuleFault, ruleFault } from './rule-fault.ts'

export interface CompiledSchedule {
  readonly timeZone: string
  /** The span that holds `atMs`, or undefined outside of all. */
  activeSpan(atMs: number): Interval | undefined
  /** The next start after `atMs`. */
  nextStartMs(atMs: number): number | undefined
}

const longestMs = 366 * 86_400_000

export function compileSchedule(schedule: {
  readonly cron: string
  readonly duration: string
  readonly timeZone: string
}): CompiledSchedule | readonly RuleFault[] {
  const { cron, duration, timeZone } = schedule
  const faults: RuleFault[] = []
  const durationMs = parseDurationMs(duration)
  if (durationMs === undefined || durationMs < 60_000 || durationMs > longestMs)
    faults.push(
      ruleFault('bad-duration', wholePlace(duration, 'schedule'), {
        message: `the duration "${duration.slice(0, 60)}" is no length of time between a minute and a year`,
        hint: 'Write a number and m, h or d: "30m", "11h", "2d".',
      }),
    )
  if (!isTimeZone(timeZone)) faults.push(badZone(timeZone))
  const instants = faults.length > 0 ? undefined : parseCron(cron, timeZone)
  if (instants === undefined && isTimeZone(timeZone) && parseCron(cron, timeZone) === undefined)
    faults.push(
      ruleFault('bad-cron', wholePlace(cron, 'schedule'), {
        message: `the cron expression "${cron.slice(0, 60)}" cannot be read or never comes`,
        hint: 'Five fields: minute, hour, day of month, month, day of week; "0 20 * * 1-5" is 20:00 from Monday to Friday.',
      }),
    )
  if (instants === undefined || durationMs === undefined || faults.length > 0) return faults
  return {
    timeZone,
    activeSpan(atMs) {
      const startMs = instants.lastMs(atMs)
      if (startMs === undefined) return undefined
      const endMs = wallClockEnd(startMs, durationMs, timeZone)
      return atMs < endMs ? { startMs, endMs } : undefined
    },
    nextStartMs: (atMs) => instants.nextMs(atMs),
  }
}

export function badZone(timeZone: string): RuleFault {
  return ruleFault('bad-time-zone', wholePlace(timeZone, 'timeZone'), {
    message: `there is no time zone "${timeZone.slice(0, 64)}"`,
    hint: 'Write a name such as "Europe/Paris", "America/New_York" or "UTC".',
  })
}

const wholePlace = (text: string, part: RuleFault['part']) => ({ text, part, start: 0, end: text.length })
