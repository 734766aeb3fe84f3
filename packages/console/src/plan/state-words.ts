// States of a proposal as words for filters.
import type { ProposalState } from '@gleaner/model'

export const proposalStateWord: Readonly<Record<ProposalState, string>> = {
  observed: 'only observed',
  confirming: 'being confirmed',
  'awaiting-approval': 'waits for approval',
  notified: 'owner told',
  held: 'held back',
  due: 'due',
  acting: 'under way',
  done: 'done',
  failed: 'failed',
  'timed-out': 'timed out',
  cancelled: 'cancelled',
}
