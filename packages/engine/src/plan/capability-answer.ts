// What a capability answers in a cycle: what it wants, what it refused to want although something asked for it, and how
// often each reason was given. All capabilities answer in this form; none knows of another.
import type { Candidate, ReasonCode, StepKind, Target, Verdict } from '@gleaner/model'

export interface Refused extends Target {
  readonly action: StepKind
  /** Rule name or person. */
  readonly cause: string
  readonly verdict: Verdict
}

export type ReasonCounts = Partial<Record<ReasonCode, number>>

export interface CapabilityAnswer {
  readonly candidates: readonly Candidate[]
  readonly refused: readonly Refused[]
  /** Everything that was said over all instances, `refused` included. */
  readonly reasons: Readonly<ReasonCounts>
}

export function countReason(counts: ReasonCounts, code: ReasonCode, times = 1): void {
  counts[code] = (counts[code] ?? 0) + times
}
