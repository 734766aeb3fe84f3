// The state a proposal is in follows from the gate's answer and from nothing else: standing refusals end it, observation
// leaves it observed, passing refusals hold it, and its progress has a state of its own.
import type { ProposalState, ReasonCode } from '@gleaner/model'
import type { GateAnswer } from '../gate/gate.ts'

const progressStates: Readonly<Partial<Record<ReasonCode, ProposalState>>> = {
  'not-confirmed': 'confirming',
  'awaiting-approval': 'awaiting-approval',
  'in-grace': 'notified',
}

export function stateFor(answer: GateAnswer): ProposalState {
  if (answer.passed) return 'due'
  switch (answer.refusal) {
    case 'standing':
      return 'cancelled'
    case 'observed':
      return 'observed'
    case 'passing':
      return 'held'
    case 'progress':
      return progressStates[answer.verdict.code] ?? 'held'
  }
}
