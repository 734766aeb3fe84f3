// Of which hour the energy speaks that an instance saves while it is away: of the one before its work ended. Where Gleaner took it
// away in several steps (paused, then suspended, then shelved), the first of them ended the work; what did not work when Gleaner
// came to it saves no energy by being put away further, and counts neither as known nor as unknown.
import { wholeHourBefore } from '@gleaner/engine'
import {
  type InstanceId,
  type JournalEntry,
  type OnInstance,
  type TenantHourKey,
  type InstanceState,
  isHostStep,
  targetState,
} from '@gleaner/model'

const atRest: ReadonlySet<InstanceState> = new Set(['paused', 'suspended', 'stopped', 'shelved'])

export type WorkEnd = OnInstance<JournalEntry>

/** Per entry that keeps an instance from its work the one that ended the work. Entries oldest first, done ones alone. */
export function workEnds(ordered: readonly OnInstance<JournalEntry>[]): ReadonlyMap<JournalEntry, WorkEnd> {
  const ends = new Map<JournalEntry, WorkEnd>()
  const last = new Map<InstanceId, { readonly end: WorkEnd; readonly leftIn: InstanceState }>()
  for (const entry of ordered) {
    const { instanceId, action, stateBefore } = entry
    const before = last.get(instanceId)
    last.delete(instanceId)
    const leftIn = isHostStep(action) ? undefined : targetState[action]
    if (leftIn === undefined || !atRest.has(leftIn)) continue
    // Found as it was left, it has not worked in between.
    const end = stateBefore === 'running' ? entry : before?.leftIn === stateBefore ? before.end : undefined
    if (end === undefined) continue
    ends.set(entry, end)
    last.set(instanceId, { end, leftIn })
  }
  return ends
}

/** Undefined where the journal does not say on which host it was. */
export function hourOfWork({ instanceId, hostId, intendedAtMs }: WorkEnd): TenantHourKey | undefined {
  return hostId === undefined ? undefined : { instanceId, hostId, atMs: wholeHourBefore(intendedAtMs) }
}

export function hourKey({ instanceId, hostId, atMs }: TenantHourKey): string {
  return `${instanceId}\n${hostId}\n${atMs}`
}
