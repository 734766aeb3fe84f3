// What a decision under way is judged by: the plan's word on each victim, the journal's, and what the last reading of the
// cloud shows. Only what was made in place of a failed request is looked at in the cloud itself, because somebody waits.
import { causeOf, roomLater, type SagaSeen, type SeenVictim } from '@gleaner/engine'
import {
  type EvictionDecision,
  type InstanceId,
  isGoing,
  isOnInstance,
  type JournalEntry,
  type Proposal,
  type Verdict,
} from '@gleaner/model'
import type { DecideParts } from '../loops/decide.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { roomWorldNow } from './room-world-now.ts'

const recentProposals = 10

export async function seeSaga(
  runtime: Runtime,
  parts: Pick<DecideParts, 'refused'>,
  decision: EvictionDecision,
): Promise<SagaSeen> {
  const { state, config, clouds, clock } = runtime
  const cloud = clouds.get(decision.cloudId)
  const { world } = roomWorldNow(runtime, decision.cloudId)
  const victims = new Map<InstanceId, SeenVictim>()
  for (const victim of decision.victims) {
    if (!isGoing(victim)) continue
    victims.set(victim.instanceId, await seeVictim(victim.instanceId, { runtime, parts, decision }))
  }
  const { recreation } = decision
  return {
    nowMs: clock.nowMs(),
    mode: state.modes.preemption,
    paused: state.killSwitch !== undefined,
    holdMs: config.preemption.holdMs,
    facets: { claims: cloud?.claims !== undefined, labels: cloud?.labels !== undefined },
    reading: world === undefined ? undefined : { version: world.snapshot.version, takenAtMs: world.snapshot.takenAtMs },
    later: decision.state === 'planned' && world !== undefined ? roomLater(decision, world) : undefined,
    victims,
    failed: recreation && (await seeVictim(recreation.instanceId, { runtime, parts, decision })),
    made: await seeMade(runtime, decision),
  }
}

interface Seeing {
  readonly runtime: Runtime
  readonly parts: Pick<DecideParts, 'refused'>
  readonly decision: EvictionDecision
}

async function seeVictim(id: InstanceId, { runtime, parts, decision }: Seeing): Promise<SeenVictim> {
  const proposals = await runtime.store.proposals.forInstance(id, recentProposals)
  const proposal = proposals.find(({ eviction }) => eviction?.decisionId === decision.id)
  return {
    proposal,
    entry: proposal === undefined ? undefined : await entryOf(runtime, proposal),
    refused: proposal === undefined ? refusalOf(parts, id, causeOf(decision)) : undefined,
    ...nowOf(runtime, id, decision),
  }
}

async function entryOf({ store }: Runtime, proposal: Proposal): Promise<JournalEntry | undefined> {
  if (!isOnInstance(proposal)) return undefined
  const { items } = await store.journal.list({ instanceId: proposal.instanceId }, { limit: recentProposals, offset: 0 })
  return items.find(({ proposalId }) => proposalId === proposal.id)
}

/** Of a victim that never became a proposal; one that did carries its own answer. */
function refusalOf(parts: Seeing['parts'], id: InstanceId, cause: string): Verdict | undefined {
  return parts.refused.list.find((each) => each.instanceId === id && each.cause === cause)?.verdict
}

/**
 * A reading from before the plan says nothing about what came of it; one with gaps does not show who is gone. Readings are
 * told apart by their time: their numbers begin anew with every process.
 */
function nowOf(
  { state }: Runtime,
  id: InstanceId,
  { cloudId, basis }: EvictionDecision,
): Pick<SeenVictim, 'now' | 'nowAtMs'> {
  const snapshot = state.clouds.get(cloudId)?.snapshot
  if (snapshot === undefined || snapshot.takenAtMs <= basis.takenAtMs) return { now: undefined, nowAtMs: undefined }
  const instance = snapshot.instanceById.get(id)
  return { now: instance ?? (snapshot.gaps.length === 0 ? 'gone' : undefined), nowAtMs: snapshot.takenAtMs }
}

async function seeMade(
  { clouds }: Runtime,
  { cloudId, recreation, state }: EvictionDecision,
): Promise<SagaSeen['made']> {
  if (state !== 'placing' || recreation?.newId === undefined || recreation.runs) return undefined
  const look = await clouds.get(cloudId)?.look(recreation.newId, AbortSignal.timeout(cloudCallTimeoutMs))
  return look === undefined ? undefined : { instance: look.instance ?? 'gone', fault: look.fault }
}
