// The owners are told, and have the notice period. When that is over for all of them the decision is checked once more, on
// a reading that began after it: somebody may have left in the meantime, or another host become free.
import type { DecisionVictim, EvictionDecision } from '@gleaner/model'
import { wholeSentence } from '../../text/whole-sentence.ts'
import { judgeVictim } from '../judge-victim.ts'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, setVictim, toGo, waiting, waitUntil } from './become.ts'

export function nextOfReserved(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const going = toGo(decision)
  const settled = settle(decision, seen)
  if (settled !== undefined) return settled
  if (seen.paused) return waiting
  const untold = going.find(({ state }) => state === 'planned')
  if (untold !== undefined) return { kind: 'tell', victim: untold }
  let endMs = Number.NEGATIVE_INFINITY
  for (const { instanceId } of going) {
    const dueAtMs = seen.victims.get(instanceId)?.proposal?.dueAtMs
    if (dueAtMs === undefined) return waiting
    endMs = Math.max(endMs, dueAtMs)
  }
  if (seen.nowMs < endMs) return waitUntil(endMs)
  // Right after the plan there is nothing new to learn; what changes in seconds is seen by the look before each action.
  const since = Math.max(endMs, decision.basis.takenAtMs)
  const isNew = (seen.reading?.takenAtMs ?? Number.NEGATIVE_INFINITY) >= since - freshEnoughMs
  return isNew ? { kind: 'validate' } : waiting
}

/** A reading that began so shortly before the end of the notice is as good as one that began after it. */
const freshEnoughMs = 5_000

/** While victims are waited for: one that will not leave means another plan, one that is gone is noted, whoever made it leave. */
export function settle(decision: EvictionDecision, seen: SagaSeen): SagaStep | undefined {
  const judged = toGo(decision).map((victim) => ({
    victim,
    is: judgeVictim(victim, seen.victims.get(victim.instanceId)),
  }))
  const stays = judged.filter(({ is }) => is.kind === 'stays').map(({ victim }) => victim)
  if (stays.length > 0) return staying(decision, seen, stays)
  for (const { victim, is } of judged) {
    if (is.kind !== 'left') continue
    const victims = setVictim(decision, victim.instanceId, {
      state: 'left',
      leftAtMs: seen.nowMs,
      outcome: is.outcome,
    })
    return become(decision, seen, { victims, left: is.byUs ? [victim.instanceId] : [] })
  }
  return undefined
}

/** Victims that will not leave: others have to be found, or nobody leaves. */
export function staying(decision: EvictionDecision, seen: SagaSeen, stays: readonly DecisionVictim[]): SagaStep {
  let victims = decision.victims
  let why = ''
  for (const { instanceId, name } of stays) {
    const [victim] = victims.filter((each) => each.instanceId === instanceId)
    const is = victim === undefined ? undefined : judgeVictim(victim, seen.victims.get(instanceId))
    const outcome = is?.kind === 'stays' ? is.outcome : 'it stays'
    if (why === '') why = wholeSentence(`${name} does not leave: ${outcome}`)
    victims = setVictim({ ...decision, victims }, instanceId, { state: 'stayed', outcome })
  }
  const facts = { stays: stays.map(({ instanceId }) => instanceId).join(' ') }
  return become(decision, seen, { victims, planAgain: { code: 'victim-stays', sentence: why, facts } })
}
