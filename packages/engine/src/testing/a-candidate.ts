// A step that a rule wants, for tests: what a proposal of the testkit says, before it was one.
import type { Candidate } from '@gleaner/model'
import { aProposal } from '@gleaner/testkit'

export function aCandidate(overrides: Partial<Candidate> = {}): Candidate {
  const { capability, claim, action, instanceId, projectId, hostId, cause, ruleId, ruleRevision } = aProposal()
  const { mode, priority, graceMs, reason, gives } = aProposal()
  const base = { capability, claim, action, setting: undefined, instanceId, projectId, hostId, cause }
  return { ...base, ruleId, ruleRevision, mode, priority, graceMs, reason, gives, ...overrides }
}
