// Tells a person's change of what a host is sold at from Gleaner's own. Somebody changed a ratio if and only if it differs from
// what it was last known to be and no step of Gleaner explains that: one that was under way at some time since and sets just
// this figure. A ratio that falls back to what it was after a step of Gleaner was done is
// somebody else's doing as well: a person's, or a setting of the cloud that overrides it.
import { type Host, type HostId, isHostStep, type JournalEntry } from '@gleaner/model'
import { isSameRatio } from '../action/host-step-reached.ts'
import { isOpenEntry } from './journal-entry.ts'

export interface KnownRatios {
  readonly coreRatio: number | undefined
  readonly memoryRatio: number | undefined
  /** When the reading began that showed them. */
  readonly seenAtMs: number
}

export interface RatioChange {
  readonly host: Host
  readonly before: KnownRatios
}

export interface RatioInputs {
  readonly hosts: readonly Host[]
  readonly known: (id: HostId) => KnownRatios | undefined
  readonly journal: readonly JournalEntry[]
}

export function detectRatioChanges({ hosts, known, journal }: RatioInputs): readonly RatioChange[] {
  let entries: ReadonlyMap<HostId, readonly JournalEntry[]> | undefined
  return hosts.flatMap((host): RatioChange[] => {
    const before = known(host.id)
    if (before === undefined || isSame(host, before)) return []
    entries ??= ratioSteps(journal)
    const steps = entries.get(host.id) ?? []
    const isExplained =
      explains(steps, { before, was: before.coreRatio, is: host.coreRatio, of: 'coreRatio' }) &&
      explains(steps, { before, was: before.memoryRatio, is: host.memoryRatio, of: 'memoryRatio' })
    return isExplained ? [] : [{ host, before }]
  })
}

function isSame(host: Host, before: KnownRatios): boolean {
  return sameOrNone(host.coreRatio, before.coreRatio) && sameOrNone(host.memoryRatio, before.memoryRatio)
}

function sameOrNone(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameRatio(a, b)
}

interface Change {
  readonly before: KnownRatios
  readonly was: number | undefined
  readonly is: number | undefined
  readonly of: 'coreRatio' | 'memoryRatio'
}

function explains(steps: readonly JournalEntry[], { before, was, is, of }: Change): boolean {
  if (sameOrNone(was, is)) return true
  return steps.some((entry) => {
    const wanted = entry.setting?.[of]
    if (wanted === undefined) return false
    const untilMs = isOpenEntry(entry) ? Number.POSITIVE_INFINITY : (entry.finishedAtMs ?? entry.deadlineMs)
    if (!(untilMs >= before.seenAtMs)) return false
    return is !== undefined && isSameRatio(is, wanted)
  })
}

function ratioSteps(journal: readonly JournalEntry[]): ReadonlyMap<HostId, readonly JournalEntry[]> {
  const steps = new Map<HostId, JournalEntry[]>()
  for (const entry of journal) {
    const { hostId, action } = entry
    if (hostId === undefined || !isHostStep(action) || entry.setting === undefined) continue
    const list = steps.get(hostId)
    if (list === undefined) steps.set(hostId, [entry])
    else list.push(entry)
  }
  return steps
}
