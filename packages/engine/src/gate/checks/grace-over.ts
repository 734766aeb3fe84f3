// The owner was told and had the whole grace period to object. A notice counts if and only if it lies in the past and is
// not older than its grace period and a day: nobody can be said to expect what was announced last week.
import { formatDurationMs, type Proposal } from '@gleaner/model'
import { isoTime } from '../../text/iso-time.ts'
import { limitsOf } from '../limits-of.ts'
import type { Check } from './check.ts'

const noticeLifeMs = 86_400_000
const clockToleranceMs = 5_000

/** Whether the owner knows of this step. False for a notice from the future: the clock was set back, time is unknown. */
export function hasNotice(proposal: Proposal, nowMs: number): boolean {
  const at = proposal.noticeAtMs
  return at !== undefined && at <= nowMs + clockToleranceMs && nowMs <= at + graceOf(proposal) + noticeLifeMs
}

/** A grace period that cannot be read never ends. */
export function graceOf(proposal: Pick<Proposal, 'graceMs'>): number {
  return Number.isNaN(proposal.graceMs) ? Number.POSITIVE_INFINITY : Math.max(0, proposal.graceMs)
}

export const graceOver: Check = ({ proposal, world }) => {
  // A limit set while the grace period runs makes it longer at once.
  const graceMs = Math.max(graceOf(proposal), limitsOf(proposal, world.policy)?.graceMs ?? 0)
  if (!hasNotice(proposal, world.nowMs) || proposal.noticeAtMs === undefined)
    return {
      code: 'in-grace',
      sentence: `The owner has yet to be told; then ${formatDurationMs(graceMs)} of grace begin.`,
      facts: { graceMs, noticeAtMs: proposal.noticeAtMs ?? null },
    }
  const endMs = Math.max(proposal.noticeAtMs + graceMs, proposal.dueAtMs ?? 0)
  if (world.nowMs >= endMs) return undefined
  return {
    code: 'in-grace',
    sentence: `The owner was told at ${isoTime(proposal.noticeAtMs)}; the grace period ends at ${isoTime(endMs)}.`,
    facts: { graceMs, noticeAtMs: proposal.noticeAtMs, dueAtMs: endMs },
  }
}
