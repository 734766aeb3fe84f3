// Tells a person's action from Gleaner's own. A person acted on an instance if and only if the settled state it has, or is
// visibly moving to, differs from the one it was last known to have, both are known, its host is not down, and no journal
// entry explains the change. That binds Gleaner until now + personWinsMs.
//
// A guest that shut itself down looks the same from outside and is treated the same: somebody inside wanted it so. Moves
// between hosts, error states and instances seen for the first time are nobody's action. The last part of a movement that
// was judged when it began (suspending → suspended) is not judged again.
import type { Hold, Instance, InstanceId, InstanceState, JournalEntry, Policy } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { explainsChange, type StateChange } from './explain-change.ts'

/** What was last known of an instance: from an earlier reading, or from before a restart. */
export interface KnownState {
  readonly state: InstanceState
  /** When the reading began that showed it. */
  readonly seenAtMs: number
}

export interface PersonInput {
  readonly known: (id: InstanceId) => KnownState | undefined
  readonly snapshot: Snapshot
  /** Every open entry, and the ended ones since the oldest `seenAtMs` less the cool-down. */
  readonly journal: readonly JournalEntry[]
  readonly policy: Policy
  readonly nowMs: number
}

export type NewHold = Omit<Hold, 'id'>

/** Where an instance in this state is heading; undefined where that cannot be told or binds nobody. */
const aims: Readonly<Partial<Record<InstanceState, InstanceState>>> = {
  running: 'running',
  paused: 'paused',
  suspended: 'suspended',
  stopped: 'stopped',
  shelved: 'shelved',
  migrating: 'running',
  starting: 'running',
  resuming: 'running',
  pausing: 'paused',
  suspending: 'suspended',
  stopping: 'stopped',
  shelving: 'shelved',
}

const origins: ReadonlySet<InstanceState> = new Set<InstanceState>([
  'running',
  'paused',
  'suspended',
  'stopped',
  'shelved',
  'error',
  'migrating',
])

export function detectPersonActions(input: PersonInput): readonly NewHold[] {
  const { snapshot, policy, nowMs } = input
  const entriesOf = entriesByInstance(input.journal)
  const holds: NewHold[] = []
  for (const instance of snapshot.instances) {
    const known = input.known(instance.id)
    if (known === undefined || known.state === instance.state) continue
    const change = changeOf(known, instance)
    if (change === undefined || hostIsDown(instance, snapshot) || isAgents(change, instance, snapshot)) continue
    if (entriesOf.get(instance.id)?.some((entry) => explainsChange(entry, change, policy))) continue
    holds.push({
      instanceId: instance.id,
      hostId: undefined,
      kind: 'person-acted',
      untilMs: nowMs + policy.personWinsMs,
      by: 'a person',
      reason: `Somebody changed it from ${known.state} to ${instance.state}; no action of Gleaner explains that.`,
      createdAtMs: nowMs,
    })
  }
  return holds
}

function changeOf(known: KnownState, instance: Instance): StateChange | undefined {
  if (!origins.has(known.state)) return undefined
  const from = known.state === 'error' ? known.state : aims[known.state]
  const to = aims[instance.state]
  if (from === undefined || to === undefined || from === to) return undefined
  return { from, to, fromAtMs: known.seenAtMs }
}

/** Then the cloud, not a person, says that nothing runs there. */
function hostIsDown(instance: Instance, snapshot: Snapshot): boolean {
  if (instance.hostId === undefined) return false
  const state = snapshot.hostById.get(instance.hostId)?.state
  return state === 'down' || state === 'unknown'
}

/** The agent of a desktop lets guests stand still and go on by itself, without a word to the journal. */
function isAgents({ from, to }: StateChange, { hostId }: Instance, snapshot: Snapshot): boolean {
  if (hostId === undefined || snapshot.hostById.get(hostId)?.kind !== 'desktop') return false
  return (from === 'running' && to === 'paused') || (from === 'paused' && to === 'running')
}

function entriesByInstance(journal: readonly JournalEntry[]): ReadonlyMap<InstanceId, readonly JournalEntry[]> {
  const entries = new Map<InstanceId, JournalEntry[]>()
  for (const entry of journal) {
    if (entry.instanceId === undefined) continue
    const list = entries.get(entry.instanceId)
    if (list === undefined) entries.set(entry.instanceId, [entry])
    else list.push(entry)
  }
  return entries
}

/** What to compare the next reading with: a state that says nothing leaves the last one that did. */
export function rememberState(known: KnownState | undefined, instance: Instance, seenAtMs: number): KnownState {
  if (instance.state === 'unknown' && known !== undefined) return known
  return { state: instance.state, seenAtMs }
}
