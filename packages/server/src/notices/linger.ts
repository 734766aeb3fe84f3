// What is under way when a process ends is let come to its end for a moment: a message that the receiver has and the outbox does not
// know of is sent again after the restart.

export interface Lingering {
  /** Aborts so much later than the signal it was made of. */
  readonly signal: AbortSignal
  /** To be called when what was under way has ended. */
  release(): void
}

/** `ms` are of the real clock; an aborted `signal` counts as aborted now. */
export function linger(signal: AbortSignal, ms: number): Lingering {
  const later = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const begin = () => {
    timer = setTimeout(() => later.abort(signal.reason), ms)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return {
    signal: later.signal,
    release: () => {
      signal.removeEventListener('abort', begin)
      clearTimeout(timer)
    },
  }
}
