// The waitlist: who comes first, how long one may wait, and the part of the window that is left. Who is ahead is tried first;
// one further back for which there is room does not wait for one ahead for which there is none.
import type { Interval, Lease, LeaseEvent, LeaseWait } from '@gleaner/model'

/** The larger priority first, then who came first. */
export function inOrder(leases: Iterable<Lease>, priorityOf: (lease: Lease) => number): readonly Lease[] {
  const waiting = [...leases].filter(({ state }) => state === 'waiting')
  return waiting.sort(
    (a, b) => priorityOf(b) - priorityOf(a) || a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1),
  )
}

/** From this moment on the window cannot hold it: a lease that fills its window cannot begin later. */
export function lastStartMs({ window, durationMs }: Pick<LeaseWait, 'window' | 'durationMs'>): number {
  return durationMs === undefined ? window.startMs : window.endMs - durationMs
}

/**
 * What is left of the window; undefined when the wait is over. A proposal lapses at its start: one that is to be confirmed first begins
 * when it need not be held any longer, or as late as the window allows, so that there is time to confirm it.
 */
export function stillPossible(wait: LeaseWait, nowMs: number): Interval | undefined {
  const { window, untilMs, holdMs } = wait
  if (nowMs >= untilMs) return undefined
  const openMs = holdMs === undefined ? nowMs : Math.max(nowMs, Math.min(nowMs + holdMs, lastStartMs(wait)))
  return { startMs: Math.max(window.startMs, openMs), endMs: window.endMs }
}

export function waitEvents({ untilMs }: LeaseWait): readonly LeaseEvent[] {
  return [{ kind: 'lapse', dueAtMs: untilMs, state: 'waiting', doneAtMs: undefined, outcome: undefined }]
}

/** The lease with the place it was given; the end of its wait is no longer due. */
export function promoted(waiting: Lease, placed: Lease): Lease {
  const own = new Set(placed.events.map(({ kind }) => kind))
  const waits = waiting.events.filter(({ kind }) => !own.has(kind))
  const over = waits.map((event): LeaseEvent => ({ ...event, state: 'skipped', outcome: gotPlace }))
  return {
    ...placed,
    createdAtMs: waiting.createdAtMs,
    promotedAtMs: placed.updatedAtMs,
    events: [...over, ...placed.events],
  }
}

const gotPlace = 'it has got a place'
