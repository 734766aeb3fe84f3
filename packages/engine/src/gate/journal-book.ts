// The journal as the gate reads it: which instances have an action under way, and how much was reclaimed lately, per
// minute, host and project. An entry counts from its intent on, whatever became of it: an attempt is a risk taken.
// Entries from the future (the clock was set back) count as well. What a cycle lets pass is added as it goes along.
import {
  type HostId,
  type InstanceId,
  isReclaiming,
  type JournalEntry,
  type Policy,
  type ProjectId,
  type Proposal,
} from '@gleaner/model'
import { isOpenEntry } from '../people/journal-entry.ts'

export const rateWindowMs = 60_000

export interface JournalBook {
  readonly openOf: ReadonlyMap<InstanceId, JournalEntry>
  /** Reclaiming actions of the last minute. */
  lastMinute(): number
  /** Instances of a host or project that were reclaimed from within the share window. */
  ofHost(id: HostId): ReadonlySet<InstanceId>
  ofProject(id: ProjectId): ReadonlySet<InstanceId>
  /** This step was let pass in this cycle. */
  grant(proposal: Proposal): void
}

const nobody: ReadonlySet<InstanceId> = new Set()

export function createJournalBook(journal: readonly JournalEntry[], policy: Policy, nowMs: number): JournalBook {
  const openOf = new Map<InstanceId, JournalEntry>()
  const hosts = new Map<HostId, Set<InstanceId>>()
  const projects = new Map<ProjectId, Set<InstanceId>>()
  let inLastMinute = 0
  for (const entry of journal) {
    if (isOpenEntry(entry) && entry.action !== 'notify') openOf.set(entry.instanceId, entry)
    if (!isReclaiming(entry.action)) continue
    if (!(entry.intendedAtMs <= nowMs - rateWindowMs)) inLastMinute++
    if (entry.intendedAtMs <= nowMs - policy.budgets.shareWindowMs) continue
    addTo(projects, entry.projectId, entry.instanceId)
    if (entry.hostId !== undefined) addTo(hosts, entry.hostId, entry.instanceId)
  }
  return {
    openOf,
    lastMinute: () => inLastMinute,
    ofHost: (id) => hosts.get(id) ?? nobody,
    ofProject: (id) => projects.get(id) ?? nobody,
    grant(proposal) {
      if (!isReclaiming(proposal.action)) return
      inLastMinute++
      addTo(projects, proposal.projectId, proposal.instanceId)
      if (proposal.hostId !== undefined) addTo(hosts, proposal.hostId, proposal.instanceId)
    },
  }
}

function addTo<Key>(groups: Map<Key, Set<InstanceId>>, key: Key, id: InstanceId): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, new Set([id]))
  else group.add(id)
}
