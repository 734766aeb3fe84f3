// The saga of an eviction, as one function: what is to be done next about a decision, given what is stored of it and what
// the journal, the plan and the cloud show. Every step can be repeated without a second effect, so it does not matter
// whether the process that began it also saw its end; and of each the undo is known:
//
//   plan            nothing was done yet; a new plan replaces it
//   claim           end-claim: those it came from get their room back
//   tell            untell: the label is taken off, the notice called off
//   (wait)          nothing to undo
//   validate        nothing to undo
//   (evict)         by the gate, the journal and the executor. Not undone: who has left returns by the queue, first of all
//                   when it was for nothing
//   verify          nothing to undo
//   end-claim       the room is given away; the claim cannot be had back for sure: planned anew if somebody else took it
//   create          not undone: what was made is what was asked for
//   tell-made       nothing to undo
//   (delete the failed request)  not undone: it never ran
import { isDecisionOpen, type EvictionDecision, type Verdict } from '@gleaner/model'
import { isActing } from '../plan/strength.ts'
import { askedFromNowOn, nextOfAwaiting } from './steps/awaiting.ts'
import { nextOfEvicting } from './steps/evicting.ts'
import { nextOfFreed } from './steps/freed.ts'
import { nextOfHeld, nextOfTaken } from './steps/held.ts'
import { nextOfPlacing } from './steps/placing.ts'
import { nextOfPlanned } from './steps/planned.ts'
import { nextOfReserved } from './steps/reserved.ts'
import { nextOfUndoing, undo } from './steps/undoing.ts'
import type { SagaSeen, SagaStep } from './saga-seen.ts'

const nothing: SagaStep = { kind: 'wait', untilMs: undefined }

export function nextStep(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  if (!isDecisionOpen(decision)) return nothing
  const stop = stopsNow(decision, seen)
  if (stop !== undefined) return undo(decision, seen, { endsAs: 'cancelled', verdict: stop })
  if (decision.planAgain !== undefined && decision.state !== 'undoing')
    return { kind: 'plan', because: decision.planAgain }
  const asked = unaskedStates.includes(decision.state) ? askedFromNowOn(decision, seen) : undefined
  if (asked !== undefined) return asked
  switch (decision.state) {
    case 'awaiting-approval':
      return nextOfAwaiting(decision, seen)
    case 'planned':
      return nextOfPlanned(decision, seen)
    case 'reserved':
      return nextOfReserved(decision, seen)
    case 'evicting':
      return nextOfEvicting(decision, seen)
    case 'freed':
      return nextOfFreed(decision, seen)
    case 'held':
      return nextOfHeld(decision, seen)
    case 'taken':
      return nextOfTaken(decision, seen)
    case 'placing':
      return nextOfPlacing(decision, seen)
    case 'undoing':
      return nextOfUndoing(decision, seen)
    default:
      return nothing
  }
}

/** States in which what has begun is still about making others leave. */
const leavingStates: readonly EvictionDecision['state'][] = ['awaiting-approval', 'planned', 'reserved', 'evicting']

/** Those of them in which nobody is asked any more. */
const unaskedStates: readonly EvictionDecision['state'][] = ['planned', 'reserved', 'evicting']

/** Why it goes no further: the mode no longer allows it, or what asked for it is gone. A test is a person's own wish. */
function stopsNow(decision: EvictionDecision, { mode, failed }: SagaSeen): Verdict | undefined {
  if (!leavingStates.includes(decision.state)) return undefined
  if (decision.kind !== 'test' && !isActing(mode)) {
    return {
      code: mode === 'off' ? 'mode-off' : 'mode-observe',
      sentence: `The mode of preemption is ${mode} now; nobody leaves any more.`,
      facts: { mode },
    }
  }
  if (decision.recreation === undefined || failed?.now !== 'gone') return undefined
  return {
    code: 'request-gone',
    sentence: `${decision.wish?.name ?? 'The request'} was deleted; nobody has to leave for it.`,
    facts: { instance: decision.recreation.instanceId },
  }
}
