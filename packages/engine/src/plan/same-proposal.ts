// Whether two versions of a proposal are the same as far as the store is concerned. The evidence (reason, gives) changes
// with every sample and is fresh in every plan; it alone is no cause to write. Anything else is.
import type { Proposal } from '@gleaner/model'

const compared = [
  'capability',
  'claim',
  'action',
  'instanceId',
  'projectId',
  'hostId',
  'cause',
  'ruleId',
  'ruleRevision',
  'mode',
  'priority',
  'graceMs',
  'id',
  'state',
  'confirmations',
  'noticeAtMs',
  'dueAtMs',
  'approvedBy',
  'confirmedVersion',
  'confirmedAtMs',
] as const satisfies readonly (keyof Proposal)[]

export function isSameProposal(a: Proposal, b: Proposal): boolean {
  for (const field of compared) if (!Object.is(a[field], b[field])) return false
  return (
    a.verdict.code === b.verdict.code && a.verdict.sentence === b.verdict.sentence && a.reason.code === b.reason.code
  )
}
