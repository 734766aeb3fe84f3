// What lies between two looks, from three clocks: monotonic (stands still while the machine sleeps), since boot (does not), and the
// one on the wall (anybody may set it). The difference of the first two is sleep, that of the last two is a clock that was set.

export interface ClockReading {
  readonly monoMs: number
  readonly bootMs: number
  readonly wallMs: number
}

/** none: nothing special. asleep: the machine slept. unwatched: nobody looked. set: only the clock on the wall was set. */
export type ClockBreak = 'none' | 'asleep' | 'unwatched' | 'set'

/** Clocks are read one after the other, and the one since boot has hundredths only: less than this is no difference. */
const toleranceMs = 1500

export function clockBreak(before: ClockReading, now: ClockReading, maxGapMs: number): ClockBreak {
  const mono = now.monoMs - before.monoMs
  const boot = now.bootMs - before.bootMs
  const wall = now.wallMs - before.wallMs
  if (!Number.isFinite(mono + boot + wall)) return 'unwatched'
  if (boot - mono > toleranceMs) return 'asleep'
  if (mono < 0 || boot < 0 || mono > maxGapMs) return 'unwatched'
  return Math.abs(wall - boot) > toleranceMs ? 'set' : 'none'
}
