// The instants of a five-field cron expression in a time zone. The only file of the engine that touches Date: the cron
// library takes and gives Date objects. It is used as a pure function of the instants passed in; no timer is started
// (no function is handed to it) and the system's clock is never read (every call names its reference).
//
// Time-zone changes, as the library has them: a fixed time that the spring gap swallows comes when the clock has jumped;
// a fixed time that autumn repeats comes once, at its first occurrence; steps and lists such as "*/30" run in both.
/* oxlint-disable no-restricted-globals -- see above: Date only as the library's notation of an instant */
import { Cron } from 'croner'

export interface CronInstants {
  /** The latest instant at or before `atMs`; undefined when there is none. */
  lastMs(atMs: number): number | undefined
  /** The earliest instant after `atMs`; undefined when there is none. */
  nextMs(atMs: number): number | undefined
}

/** Undefined when the expression or the zone cannot be read, or when it never comes (30 February). */
export function parseCron(expression: string, timeZone: string): CronInstants | undefined {
  if (expression.length > 100 || expression.trim().split(/\s+/).length !== 5) return undefined
  try {
    const cron = new Cron(expression.trim(), { timezone: timeZone, mode: '5-part', paused: true })
    if (cron.nextRun(new Date(0)) === null) return undefined
    return {
      // The library leaves out a run exactly at the reference.
      lastMs: (atMs) => cron.previousRuns(1, new Date(Math.floor(atMs) + 1))[0]?.getTime(),
      nextMs: (atMs) => cron.nextRun(new Date(Math.floor(atMs)))?.getTime(),
    }
  } catch {
    return undefined
  }
}
