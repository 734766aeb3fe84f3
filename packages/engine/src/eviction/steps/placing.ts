// A request that the cloud could not place is made anew in the room that was made for it. First the new one, then the end of
// the old one: a crash in between leaves both, never neither. Its room is opened right before, because the cloud's
// scheduler wants to claim it itself. While everything is paused nothing is made, and the room stays held.
import { type EvictionDecision, formatDurationMs, type Recreation, settledStates } from '@gleaner/model'
import { wholeSentence } from '../../text/whole-sentence.ts'
import { judgeVictim } from '../judge-victim.ts'
import { isActing } from '../../plan/strength.ts'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { approvalLifeMs } from './awaiting.ts'
import { become, endClaim, waiting, waitUntil } from './become.ts'
import { undo } from './undoing.ts'

export function nextOfPlacing(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const { recreation, placements } = decision
  const [placement] = placements
  if (recreation === undefined || placement === undefined) return become(decision, seen, { state: 'done' })
  if (recreation.newId === undefined && seen.failed?.now === 'gone') {
    const verdict = { code: 'request-gone', sentence: `${nameOf(decision)} was deleted meanwhile.`, facts: {} } as const
    return undo(decision, seen, { endsAs: 'cancelled', verdict })
  }
  if (recreation.newId === undefined && seen.paused) return waiting
  const opened = endClaim(decision, seen, ['held', 'wanted', 'ending'])
  if (opened !== undefined) return opened
  if (recreation.newId === undefined) return { kind: 'create', placement }
  if (!recreation.runs) return arrival(decision, recreation, seen)
  if (!recreation.told) return { kind: 'tell-made', instanceId: recreation.newId }
  return farewell(decision, recreation, seen)
}

/**
 * A large image that is fetched first (100 GiB at 1 Gbit/s) takes a quarter of an hour; after twice that nobody waits for it
 * any more. Clouds themselves may have no limit: nova's `instance_build_timeout` is off unless somebody sets it.
 */
export const arrivalLifeMs = 1_800_000

/** Until the new one runs, or cannot, or has had its time. */
function arrival(decision: EvictionDecision, recreation: Recreation, seen: SagaSeen): SagaStep {
  const { made } = seen
  // What was made by an earlier version does not tell when; nothing else was noted since.
  const endMs = (recreation.madeAtMs ?? decision.updatedAtMs) + arrivalLifeMs
  if (made === undefined) return seen.nowMs < endMs ? waiting : overdue(decision, recreation, seen)
  if (made.instance !== 'gone' && made.instance.state === 'running')
    return become(decision, seen, { recreation: { ...recreation, runs: true } })
  if (made.instance !== 'gone' && !settledStates.includes(made.instance.state))
    return seen.nowMs < endMs ? waitUntil(endMs) : overdue(decision, recreation, seen)
  const state = made.instance === 'gone' ? 'gone' : made.instance.state
  const why = made.fault === undefined ? '' : `: ${made.fault}`
  return undo(decision, seen, {
    endsAs: 'failed',
    verdict: {
      code: 'room-lost',
      sentence: `${nameOf(decision)} was made anew as ${recreation.newId ?? ''}, which is ${state}${why}.`,
      facts: { made: recreation.newId ?? '', state },
    },
  })
}

/** Nothing of the owner's is deleted: the new one may run yet, and until it does the failed one is all that he has. */
function overdue(decision: EvictionDecision, recreation: Recreation, seen: SagaSeen): SagaStep {
  const is = seen.made?.instance
  const state = is === undefined || is === 'gone' ? 'unknown' : is.state
  return undo(decision, seen, {
    endsAs: 'failed',
    verdict: {
      code: 'request-not-running',
      sentence: `${nameOf(decision)} was made anew as ${recreation.newId ?? ''}, which does not run after ${formatDurationMs(arrivalLifeMs)}: it is ${state}. Both it and the failed one stay as they are.`,
      facts: { made: recreation.newId ?? '', state, lifeMs: arrivalLifeMs },
    },
  })
}

/** The old one goes by the gate and the journal, like any other; if it may not, the decision is done all the same. */
function farewell(decision: EvictionDecision, recreation: Recreation, seen: SagaSeen): SagaStep {
  const what = `${nameOf(decision)} runs as ${recreation.newId ?? ''}`
  const facts = { made: recreation.newId ?? '', replaced: recreation.instanceId }
  const code = 'request-replaced'
  if (seen.failed?.now === 'gone')
    return become(decision, seen, { state: 'done', verdict: { code, sentence: `${what}.`, facts } })
  const is = judgeVictim(asVictim(decision, recreation), seen.failed)
  if (is.kind === 'left')
    return become(decision, seen, { state: 'done', verdict: { code, sentence: `${what}.`, facts } })
  const why = is.kind === 'stays' ? is.outcome : is.kind === 'waits' ? mayNotGo(decision, seen) : undefined
  if (why === undefined) return waiting
  const sentence = wholeSentence(`${what}; the failed one stays: ${why}`)
  return become(decision, seen, { state: 'done', verdict: { code, sentence, facts } })
}

/** Why its end will not come by the mode as it is; nothing was noted since the owner was told of the new one. */
function mayNotGo({ updatedAtMs }: EvictionDecision, { mode, nowMs }: SagaSeen): string | undefined {
  if (!isActing(mode)) return `the mode of preemption is ${mode} now`
  if (mode !== 'advise' || nowMs < updatedAtMs + approvalLifeMs) return undefined
  return `nobody approved that it goes within ${formatDurationMs(approvalLifeMs)}`
}

function nameOf({ wish }: EvictionDecision): string {
  return wish?.name ?? 'The request'
}

/** What is left of the failed request, in the form in which it is judged and deleted. */
export function asVictim(decision: EvictionDecision, recreation: Recreation) {
  const wish = decision.wish
  const [placement] = decision.placements
  return {
    instanceId: recreation.instanceId,
    name: nameOf(decision),
    projectId: wish?.projectId ?? ('' as NonNullable<typeof wish>['projectId']),
    flavor: wish?.flavor,
    tags: recreation.tags,
    hostId: placement?.hostId ?? ('' as NonNullable<typeof placement>['hostId']),
    priority: 0,
    action: 'delete',
    noticeMs: 0,
    state: 'told',
    labelled: false,
    toldAtMs: undefined,
    leftAtMs: undefined,
    outcome: undefined,
    vcpus: wish?.vcpus ?? 0,
    memoryMiB: wish?.memoryMiB ?? 0,
    diskGiB: wish?.diskGiB ?? 0,
  } as const
}
