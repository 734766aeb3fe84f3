// The clock of a simulation: it starts at a given moment and runs `speed` times as fast as real time. It is driven by the
// monotonic clock of the process, so a jump of the system's clock does not reach the simulation.
import type { Clock } from '@gleaner/ports'
import { sleepReal } from './real-clock.ts'

export function acceleratedClock(startMs: number, speed: number): Clock {
  const bornMs = performance.now()
  return {
    speed,
    nowMs: () => Math.round(startMs + (performance.now() - bornMs) * speed),
    sleep: (durationMs, signal) => sleepReal(durationMs / speed, signal),
  }
}
