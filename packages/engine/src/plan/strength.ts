// Which of two wishes goes first: the stronger claim (order of `claims` in the model), then the one that may act before
// the one that only observes, then the higher priority, then names and the more cautious mode: the order is total and
// the same every time.
import { type Candidate, claims, type Mode, modes } from '@gleaner/model'

export function byStrength(a: Candidate, b: Candidate): number {
  return (
    claimRank(a) - claimRank(b) ||
    Number(isActing(b.mode)) - Number(isActing(a.mode)) ||
    b.priority - a.priority ||
    order(a.instanceId, b.instanceId) ||
    order(a.action, b.action) ||
    order(a.capability, b.capability) ||
    order(a.cause, b.cause) ||
    order(a.ruleId ?? '', b.ruleId ?? '') ||
    modes.indexOf(a.mode) - modes.indexOf(b.mode)
  )
}

/** 0 is the strongest; a claim nobody knows is the weakest. */
export function claimRank(candidate: Pick<Candidate, 'claim'>): number {
  const rank = claims.indexOf(candidate.claim)
  return rank < 0 ? claims.length : rank
}

export function isActing(mode: Mode): boolean {
  return modes.indexOf(mode) >= modes.indexOf('advise')
}

function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
