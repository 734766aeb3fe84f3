// What owners are told: that something will be done and when at the earliest, that it will not be done after all, or
// just what a rule of the kind `notify` has to say. The server stores and sends it.
import {
  type ActionKind,
  formatDurationMs,
  isHostStep,
  type InstanceId,
  type OnInstance,
  type ProjectId,
  type Proposal,
} from '@gleaner/model'
import { isoTime } from '../text/iso-time.ts'

export interface DecidedNotice {
  readonly proposalId: string
  readonly instanceId: InstanceId
  readonly instanceName: string
  readonly projectId: ProjectId
  readonly kind: 'announced' | 'called-off' | 'told'
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

function participle({ action }: Told): string {
  return isHostStep(action) ? action : done[action]
}

function about(proposal: Told, instanceName: string) {
  const { id, instanceId, projectId } = proposal
  return { proposalId: id, instanceId, instanceName, projectId }
}
