// Takes back what was begun: who is leaving is let come to his end (that cannot be stopped), claims end and give back what
// they came from, labels come off. Who has left returns by the queue.
import type { EvictionDecision, Verdict } from '@gleaner/model'
import { judgeVictim } from '../judge-victim.ts'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, endClaim, setVictim, toGo, untell, waiting } from './become.ts'

export function undo(
  decision: EvictionDecision,
  seen: SagaSeen,
  how: { readonly endsAs: 'failed' | 'cancelled'; readonly verdict: Verdict },
): SagaStep {
  return become(decision, seen, { state: 'undoing', ...how })
}

export function nextOfUndoing(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  for (const victim of toGo(decision)) {
    const is = judgeVictim(victim, seen.victims.get(victim.instanceId))
    if (is.kind === 'leaving') continue
    const victims =
      is.kind === 'left'
        ? setVictim(decision, victim.instanceId, { state: 'left', leftAtMs: seen.nowMs, outcome: is.outcome })
        : setVictim(decision, victim.instanceId, { state: 'spared', outcome: decision.verdict.sentence })
    return become(decision, seen, { victims, left: is.kind === 'left' && is.byUs ? [victim.instanceId] : [] })
  }
  if (toGo(decision).length > 0) return waiting
  const ending = endClaim(decision, seen, ['wanted', 'held', 'ending']) ?? untell(decision)
  if (ending !== undefined) return ending
  return become(decision, seen, { state: decision.endsAs ?? 'cancelled' })
}
