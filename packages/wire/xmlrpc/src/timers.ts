// The only time the protocol needs: "run this after so long". Tests and embedders give their own.

export interface Timers {
  /** Runs `run` once after `delayMs`; the returned function prevents it. */
  after(delayMs: number, run: () => void): () => void
}

export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
