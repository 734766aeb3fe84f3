// What owners are told: that something will be done and when at the earliest, that it will not be done after all, or
// just what a rule of the kind `notify` has to say; and at the end whether it was done. The server stores and sends it.
import {
  type ActionKind,
  type Capability,
  formatDurationMs,
  isHostStep,
  type InstanceId,
  isOnInstance,
  type JournalEntry,
  type NoticeKind,
  type OnInstance,
  type ProjectId,
  type Proposal,
  type StepKind,
  type Verdict,
} from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'

export interface DecidedNotice {
  readonly proposalId: string
  readonly instanceId: InstanceId
  readonly instanceName: string
  readonly projectId: ProjectId
  readonly capability: Capability
  readonly action: StepKind
  readonly cause: string
  readonly reason: Verdict
  /** The decision to evict that it belongs to. */
  readonly decisionId: string | undefined
  readonly kind: NoticeKind
  readonly sentence: string
  /** When the announced action may happen at the earliest. */
  readonly dueAtMs: number | undefined
}

/** Hosts have no owner to tell. */
type Told = OnInstance<Proposal>

const done: Readonly<Record<ActionKind, string>> = {
  notify: 'told of',
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  shelve: 'shelved',
  resume: 'resumed',
  start: 'started',
  balloon: 'given less memory',
  'return-memory': 'given its memory back',
  migrate: 'moved to another host',
  delete: 'deleted',
}

export function announce(proposal: Told, instanceName: string): DecidedNotice {
  const when = proposal.dueAtMs === undefined ? 'soon' : `not before ${isoTime(proposal.dueAtMs)}`
  const grace = proposal.graceMs > 0 ? ` You have ${formatDurationMs(proposal.graceMs)} ${toDo(proposal)}.` : ''
  return {
    ...about(proposal, instanceName),
    kind: 'announced',
    sentence: `${instanceName} will be ${participle(proposal)} ${when} ("${proposal.cause}"): ${proposal.reason.sentence}${grace}`,
    dueAtMs: proposal.dueAtMs,
  }
}

/** An eviction is not answered: whoever runs a preemptible instance has agreed to it. */
function toDo({ eviction }: Proposal): string {
  return eviction === undefined ? 'to answer "keep"' : 'to save its work'
}

export function callOff(proposal: Told, instanceName: string): DecidedNotice {
  return {
    ...about(proposal, instanceName),
    kind: 'called-off',
    sentence: `${instanceName} will not be ${participle(proposal)} after all: ${proposal.verdict.sentence}`,
    dueAtMs: undefined,
  }
}

export function tell(proposal: Told, instanceName: string): DecidedNotice {
  return {
    ...about(proposal, instanceName),
    kind: 'told',
    sentence: `${instanceName} ("${proposal.cause}"): ${proposal.reason.sentence}`,
    dueAtMs: undefined,
  }
}

/** What came of an action that was announced; undefined where nobody has to be told: a person did it, or it was on a host. */
export function conclude(entry: JournalEntry): DecidedNotice | undefined {
  const { proposalId, projectId, targetName: name, cause, reason, outcome } = entry
  if (proposalId === undefined || projectId === undefined || !isOnInstance(entry)) return undefined
  if (
    reason.code === 'commanded' ||
    (entry.state !== 'done' && entry.state !== 'failed' && entry.state !== 'timed-out')
  )
    return undefined
  const isDone = entry.state === 'done'
  return {
    ...about({ ...entry, id: proposalId, projectId }, name),
    decisionId: typeof reason.facts['decision'] === 'string' ? reason.facts['decision'] : undefined,
    kind: isDone ? 'done' : 'failed',
    sentence: isDone
      ? `${name} was ${participle(entry)} ("${cause}"): ${reason.sentence}`
      : `${name} could not be ${participle(entry)} ("${cause}"): ${outcome ?? 'no reason given'}.`,
    dueAtMs: undefined,
  }
}

function participle({ action }: { readonly action: StepKind }): string {
  return isHostStep(action) ? action : done[action]
}

interface ToldStep extends Pick<Proposal, 'id' | 'capability' | 'action' | 'cause' | 'reason' | 'eviction'> {
  readonly instanceId: InstanceId
  readonly projectId: ProjectId
}

function about(step: ToldStep, instanceName: string) {
  const { id, instanceId, projectId, capability, action, cause, reason, eviction } = step
  return {
    proposalId: id,
    instanceId,
    instanceName,
    projectId,
    capability,
    action,
    cause,
    reason,
    decisionId: eviction?.decisionId,
  }
}
