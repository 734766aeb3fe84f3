// Everybody has left. A decision without a request has reached its end. With one, the room is verified: where the cloud
// holds it for the decision it is there; elsewhere a new reading has to show it.
import { type EvictionDecision, type Verdict } from '@gleaner/model'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, waiting } from './become.ts'

export function nextOfFreed(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const { wish, claims, victims } = decision
  if (wish === undefined) return become(decision, seen, { state: 'done', verdict: decision.verdict })
  const isHeld = seen.facets.claims && claims.some(({ state }) => state === 'held')
  if (isHeld) return hold(decision, seen)
  const lastLeftMs = Math.max(...victims.map(({ leftAtMs }) => leftAtMs ?? Number.NEGATIVE_INFINITY))
  if ((seen.reading?.takenAtMs ?? Number.NEGATIVE_INFINITY) < lastLeftMs) return waiting
  return { kind: 'verify' }
}

function hold(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  if (decision.recreation !== undefined) return become(decision, seen, { state: 'placing', verdict: holding(decision) })
  return become(decision, seen, { state: 'held', verdict: holding(decision), heldUntilMs: seen.nowMs + seen.holdMs })
}

export function holding({ wish }: EvictionDecision): Verdict {
  return {
    code: 'room-held',
    sentence: `The room for ${wish?.name ?? 'the request'} is empty and held.`,
    facts: {},
  }
}
