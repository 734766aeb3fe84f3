// What owners are told: that something will be done and when at the earliest, that it will not be done after all, or
// just what a rule of the kind `notify` has to say. The server stores and sends it.
import { formatDurationMs, type InstanceId, type ProjectId, type Proposal } from '@gleaner/model'
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

const done = {
  notify: 'told of',
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  shelve: 'shelved',
  resume: 'resumed',
  start: 'started',
  balloon: 'given less memory',
  delete: 'deleted',
} as const

export function announce(proposal: Proposal, instanceName: string): DecidedNotice {
  const when = proposal.dueAtMs === undefined ? 'soon' : `not before ${isoTime(proposal.dueAtMs)}`
  const grace = proposal.graceMs > 0 ? ` You have ${formatDurationMs(proposal.graceMs)} to answer "keep".` : ''
  return {
    ...about(proposal, instanceName),
    kind: 'announced',
    sentence: `${instanceName} will be ${done[proposal.action]} ${when} ("${proposal.cause}"): ${proposal.reason.sentence}${grace}`,
    dueAtMs: proposal.dueAtMs,
  }
}

export function callOff(proposal: Proposal, instanceName: string): DecidedNotice {
  return {
    ...about(proposal, instanceName),
    kind: 'called-off',
    sentence: `${instanceName} will not be ${done[proposal.action]} after all: ${proposal.verdict.sentence}`,
    dueAtMs: undefined,
  }
}

export function tell(proposal: Proposal, instanceName: string): DecidedNotice {
  return {
    ...about(proposal, instanceName),
    kind: 'told',
    sentence: `${instanceName} ("${proposal.cause}"): ${proposal.reason.sentence}`,
    dueAtMs: undefined,
  }
}

function about(proposal: Proposal, instanceName: string) {
  const { id, instanceId, projectId } = proposal
  return { proposalId: id, instanceId, instanceName, projectId }
}
