// When hosts that have to be awake by a moment must be told at the latest, if only so many may be woken in a minute: going from
// the last deadline to the first, each is told one turn before the one after it, or in time for its own, whichever is earlier.
// Both ends are kept: no start is late, and the breakers see no rush.
export interface Awaited<Key> {
  readonly key: Key
  /** Told at this moment, it is awake in time. */
  readonly latestMs: number
}

export function wakeDeadlines<Key>(awaited: readonly Awaited<Key>[], wakesPerMinute: number): ReadonlyMap<Key, number> {
  const turnMs = 60_000 / Math.max(wakesPerMinute, 1e-3)
  const told = new Map<Key, number>()
  let nextMs = Number.POSITIVE_INFINITY
  for (const { key, latestMs } of [...awaited].sort((a, b) => b.latestMs - a.latestMs)) {
    nextMs = Math.min(latestMs, nextMs - turnMs)
    told.set(key, nextMs)
  }
  return told
}
