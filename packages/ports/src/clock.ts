// Time as everything outside the engine sees it. The real clock, the accelerated one of a simulated cloud and the virtual
// one of the tests implement it; nothing else may read the system's clock or start a timer.

export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number
  /** How many of these milliseconds pass in one real millisecond: 1, but for simulations. */
  readonly speed: number
  /** Resolves after `durationMs` of this clock; rejects with the signal's reason when it fires first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}
