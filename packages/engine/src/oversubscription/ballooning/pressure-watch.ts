// What has to be remembered from one look at a guest to the next, for as long as memory is lent from it: since when it has
// left what it was asked for, what it had swapped by then, and its last word, so that a fast fall shows. All of it may be lost: after
// a restart the next two looks bring it back.
import { type GuestMemory, hasLeft, type MemoryLoan } from '@gleaner/model'
import type { PressureSession } from './pressure-session.ts'

interface Watched {
  readonly reachedAtMs: number
  readonly swappedAtFirstMiB: number
  readonly last: GuestMemory
  readonly fallMiBPerS: number
}

export class PressureWatch {
  readonly #watched = new Map<string, Watched>()

  /** The session as this look shows it. */
  see({ entry }: MemoryLoan, memory: GuestMemory | undefined, nowMs: number): PressureSession {
    const targetMiB = entry.setting?.memoryMiB ?? Number.NaN
    const base = { targetMiB, sinceMs: entry.intendedAtMs, fallMiBPerS: 0, swappedMiB: 0 }
    if (entry.state === 'failed' || entry.state === 'timed-out') return { ...base, progress: 'missed' }
    const known = this.#watched.get(entry.id)
    if (memory === undefined) return { ...base, progress: known === undefined ? 'open' : 'reached' }
    if (known === undefined && !hasLeft(memory, targetMiB)) {
      // What the guest said before it had left anything is no sign that it has it back.
      const isSince = entry.state === 'done' && memory.saidAtMs >= (entry.finishedAtMs ?? entry.intendedAtMs)
      return { ...base, progress: isSince ? 'reached' : 'open' }
    }
    const now = known === undefined ? first(memory, nowMs) : next(known, memory)
    this.#watched.set(entry.id, now)
    const swapped = memory.swappedMiB - now.swappedAtFirstMiB
    return {
      ...base,
      progress: 'reached',
      fallMiBPerS: now.fallMiBPerS,
      swappedMiB: Number.isNaN(swapped) ? 0 : swapped,
    }
  }

  keepOnly(loans: readonly MemoryLoan[]): void {
    const open = new Set(loans.map(({ entry }) => entry.id))
    for (const id of this.#watched.keys()) if (!open.has(id)) this.#watched.delete(id)
  }
}

function first(memory: GuestMemory, nowMs: number): Watched {
  return { reachedAtMs: nowMs, swappedAtFirstMiB: memory.swappedMiB, last: memory, fallMiBPerS: 0 }
}

/** A word from before the balloon was there says nothing about a fall since. */
function next(known: Watched, memory: GuestMemory): Watched {
  const { last, reachedAtMs } = known
  const swappedAtFirstMiB = Number.isNaN(known.swappedAtFirstMiB) ? memory.swappedMiB : known.swappedAtFirstMiB
  const elapsedMs = memory.saidAtMs - last.saidAtMs
  if (!(elapsedMs > 0)) return { ...known, swappedAtFirstMiB }
  const fell = last.saidAtMs > reachedAtMs ? ((last.usableMiB - memory.usableMiB) * 1000) / elapsedMs : 0
  return { reachedAtMs, swappedAtFirstMiB, last: memory, fallMiBPerS: Number.isNaN(fell) ? 0 : Math.max(0, fell) }
}
