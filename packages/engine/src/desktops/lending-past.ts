// What the journal tells of desktops: which hosts Gleaner closed for their users and has not opened, which guests are as they are by
// its doing, and what failed since. Read from the entries themselves, so that a process that dies forgets nothing.
import {
  type HostId,
  type Instance,
  type InstanceId,
  type InstanceState,
  isHostStep,
  isOnInstance,
  type JournalEntry,
  type StepKind,
  targetState,
} from '@gleaner/model'
import type { GuestPast } from './plan-lending.ts'

export interface LendingPast {
  readonly closedAtMs: (id: HostId) => number | undefined
  /**
   * Gleaner closed it last, or nobody by way of Gleaner ever did and a cloud keeps new desktops closed; and the cloud has not refused to
   * open it since.
   */
  readonly mayOpen: (id: HostId) => boolean
  /** Whether the journal has a step on this host as a whole at all. */
  readonly isKnown: (id: HostId) => boolean
  /** Where the guests went that were moved away from a desktop for its user, whatever became of it. */
  readonly moved: ReadonlyMap<InstanceId, HostId>
  /** `readAtMs`: when the reading began that shows the instance. */
  readonly pastOf: (instance: Instance, readAtMs: number) => GuestPast
}

interface Door {
  readonly action: StepKind
  readonly atMs: number
}

const none: ReadonlySet<StepKind> = new Set()

export function lendingPast(journal: Iterable<JournalEntry>): LendingPast {
  const doors = new Map<HostId, Door>()
  const refused = new Map<HostId, number>()
  const turns = new Map<HostId, number>()
  const lastOn = new Map<InstanceId, JournalEntry>()
  const pending = new Set<InstanceId>()
  const moves = new Map<InstanceId, JournalEntry>()
  const failures = new Map<InstanceId, JournalEntry[]>()
  for (const entry of journal) {
    const atMs = entry.finishedAtMs
    if (atMs === undefined) {
      if (isOnInstance(entry) && entry.action !== 'notify') pending.add(entry.instanceId)
      continue
    }
    if (isOnInstance(entry)) {
      if (isHostStep(entry.action)) continue
      if (entry.action === 'migrate' && entry.capability === 'opportunism') newest(moves, entry)
      if (entry.state === 'done' && targetState[entry.action] !== undefined) newest(lastOn, entry)
      else if (entry.state !== 'done' && entry.capability === 'opportunism') add(failures, entry)
    } else if (entry.hostId !== undefined && (entry.action === 'close' || entry.action === 'open')) {
      const { hostId, action, capability, state } = entry
      if (state !== 'done') {
        if (action === 'open') refused.set(hostId, Math.max(refused.get(hostId) ?? atMs, atMs))
        continue
      }
      if (atMs >= (doors.get(hostId)?.atMs ?? Number.NEGATIVE_INFINITY))
        doors.set(hostId, { action: capability === 'opportunism' ? action : 'open', atMs })
      turns.set(hostId, Math.max(turns.get(hostId) ?? atMs, atMs))
    }
  }
  return {
    closedAtMs: (id) => {
      const door = doors.get(id)
      return door?.action === 'close' ? door.atMs : undefined
    },
    mayOpen: (id) => {
      const door = doors.get(id)
      if (door?.action === 'open') return false
      return (refused.get(id) ?? Number.NEGATIVE_INFINITY) <= (door?.atMs ?? Number.NEGATIVE_INFINITY)
    },
    moved: new Map([...moves].flatMap(([id, { setting }]) => (setting?.toHostId ? [[id, setting.toHostId]] : []))),
    isKnown: (id) => doors.has(id),
    pastOf: ({ id, state, hostId }, readAtMs) => {
      const last = lastOn.get(id)
      const sinceMs = Math.max(last?.finishedAtMs ?? 0, (hostId && turns.get(hostId)) ?? 0)
      const failed = (failures.get(id) ?? []).filter(({ finishedAtMs }) => (finishedAtMs ?? 0) >= sinceMs)
      return {
        stoppedBy: last !== undefined && isStopped(last, state) ? last.action : undefined,
        isUnsettled: pending.has(id) || (last?.finishedAtMs ?? Number.NEGATIVE_INFINITY) >= readAtMs,
        failed: failed.length === 0 ? none : new Set(failed.map(({ action }) => action)),
      }
    },
  }
}

function isStopped({ capability, action }: JournalEntry, state: InstanceState): boolean {
  return capability === 'opportunism' && !isHostStep(action) && state !== 'running' && targetState[action] === state
}

function newest(last: Map<InstanceId, JournalEntry>, entry: JournalEntry & { readonly instanceId: InstanceId }): void {
  const before = last.get(entry.instanceId)
  if ((before?.finishedAtMs ?? Number.NEGATIVE_INFINITY) <= (entry.finishedAtMs ?? 0)) last.set(entry.instanceId, entry)
}

function add(
  failures: Map<InstanceId, JournalEntry[]>,
  entry: JournalEntry & { readonly instanceId: InstanceId },
): void {
  const list = failures.get(entry.instanceId)
  if (list === undefined) failures.set(entry.instanceId, [entry])
  else list.push(entry)
}
