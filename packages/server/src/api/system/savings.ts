// Capacity given back over a span, from the journal. An action that took something away and succeeded gives back what it
// says from the moment it was done until the first of: the next entry about that instance, a person's action on it, the
// moment the cloud says its present state began (when that is another state than the action led to), the end of the span.
// Steps on hosts free nothing by themselves and count for nothing here. Of an instance that is gone nobody knows since when, so it counts for nothing.
// What is not certain ends a span early: the figure is rather too small than too large.
import {
  type Hold,
  type InstanceId,
  type JournalEntry,
  type Yield,
  isHostStep,
  isOnInstance,
  isReclaiming,
  targetState,
} from '@gleaner/model'
import type { Instance } from '@gleaner/model'

export interface SavingsInput {
  /** All entries that may still count, in whatever order. */
  readonly journal: readonly JournalEntry[]
  readonly instanceById: ReadonlyMap<InstanceId, Instance>
  readonly holds: readonly Hold[]
  readonly fromMs: number
  readonly toMs: number
}

export interface Savings {
  readonly actionsDone: number
  readonly hours: Yield
  readonly now: { readonly instances: number; readonly physicalCores: number; readonly physicalMemoryMiB: number }
}

export function savingsOf(input: SavingsInput): Savings {
  const { fromMs, toMs } = input
  const nextMs = nextEntryTimes(input.journal)
  const personMs = personTimes(input.holds)
  const hours = { physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 }
  const now = { instances: 0, physicalCores: 0, physicalMemoryMiB: 0 }
  let actionsDone = 0
  for (const entry of input.journal) {
    if (entry.state !== 'done' || entry.finishedAtMs === undefined || !isReclaiming(entry.action)) continue
    if (!isOnInstance(entry) || isHostStep(entry.action)) continue
    if (entry.finishedAtMs >= fromMs && entry.finishedAtMs < toMs) actionsDone++
    const instance = input.instanceById.get(entry.instanceId)
    const target = targetState[entry.action]
    const holds = instance !== undefined && (target === undefined || instance.state === target)
    const endMs = Math.min(
      toMs,
      nextMs.get(entry) ?? toMs,
      (personMs.get(entry.instanceId) ?? []).find((atMs) => atMs > (entry.finishedAtMs ?? 0)) ?? toMs,
      holds ? toMs : (instance?.stateSinceMs ?? entry.finishedAtMs),
    )
    const lengthH = Math.max(0, endMs - Math.max(fromMs, entry.finishedAtMs)) / 3_600_000
    hours.physicalCores += entry.gives.physicalCores * lengthH
    hours.physicalMemoryMiB += entry.gives.physicalMemoryMiB * lengthH
    hours.sellableCores += entry.gives.sellableCores * lengthH
    hours.sellableMemoryMiB += entry.gives.sellableMemoryMiB * lengthH
    if (endMs >= toMs && holds) {
      now.instances++
      now.physicalCores += entry.gives.physicalCores
      now.physicalMemoryMiB += entry.gives.physicalMemoryMiB
    }
  }
  return { actionsDone, hours, now }
}

/** Per entry the time of the next one about the same instance that changes its state. */
function nextEntryTimes(journal: readonly JournalEntry[]): ReadonlyMap<JournalEntry, number> {
  const ordered = journal
    .filter(isOnInstance)
    .filter((entry) => entry.action !== 'notify' && entry.state === 'done')
    .sort((a, b) => a.intendedAtMs - b.intendedAtMs)
  const last = new Map<InstanceId, JournalEntry>()
  const next = new Map<JournalEntry, number>()
  for (const entry of ordered) {
    const before = last.get(entry.instanceId)
    if (before !== undefined) next.set(before, entry.acceptedAtMs ?? entry.intendedAtMs)
    last.set(entry.instanceId, entry)
  }
  return next
}

function personTimes(holds: readonly Hold[]): ReadonlyMap<InstanceId, readonly number[]> {
  const times = new Map<InstanceId, number[]>()
  for (const hold of holds) {
    if (hold.kind !== 'person-acted' || !isOnInstance(hold)) continue
    const list = times.get(hold.instanceId)
    if (list === undefined) times.set(hold.instanceId, [hold.createdAtMs])
    else list.push(hold.createdAtMs)
  }
  for (const list of times.values()) list.sort((a, b) => a - b)
  return times
}
