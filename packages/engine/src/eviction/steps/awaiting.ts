// In mode advise: until a person has approved the eviction of every victim. One of them refused means another plan; the
// mode raised to enforce means that nobody needs to be asked any more; lowered to advise, that people are asked from then on.
import { type EvictionDecision, formatDurationMs } from '@gleaner/model'
import { judgeVictim } from '../judge-victim.ts'
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
  if (seen.mode === 'enforce') return become(decision, seen, { ...goesOn(decision), mode: 'enforce' })
  if (approved) return become(decision, seen, goesOn(decision))
  const endMs = Math.max(decision.createdAtMs, decision.basis.takenAtMs, decision.askedAtMs ?? 0) + approvalLifeMs
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

function goesOn(decision: EvictionDecision) {
  return { state: 'planned', verdict: reserving(decision) } as const
}

/**
 * The mode was lowered to advise after nobody had to be asked: what was held stays held, notices are taken back, and who is
 * leaving already comes to his end. An approval that the plan has lost is asked for again, or it would be waited for without end.
 */
export function askedFromNowOn(decision: EvictionDecision, seen: SagaSeen): SagaStep | undefined {
  if (decision.kind === 'test' || seen.mode !== 'advise') return undefined
  const unasked = toGo(decision).some((victim) => {
    const is = seen.victims.get(victim.instanceId)
    if (judgeVictim(victim, is).kind !== 'waits' || is?.proposal?.approvedBy !== undefined) return false
    return decision.mode === 'enforce' || is?.proposal?.state === 'awaiting-approval'
  })
  if (!unasked) return undefined
  const victims = decision.victims.map((victim) =>
    victim.state === 'told' ? { ...victim, state: 'planned' as const, toldAtMs: undefined } : victim,
  )
  const count = toGo(decision).length
  const who = count === 1 ? 'one instance leaves' : `${count} instances leave`
  return become(decision, seen, {
    state: 'awaiting-approval',
    mode: 'advise',
    askedAtMs: seen.nowMs,
    victims,
    verdict: {
      code: 'awaiting-approval',
      sentence: `The mode of preemption is advise now: that ${who} waits for a person to approve.`,
      facts: { victims: count },
    },
  })
}
