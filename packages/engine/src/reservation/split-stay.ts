// A stay in two parts, where none is possible in one: the same number of units throughout, but on other hosts in the second part.
// Of a lease that fills its window the parts adjoin. Of a flexible one there may be time between them, and the first is at
// least a quarter of the whole, because a lease of minutes before the real one is of no use.
import type { Interval } from '@gleaner/model'
import { earliestStart } from './earliest-start.ts'
import type { LeaseQuestion, Prepared } from './lease-question.ts'

export interface SplitStay {
  readonly first: Interval
  readonly rest: Interval
}

/** Beginnings of the first part that are tried. */
const mostTries = 16
const leastShare = 1 / 4

export function splitStay(
  { window, durationMs: askedMs }: Pick<LeaseQuestion, 'window' | 'durationMs'>,
  prepared: Prepared,
): SplitStay | undefined {
  const isFixed = askedMs === undefined
  const wholeMs = askedMs ?? window.endMs - window.startMs
  const leastMs = isFixed ? 0 : wholeMs * leastShare
  let fromMs = window.startMs
  for (let tries = isFixed ? 1 : mostTries; tries > 0; tries--) {
    const startMs = isFixed ? fromMs : startOf(prepared, { fromMs, untilMs: window.endMs, durationMs: leastMs })
    if (startMs === undefined) return undefined
    // The longer the first part is, the more is free for what is left of the second.
    const endMs = Math.min(freeUntilMs(prepared, startMs), startMs + wholeMs)
    const durationMs = startMs + wholeMs - endMs
    if (endMs > startMs && durationMs > 0) {
      const restMs = startOf(prepared, { fromMs: endMs, untilMs: window.endMs, durationMs })
      if (restMs !== undefined && (restMs === endMs || !isFixed))
        return { first: { startMs, endMs }, rest: { startMs: restMs, endMs: restMs + durationMs } }
    }
    fromMs = Math.max(endMs, startMs + 1)
  }
  return undefined
}

/** Until when enough units stay free that are free at this moment; the moment itself if they are not. */
export function freeUntilMs({ calendars, units }: Prepared, fromMs: number): number {
  const ends: number[] = []
  for (const calendar of calendars)
    for (let times = 1; times <= units.perHost; times++) {
      const end = calendar.fitsUntilMs(fromMs, units.need, times)
      if (end <= fromMs) break
      ends.push(end)
    }
  return ends.sort((a, b) => b - a)[units.min - 1] ?? fromMs
}

function startOf(
  { calendars, units }: Prepared,
  stay: Parameters<typeof earliestStart>[0]['stay'],
): number | undefined {
  return earliestStart({ calendars, units, stay }).startMs
}
