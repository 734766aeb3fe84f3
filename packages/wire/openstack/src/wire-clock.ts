// The only time this package needs: what time it is, and waiting. Embedders and tests give their own.

export interface WireClock {
  /** Epoch milliseconds. */
  nowMs(): number
  /** Rejects with the signal's reason when it fires first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}
