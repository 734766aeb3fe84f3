// In mode advise: until a person has approved the eviction of every victim. One of them refused means another plan; the
// mode raised to enforce means that nobody needs to be asked any more.
import { type EvictionDecision, formatDurationMs } from '@gleaner/model'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, endClaim, toGo, untell, waitUntil } from './become.ts'
import { reserving } from './planned.ts'
import { settle } from './reserved.ts'
import { undo } from './undoing.ts'

/** Nobody waits longer than this for room that nobody grants. By another plan people are asked anew, and have the time anew. */
export const approvalLifeMs = 3_600_000

export function nextOfAwaiting(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const before = endClaim(decision, seen, ['ending']) ?? untell(decision) ?? settle(decision, seen)
  if (before !== undefined) return before
  const approved = toGo(decision).every(
    ({ instanceId }) => seen.victims.get(instanceId)?.proposal?.approvedBy !== undefined,
  )
  if (seen.mode === 'enforce' || approved)
    return become(decision, seen, { state: 'planned', verdict: reserving(decision) })
  const endMs = Math.max(decision.createdAtMs, decision.basis.takenAtMs) + approvalLifeMs
  if (seen.nowMs < endMs) return waitUntil(endMs)
  return undo(decision, seen, {
    endsAs: 'failed',
    verdict: {
      code: 'request-expired',
      sentence: `Nobody approved within ${formatDurationMs(approvalLifeMs)}.`,
      facts: { lifeMs: approvalLifeMs },
    },
  })
}
