// The journal as the gate reads it: which instances and hosts have an action under way, and how much was taken lately, per
// minute, host, project and cloud. An entry counts from its intent on, whatever became of it: an attempt is a risk taken.
// Entries from the future (the clock was set back) count as well. What a cycle lets pass is added as it goes along.
import {
  type CloudId,
  cloudOf,
  type HostId,
  hostSteps,
  type InstanceId,
  isHostStep,
  isOnInstance,
  isReclaiming,
  type JournalEntry,
  type Policy,
  type ProjectId,
  type Proposal,
  type Target,
  type TargetKey,
  targetKey,
} from '@gleaner/model'
import { isOpenEntry } from '../people/journal-entry.ts'

export const rateWindowMs = 60_000

export interface JournalBook {
  /** The entry under way on the instance, or on the host as a whole. */
  openOn(target: Target): JournalEntry | undefined
  /** Steps of the last minute that took something. */
  lastMinute(): number
  /** Instances of a host or project that were reclaimed from within the share window. */
  ofHost(id: HostId): ReadonlySet<InstanceId>
  ofProject(id: ProjectId): ReadonlySet<InstanceId>
  /** Hosts of the cloud that something was taken from as a whole within the share window. */
  ofCloud(id: CloudId): ReadonlySet<HostId>
  /** This step was let pass in this cycle. */
  grant(proposal: Proposal): void
}

const nobody: ReadonlySet<never> = new Set()

export function createJournalBook(journal: readonly JournalEntry[], policy: Policy, nowMs: number): JournalBook {
  const openOn = new Map<TargetKey, JournalEntry>()
  const hosts = new Map<HostId, Set<InstanceId>>()
  const projects = new Map<ProjectId, Set<InstanceId>>()
  const clouds = new Map<CloudId, Set<HostId>>()
  let inLastMinute = 0
  const take = (step: Proposal | JournalEntry) => {
    // It is counted per minute; whoever moved has lost nothing.
    if (step.action === 'migrate') return
    if (isOnInstance(step)) {
      addTo(projects, step.projectId, step.instanceId)
      if (step.hostId !== undefined) addTo(hosts, step.hostId, step.instanceId)
    } else if (step.hostId !== undefined) addTo(clouds, cloudOf(step.hostId), step.hostId)
  }
  for (const entry of journal) {
    if (isOpenEntry(entry) && entry.action !== 'notify') openOn.set(targetKey(entry), entry)
    if (!takes(entry)) continue
    if (!(entry.intendedAtMs <= nowMs - rateWindowMs)) inLastMinute++
    if (entry.intendedAtMs <= nowMs - policy.budgets.shareWindowMs) continue
    take(entry)
  }
  return {
    openOn: (target) => openOn.get(targetKey(target)),
    lastMinute: () => inLastMinute,
    ofHost: (id) => hosts.get(id) ?? nobody,
    ofProject: (id) => projects.get(id) ?? nobody,
    ofCloud: (id) => clouds.get(id) ?? nobody,
    grant(proposal) {
      if (!takes(proposal)) return
      inLastMinute++
      take(proposal)
    },
  }
}

/** What is taken for the user of a desktop is no part of what Gleaner may take in a while. */
function takes({ action, capability }: Pick<Proposal, 'action' | 'capability'>): boolean {
  if (capability === 'opportunism') return false
  return isHostStep(action) ? hostSteps[action].takes : isReclaiming(action) || action === 'migrate'
}

function addTo<Key, Id>(groups: Map<Key, Set<Id>>, key: Key, id: Id): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, new Set([id]))
  else group.add(id)
}
