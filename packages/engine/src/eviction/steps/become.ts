// The small changes of a decision, each as a new value.
import {
  type DecisionClaim,
  type DecisionState,
  type DecisionVictim,
  type EvictionDecision,
  type InstanceId,
  isGoing,
  type Verdict,
} from '@gleaner/model'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'

export interface Change {
  readonly state?: DecisionState
  readonly verdict?: Verdict
  readonly victims?: readonly DecisionVictim[]
  readonly claims?: readonly DecisionClaim[]
  readonly heldUntilMs?: number
  readonly endsAs?: 'failed' | 'cancelled'
  readonly recreation?: EvictionDecision['recreation']
  readonly planAgain?: Verdict
  readonly mode?: EvictionDecision['mode']
  readonly askedAtMs?: number
}

export function changed(decision: EvictionDecision, nowMs: number, change: Change): EvictionDecision {
  return { ...decision, ...change, updatedAtMs: nowMs }
}

export function become(
  decision: EvictionDecision,
  { nowMs }: SagaSeen,
  change: Change & { readonly left?: readonly InstanceId[] },
): SagaStep {
  const { left = [], ...rest } = change
  return { kind: 'become', decision: changed(decision, nowMs, rest), left }
}

export const waiting: SagaStep = { kind: 'wait', untilMs: undefined }

export function waitUntil(untilMs: number): SagaStep {
  return { kind: 'wait', untilMs }
}

export function setVictim(
  decision: EvictionDecision,
  id: InstanceId,
  change: Partial<DecisionVictim>,
): readonly DecisionVictim[] {
  return decision.victims.map((victim) => (victim.instanceId === id ? { ...victim, ...change } : victim))
}

/** Those who are to go and have not gone. */
export function toGo({ victims }: EvictionDecision): readonly DecisionVictim[] {
  return victims.filter(isGoing)
}

/** The next claim that has to end; those who did not leave get back what they held. */
export function endClaim(
  decision: EvictionDecision,
  { facets }: SagaSeen,
  states: readonly DecisionClaim['state'][],
): SagaStep | undefined {
  const claim = decision.claims.find(({ state }) => states.includes(state))
  if (claim === undefined) return undefined
  if (!facets.claims) return undefined
  const left = new Set(decision.victims.filter(({ state }) => state === 'left').map(({ instanceId }) => instanceId))
  return { kind: 'end-claim', claim, backTo: claim.from.filter((id) => !left.has(id)) }
}

/** The next one whose notice no longer holds: who stays, and who is asked about once more and was not told since. */
export function untell({ victims }: EvictionDecision): SagaStep | undefined {
  const victim = victims.find(
    ({ labelled, state, toldAtMs }) =>
      labelled && (state === 'stayed' || state === 'spared' || (state === 'planned' && toldAtMs === undefined)),
  )
  return victim === undefined ? undefined : { kind: 'untell', victim }
}
