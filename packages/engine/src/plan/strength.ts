// Which of two wishes goes first: the stronger claim (order of `claims` in the model), then the one that may act before
// the one that only observes, then the higher priority, then names and the more cautious mode: the order is total and
// the same every time.
import { type Candidate, type Claim, claims, type Mode, modes, targetId } from '@gleaner/model'

export function byStrength(a: Candidate, b: Candidate): number {
  return (
    claimRank(a) - claimRank(b) ||
    Number(isActing(b.mode)) - Number(isActing(a.mode)) ||
    b.priority - a.priority ||
    order(targetId(a), targetId(b)) ||
    order(a.action, b.action) ||
    order(a.capability, b.capability) ||
    order(a.cause, b.cause) ||
    order(a.ruleId ?? '', b.ruleId ?? '') ||
    modes.indexOf(a.mode) - modes.indexOf(b.mode)
  )
}

const ranks: ReadonlyMap<Claim, number> = new Map(claims.map((claim, rank) => [claim, rank]))

/** 0 is the strongest; a claim nobody knows is the weakest. */
export function claimRank(candidate: Pick<Candidate, 'claim'>): number {
  return ranks.get(candidate.claim) ?? claims.length
}

export function isActing(mode: Mode): boolean {
  return mode === 'advise' || mode === 'enforce'
}

function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
