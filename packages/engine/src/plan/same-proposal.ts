// Whether two versions of a proposal are the same as far as the store is concerned. The evidence (reason, gives) changes
// with every sample and is fresh in every plan; it alone is no cause to write. Anything else is.
import { isSameSetting, type Proposal, type Verdict } from '@gleaner/model'

/** Written out: a loop over the names of the fields costs five times as much, for tens of thousands of proposals. */
export function isSameProposal(a: Proposal, b: Proposal): boolean {
  return (
    a.id === b.id &&
    a.state === b.state &&
    a.confirmations === b.confirmations &&
    a.confirmedVersion === b.confirmedVersion &&
    isSameNumber(a.confirmedAtMs, b.confirmedAtMs) &&
    a.noticeAtMs === b.noticeAtMs &&
    a.dueAtMs === b.dueAtMs &&
    a.approvedBy === b.approvedBy &&
    a.capability === b.capability &&
    a.claim === b.claim &&
    a.action === b.action &&
    a.instanceId === b.instanceId &&
    a.projectId === b.projectId &&
    a.hostId === b.hostId &&
    (a.setting === b.setting || isSameSetting(a.setting, b.setting)) &&
    a.cause === b.cause &&
    a.ruleId === b.ruleId &&
    a.ruleRevision === b.ruleRevision &&
    a.mode === b.mode &&
    a.eviction?.decisionId === b.eviction?.decisionId &&
    a.eviction?.stage === b.eviction?.stage &&
    a.priority === b.priority &&
    isSameNumber(a.graceMs, b.graceMs) &&
    a.reason.code === b.reason.code &&
    isSameVerdict(a.verdict, b.verdict)
  )
}

function isSameVerdict(a: Verdict, b: Verdict): boolean {
  return a === b || (a.code === b.code && a.sentence === b.sentence)
}

/** NaN is the same as NaN: what nobody can read does not change. */
function isSameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
