// The last actions for the log strip: seeded from the history, moved by live events. One line per action, newest first.
import type { JournalView } from '@gleaner/model'

const keep = 50
let entries: readonly JournalView[] = []
const listeners = new Set<() => void>()

export const log = {
  get: () => entries,
  listen: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

export function addToLog(...items: readonly JournalView[]): void {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  for (const item of items) byId.set(item.id, item)
  entries = [...byId.values()].sort((a, b) => b.intendedAt.localeCompare(a.intendedAt)).slice(0, keep)
  for (const listener of listeners) listener()
}
