// The terms of the project that a step is in, as far as they concern the step: they bind rules, and moves that only save energy; neither what
// a person commands nor what other capabilities need.
import type { Candidate, Policy, ProjectLimits, ProjectTerms } from '@gleaner/model'

type RuleStep = Pick<Candidate, 'claim'> & { readonly projectId?: Candidate['projectId'] | undefined }

export function termsOf({ claim, projectId }: RuleStep, { projects }: Policy): ProjectTerms | undefined {
  if ((claim !== 'idleness' && claim !== 'energy') || projectId === undefined || projects.size === 0) return undefined
  return projects.get(projectId)
}

export function limitsOf(step: RuleStep, policy: Policy): ProjectLimits | undefined {
  return termsOf(step, policy)?.limits
}
