// The system's clock behind the Clock port. One of the two places in Gleaner that read it.
import type { Clock } from '@gleaner/ports'

export const realClock: Clock = {
  speed: 1,
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) => sleepReal(durationMs, signal),
}

/** setTimeout holds at most 2^31-1 ms; longer sleeps are taken in parts. */
const longestTimerMs = 2_147_483_647

/** Sleeps in real time; rejects with the signal's reason. Shared with the accelerated clock. */
export async function sleepReal(durationMs: number, signal?: AbortSignal): Promise<void> {
  let restMs = Math.max(0, durationMs)
  do {
    const partMs = Math.min(restMs, longestTimerMs)
    await sleepPart(partMs, signal)
    restMs -= partMs
  } while (restMs > 0)
}

function sleepPart(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, durationMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
