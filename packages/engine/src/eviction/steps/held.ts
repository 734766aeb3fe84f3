// The room waits for whoever asked for it, for a while; taken, it is opened (the cloud's scheduler wants to claim it anew),
// and the decision ends when it is told what came of it, or nobody tells.
import type { EvictionDecision } from '@gleaner/model'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, endClaim, waiting, waitUntil } from './become.ts'
import { undo } from './undoing.ts'

export function nextOfHeld(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const { heldUntilMs } = decision
  if (heldUntilMs === undefined) return waiting
  if (seen.nowMs < heldUntilMs) return waitUntil(heldUntilMs)
  return undo(decision, seen, {
    endsAs: 'failed',
    verdict: {
      code: 'request-expired',
      sentence: `Nobody came for the room for ${decision.wish?.name ?? 'the request'} in time.`,
      facts: { heldUntilMs },
    },
  })
}

export function nextOfTaken(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const opened = endClaim(decision, seen, ['held', 'wanted', 'ending'])
  if (opened !== undefined) return opened
  const { heldUntilMs } = decision
  if (heldUntilMs === undefined || seen.nowMs >= heldUntilMs) return become(decision, seen, { state: 'done' })
  return waitUntil(heldUntilMs)
}
