// Waiting for one signal, unless another one fires before.

/** Resolves when the first signal fires, rejects when the second does. */
export function ended(awaited: AbortSignal, aborted: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      awaited.removeEventListener('abort', settle)
      aborted.removeEventListener('abort', settle)
      if (aborted.aborted) reject(aborted.reason)
      else resolve()
    }
    awaited.addEventListener('abort', settle)
    aborted.addEventListener('abort', settle)
    if (aborted.aborted) settle()
  })
}
