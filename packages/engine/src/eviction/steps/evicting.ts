// The victims leave: each by a proposal, through the gate, by the journal and the executor. Here their end is awaited. If
// one does not leave, those under way are let come to their end first, then another plan is made, in which the room of
// those who have left counts as free: so the fewest possible have left in vain.
import type { EvictionDecision, Verdict } from '@gleaner/model'
import { judgeVictim } from '../judge-victim.ts'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, setVictim, toGo, waiting } from './become.ts'
import { staying } from './reserved.ts'

export function nextOfEvicting(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const going = toGo(decision)
  const judged = going.map((victim) => ({ victim, is: judgeVictim(victim, seen.victims.get(victim.instanceId)) }))
  for (const { victim, is } of judged) {
    const { instanceId } = victim
    if (is.kind === 'left') {
      const victims = setVictim(decision, instanceId, { state: 'left', leftAtMs: seen.nowMs, outcome: is.outcome })
      return become(decision, seen, { victims, left: is.byUs ? [instanceId] : [] })
    }
    if (is.kind === 'leaving' && victim.state !== 'leaving')
      return become(decision, seen, { victims: setVictim(decision, instanceId, { state: 'leaving' }) })
  }
  if (going.length === 0) return become(decision, seen, { state: 'freed', verdict: empty(decision) })
  const stays = judged.filter(({ is }) => is.kind === 'stays').map(({ victim }) => victim)
  if (stays.length > 0 && judged.every(({ is }) => is.kind !== 'leaving')) return staying(decision, seen, stays)
  return waiting
}

function empty({ victims, wish }: EvictionDecision): Verdict {
  const left = victims.filter(({ state }) => state === 'left').length
  const whom = wish === undefined ? '' : `; the room for ${wish.name} is looked at`
  return {
    code: 'passed',
    sentence: `${left === 1 ? 'One instance has' : `${left} instances have`} left${whom}.`,
    facts: { left },
  }
}
