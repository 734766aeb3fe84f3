// The earliest moment at which enough units of a wish are free for the whole duration, by one sweep over the runs of
// possible starts of every host: a run opens (one more unit is to be had) and closes again. Only as many runs are looked
// at as the answer needs, and no more hosts than it takes where enough are free from the first moment on. When there is none: the most units that are ever free at once, and when that is first so.
import type { HostCalendar, Starts, Stay } from './host-calendar.ts'
import { TimeHeap } from './time-heap.ts'
import type { WishUnits } from './wish.ts'

export interface StartQuestion {
  readonly calendars: readonly HostCalendar[]
  readonly units: WishUnits
  readonly stay: Stay
}

export interface EarliestStart {
  /** Undefined when at no moment as many as needed are free. */
  readonly startMs: number | undefined
  /** Without a start: the most units that are free together, and from when; 0 and undefined when none ever is. */
  readonly most: number
  readonly mostAtMs: number | undefined
}

export function earliestStart({ calendars, units, stay }: StartQuestion): EarliestStart {
  const opening = new TimeHeap()
  const closing = new TimeHeap()
  const hosts: number[] = []
  const levels: number[] = []
  const runs: (Starts | undefined)[] = []
  // One for all questions: a sweep asks them by the ten thousand.
  const from = { ...stay }
  const open = (unit: number, fromMs: number) => {
    const calendar = calendars[hosts[unit] as number] as HostCalendar
    from.fromMs = fromMs
    const run = calendar.nextStarts(from, units.need, levels[unit] as number)
    runs[unit] = run
    if (run !== undefined) opening.push(run.firstMs, unit)
    return run !== undefined
  }
  let freeAtOnce = 0
  for (let host = 0; host < calendars.length; host++) {
    for (let level = 1; level <= units.perHost; level++) {
      const unit = hosts.push(host) - 1
      levels.push(level)
      // A host that is never free for one more at a time is not asked for two more.
      if (!open(unit, stay.fromMs)) break
      if (runs[unit]?.firstMs === stay.fromMs && ++freeAtOnce >= units.min)
        return { startMs: stay.fromMs, most: freeAtOnce, mostAtMs: stay.fromMs }
    }
  }

  let free = 0
  let most = 0
  let mostAtMs: number | undefined
  while (opening.size > 0) {
    const atMs = opening.firstMs
    if (closing.firstMs < atMs) {
      const unit = closing.pop()
      free--
      open(unit, (runs[unit]?.lastMs ?? 0) + stay.durationMs)
      continue
    }
    while (opening.firstMs === atMs) {
      const unit = opening.pop()
      closing.push(runs[unit]?.lastMs ?? atMs, unit)
      free++
    }
    if (free > most) {
      most = free
      mostAtMs = atMs
    }
    if (free >= units.min) return { startMs: atMs, most, mostAtMs }
  }
  return { startMs: undefined, most, mostAtMs }
}
