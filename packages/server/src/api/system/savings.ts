// Capacity given back over a span, from the journal. An action that took something away and succeeded gives back what it
// says from the moment it was done until the first of: the next entry about that instance, a person's action on it, the
// moment the cloud says its present state began (when that is another state than the action led to), the end of the span.
// Steps on hosts free nothing by themselves and count for nothing here. Of an instance that is gone nobody knows since when, so it counts for nothing.
// What is not certain ends a span early: the figure is rather too small than too large.
import { savedEnergyJ } from '@gleaner/engine'
import {
  type Hold,
  type InstanceId,
  type JournalEntry,
  type OnInstance,
  type TenantHour,
  type TenantHourKey,
  type Yield,
  hourMs,
  isHostStep,
  isOnInstance,
  isReclaiming,
  targetState,
} from '@gleaner/model'
import type { Instance } from '@gleaner/model'
import { type WorkEnd, hourKey, hourOfWork, workEnds } from './saved-energy.ts'

export interface SavingsInput {
  /** All entries that may still count, in whatever order. */
  readonly journal: readonly JournalEntry[]
  readonly instanceById: ReadonlyMap<InstanceId, Instance>
  readonly holds: readonly Hold[]
  readonly fromMs: number
  readonly toMs: number
  /** Of those that `hoursBefore` names the ones that are known, by their keys; without it no energy is known. */
  readonly hours?: ReadonlyMap<string, TenantHour>
}

export interface Savings {
  readonly actionsDone: number
  /** How many of the actions done in the span a person undid, in it or since. */
  readonly undone: number
  readonly hours: Yield
  readonly now: { readonly instances: number; readonly physicalCores: number; readonly physicalMemoryMiB: number }
  /** An estimate, over the actions of which it is known; see `savedEnergyJ`. */
  readonly energy: { readonly savedJ: number; readonly knownOf: number; readonly unknownOf: number }
}

/** What one action gave back. */
interface SavedSpan {
  readonly entry: JournalEntry
  readonly isDoneWithin: boolean
  readonly isUndone: boolean
  readonly lengthH: number
  readonly isHeldNow: boolean
  /** Undefined where the instance did not work before. */
  readonly workEnd: WorkEnd | undefined
}

export function savingsOf(input: SavingsInput): Savings {
  return sum([...savedSpans(input)], input)
}

/** What has to be known for the energy: the last hour of work of each instance that was away within the span, each once. */
export function hoursBefore(input: SavingsInput): readonly TenantHourKey[] {
  const hours = new Map<string, TenantHourKey>()
  for (const { lengthH, workEnd } of savedSpans(input)) {
    const hour = lengthH === 0 || workEnd === undefined ? undefined : hourOfWork(workEnd)
    if (hour !== undefined) hours.set(hourKey(hour), hour)
  }
  return [...hours.values()]
}

/** The same in groups, the largest gain of memory first. */
export function savingsBy(
  input: SavingsInput,
  keyOf: (entry: JournalEntry) => string,
): readonly (Savings & { readonly key: string })[] {
  const groups = new Map<string, SavedSpan[]>()
  for (const span of savedSpans(input)) {
    const key = keyOf(span.entry)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [span])
    else group.push(span)
  }
  return [...groups]
    .map(([key, spans]) => ({ key, ...sum(spans, input) }))
    .filter(({ actionsDone, hours, now }) => actionsDone > 0 || now.instances > 0 || hours.physicalMemoryMiB > 0)
    .sort((a, b) => b.hours.physicalMemoryMiB - a.hours.physicalMemoryMiB || (a.key < b.key ? -1 : 1))
}

function* savedSpans(input: SavingsInput): Generator<SavedSpan> {
  const { fromMs, toMs } = input
  const ordered = doneInOrder(input.journal)
  const nextMs = nextEntryTimes(ordered)
  const ends = workEnds(ordered)
  const personMs = personTimes(input.holds)
  for (const entry of input.journal) {
    const { finishedAtMs } = entry
    if (entry.state !== 'done' || finishedAtMs === undefined || !isReclaiming(entry.action)) continue
    if (!isOnInstance(entry) || isHostStep(entry.action)) continue
    const instance = input.instanceById.get(entry.instanceId)
    const target = targetState[entry.action]
    const holds = instance !== undefined && (target === undefined || instance.state === target)
    const byPersonMs = (personMs.get(entry.instanceId) ?? []).find((atMs) => atMs > finishedAtMs)
    const next = nextMs.get(entry)
    const endMs = Math.min(
      toMs,
      next ?? toMs,
      byPersonMs ?? toMs,
      holds ? toMs : (instance?.stateSinceMs ?? finishedAtMs),
    )
    yield {
      entry,
      isDoneWithin: finishedAtMs >= fromMs && finishedAtMs < toMs,
      isUndone: byPersonMs !== undefined && byPersonMs <= (next ?? Number.POSITIVE_INFINITY),
      lengthH: Math.max(0, endMs - Math.max(fromMs, finishedAtMs)) / hourMs,
      isHeldNow: endMs >= toMs && holds,
      workEnd: ends.get(entry),
    }
  }
}

function sum(spans: readonly SavedSpan[], input: SavingsInput): Savings {
  const hours = { physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 }
  const now = { instances: 0, physicalCores: 0, physicalMemoryMiB: 0 }
  let actionsDone = 0
  let undone = 0
  for (const { entry, isDoneWithin, isUndone, lengthH, isHeldNow } of spans) {
    const { gives } = entry
    if (isDoneWithin) actionsDone++
    if (isDoneWithin && isUndone) undone++
    hours.physicalCores += gives.physicalCores * lengthH
    hours.physicalMemoryMiB += gives.physicalMemoryMiB * lengthH
    hours.sellableCores += gives.sellableCores * lengthH
    hours.sellableMemoryMiB += gives.sellableMemoryMiB * lengthH
    if (!isHeldNow) continue
    now.instances++
    now.physicalCores += gives.physicalCores
    now.physicalMemoryMiB += gives.physicalMemoryMiB
  }
  return { actionsDone, undone, hours, now, energy: energyOf(spans, input) }
}

function energyOf(spans: readonly SavedSpan[], { hours }: SavingsInput): Savings['energy'] {
  const energy = { savedJ: 0, knownOf: 0, unknownOf: 0 }
  for (const { workEnd, lengthH } of spans) {
    if (workEnd === undefined || lengthH === 0) continue
    const hour = hourOfWork(workEnd)
    const savedJ = savedEnergyJ(hour && hours?.get(hourKey(hour)), lengthH * hourMs)
    if (savedJ === undefined) energy.unknownOf++
    else energy.knownOf++
    energy.savedJ += savedJ ?? 0
  }
  return energy
}

function doneInOrder(journal: readonly JournalEntry[]): readonly OnInstance<JournalEntry>[] {
  return journal
    .filter(isOnInstance)
    .filter((entry) => entry.action !== 'notify' && entry.state === 'done')
    .sort((a, b) => a.intendedAtMs - b.intendedAtMs)
}

/** Per entry the time of the next one about the same instance that changes its state. */
function nextEntryTimes(ordered: readonly OnInstance<JournalEntry>[]): ReadonlyMap<JournalEntry, number> {
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
