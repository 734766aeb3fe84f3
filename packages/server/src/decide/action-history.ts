// What was done to each instance before, as the rules and the gate ask for it: the journal of the last month in memory,
// kept up to date by reading what is new, and when each instance was last seen to come to life.
import { type HistoryAccess, journalHorizonMs, type StandingStep } from '@gleaner/engine'
import { type ActionKind, type InstanceId, isHostStep, type JournalEntry, targetState } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import type { Runtime } from '../runtime.ts'
import type { InstanceMemories } from './instance-memories.ts'

/** What rules may look back to: actionCount() takes at most this. */
const reachMs = 31 * 86_400_000

export class ActionHistory implements HistoryAccess {
  readonly #byInstance = new Map<InstanceId, JournalEntry[]>()
  readonly #byId = new Map<string, JournalEntry>()
  readonly #memories: InstanceMemories
  #loadedToMs: number | undefined

  constructor(memories: InstanceMemories) {
    this.#memories = memories
  }

  /** The first time a month; afterwards only what can have changed. */
  async refresh(runtime: Runtime): Promise<void> {
    const nowMs = runtime.clock.nowMs()
    const backMs = this.#loadedToMs === undefined ? reachMs : journalHorizonMs(runtime.config.policy)
    const entries = await runtime.store.journal.since(nowMs - backMs)
    for (const entry of entries) this.#take(entry)
    for (const entry of await openEntries(runtime.store)) this.#take(entry)
    this.#loadedToMs = nowMs
    this.#drop(nowMs - reachMs)
  }

  /** Every open entry, and all since `fromMs`: what the gate and the holds need. */
  recent(fromMs: number): readonly JournalEntry[] {
    return [...this.#byId.values()].filter(
      (entry) => entry.intendedAtMs >= fromMs || (entry.finishedAtMs ?? Number.POSITIVE_INFINITY) >= fromMs,
    )
  }

  /** The last month. */
  all(): readonly JournalEntry[] {
    return [...this.#byId.values()]
  }

  lastActionAtMs(instanceId: InstanceId, action: ActionKind): number {
    let last = this.#loadedToMs === undefined ? Number.NaN : Number.NEGATIVE_INFINITY
    for (const entry of this.#byInstance.get(instanceId) ?? []) {
      if (entry.action === action && entry.state === 'done') last = Math.max(last, entry.finishedAtMs ?? last)
    }
    return last
  }

  actionCount(instanceId: InstanceId, action: ActionKind, span: { fromMs: number; toMs: number }): number {
    if (this.#loadedToMs === undefined) return Number.NaN
    let count = 0
    for (const entry of this.#byInstance.get(instanceId) ?? []) {
      const atMs = entry.finishedAtMs ?? Number.NaN
      if (entry.action === action && entry.state === 'done' && atMs >= span.fromMs && atMs < span.toMs) count++
    }
    return count
  }

  lastResumedAtMs(instanceId: InstanceId): number {
    return this.#memories.resumedAtMs(instanceId)
  }

  isReclaimed(instanceId: InstanceId): boolean | undefined {
    const known = this.#memories.known(instanceId)
    if (known === undefined || this.#loadedToMs === undefined) return undefined
    const done = this.#byInstance
      .get(instanceId)
      ?.findLast((entry) => entry.state === 'done' && stateAfter(entry) !== undefined)
    return (
      done !== undefined &&
      done.capability === 'idleness' &&
      stateAfter(done) === known.state &&
      done.reason.code !== 'commanded'
    )
  }

  standing(instanceId: InstanceId): StandingStep | undefined {
    if (this.isReclaimed(instanceId) !== true) return undefined
    const done = this.#byInstance.get(instanceId)?.findLast((entry) => entry.state === 'done' && stateAfter(entry))
    if (done?.finishedAtMs === undefined || isHostStep(done.action)) return undefined
    // Somebody had it running in between, and brought it back to the same state.
    if (!(this.lastResumedAtMs(instanceId) <= done.finishedAtMs)) return undefined
    return { cause: done.cause, action: done.action, atMs: done.finishedAtMs }
  }

  touched(): Iterable<InstanceId> {
    return this.#byInstance.keys()
  }

  #take(entry: JournalEntry): void {
    const before = this.#byId.get(entry.id)
    this.#byId.set(entry.id, entry)
    if (entry.instanceId === undefined) return
    const list = this.#byInstance.get(entry.instanceId)
    if (list === undefined) this.#byInstance.set(entry.instanceId, [entry])
    else if (before === undefined) list.push(entry)
    else list[list.indexOf(before)] = entry
  }

  #drop(beforeMs: number): void {
    for (const entry of this.#byId.values()) {
      if (entry.intendedAtMs >= beforeMs || entry.finishedAtMs === undefined) continue
      this.#byId.delete(entry.id)
      if (entry.instanceId === undefined) continue
      const rest = this.#byInstance.get(entry.instanceId)?.filter((other) => other !== entry) ?? []
      if (rest.length === 0) this.#byInstance.delete(entry.instanceId)
      else this.#byInstance.set(entry.instanceId, rest)
    }
  }
}

function stateAfter({ action }: JournalEntry) {
  return isHostStep(action) ? undefined : targetState[action]
}

async function openEntries(store: Store): Promise<readonly JournalEntry[]> {
  return store.journal.open()
}
