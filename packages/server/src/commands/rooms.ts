// Room for instances to come, on behalf of whoever asks: API, Nova-compatible front. What each call promises stands in
// application.ts and preemption/room.ts.
import { makeDecision, planEviction, undo } from '@gleaner/engine'
import {
  type EvictionDecision,
  GleanerError,
  type InstanceId,
  isDecisionOpen,
  type RoomWish,
  type Verdict,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { PreemptionSaga } from '../actions/preemption-saga.ts'
import type { Caller, Commands } from '../application.ts'
import { answerOf, isMaking } from '../preemption/answer-of.ts'
import { checkRoomRequest } from '../preemption/check-request.ts'
import { overQuota } from '../preemption/over-quota.ts'
import type { RoomDecision, RoomRequest } from '../preemption/room.ts'
import { hostsOfLease, leaseHint } from '../reservation/lease-hint.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import type { Runtime } from '../runtime.ts'
import { audit } from './audit.ts'
import { previewRoom } from './preview-room.ts'

type RoomCommands = Pick<
  Commands,
  'previewRoom' | 'makeRoom' | 'room' | 'awaitRoom' | 'takeRoom' | 'roomTaken' | 'giveUpRoom'
>

export function roomCommands(runtime: Runtime, saga: PreemptionSaga): RoomCommands {
  return {
    previewRoom: (question) => previewRoom(runtime, question),
    makeRoom: (request, caller) =>
      makeRoom(runtime, request, caller).then((room) => noteDemand(runtime, request, room)),
    room: async (id) => answerOf(await found(runtime, id)),
    awaitRoom: async (id, signal) => {
      const known = await found(runtime, id)
      if (!isMaking(known)) return answerOf(known)
      return answerOf(await runtime.evictions.until(id, (decision) => !isMaking(decision), signal))
    },
    takeRoom: (id) => takeRoom(runtime, saga, id),
    roomTaken: (id, outcome) => roomTaken(runtime, saga, { id, outcome }),
    giveUpRoom: (id, reason, caller) => giveUp(runtime, saga, { id, reason, caller }),
  }
}

async function makeRoom(runtime: Runtime, request: RoomRequest, caller: Caller): Promise<RoomDecision> {
  checkRoomRequest(request)
  const { clouds, state, evictions, store, clock } = runtime
  if (!clouds.has(request.cloudId)) throw new GleanerError('not-found', { object: `The cloud ${request.cloudId}` })
  const mode = state.modes.preemption
  if (mode === 'off') return refused({ code: 'mode-off', sentence: 'preemption is off.', facts: {} })
  const fence = leading(runtime)
  const before = await store.evictions.decisionOf(request.requestId)
  if (before !== undefined) return answerOf(evictions.find(before.id) ?? before)
  return evictions.planning.run(async () => {
    await evictions.load(fence, clock.nowMs())
    await runtime.leases.load(fence)
    const { world, refusal } = roomWorldNow(runtime, request.cloudId)
    if (world === undefined) return refused(refusal)
    const wish = wishOf(withLease(runtime, request))
    const quota = overQuota(wish, world)
    if (quota !== undefined) return refused(quota)
    const plan = planEviction({ world, wish, mayEvict: true })
    if (plan.feasible && plan.victims.length === 0 && plan.waits !== true)
      return { state: 'free', placements: plan.placements }
    const id = newId('dec', clock.nowMs())
    const paused = state.killSwitch === undefined ? undefined : pausedVerdict()
    const order = { id, requestId: request.requestId, kind: 'room', mode, by: caller.name, wish } as const
    const decision = makeDecision(
      order,
      paused === undefined ? plan : { ...plan, feasible: false, verdict: paused },
      world,
    )
    await evictions.decide(fence, decision)
    if (isDecisionOpen(decision)) {
      await audit(runtime, caller, {
        what: 'make room',
        object: request.name,
        after: { decision: id, victims: decision.victims.map(({ instanceId }) => instanceId) },
      })
      runtime.wake('preempt')
    }
    return answerOf(decision)
  })
}

/** A request that found no room may wake a host that has it; one that found it wants none any more. */
function noteDemand(runtime: Runtime, request: RoomRequest, room: RoomDecision): RoomDecision {
  const { requestId, cloudId, name, count, vcpus, memoryMiB, diskGiB, hints } = request
  if (room.state !== 'refused') runtime.power.unwant(requestId)
  else {
    const nowMs = runtime.clock.nowMs()
    runtime.power.want(
      { key: requestId, cloudId, name, count, vcpus, memoryMiB, diskGiB, apart: hints.apart === true },
      nowMs,
    )
    runtime.wake('decide')
  }
  return room
}

async function takeRoom(runtime: Runtime, saga: PreemptionSaga, id: string): Promise<RoomDecision> {
  const fence = leading(runtime)
  await saga.amend(fence, id, (decision, seen) => {
    if (decision.state === 'taken') return undefined
    if (decision.state !== 'held')
      throw new GleanerError('conflict', { detail: `The room of ${id} is not held: ${decision.verdict.sentence}` })
    const sentence = `The room for ${decision.wish?.name ?? 'the request'} was opened for it.`
    return {
      kind: 'become',
      left: [],
      decision: {
        ...decision,
        state: 'taken',
        verdict: { code: 'room-opened', sentence, facts: {} },
        heldUntilMs: seen.nowMs + seen.holdMs,
      },
    }
  })
  const opened = await saga.advance(fence, id, AbortSignal.timeout(takingMs))
  // The cloud still counts the room as claimed: creating now would fail, and a little later it may not.
  if (opened?.claims.some(({ state }) => state !== 'ended') === true && runtime.clouds.get(opened.cloudId)?.claims)
    throw new GleanerError('not-ready', { detail: `the room of ${id} is still claimed in the cloud` })
  return answerOf(opened ?? (await found(runtime, id)))
}

const takingMs = 20_000

async function roomTaken(
  runtime: Runtime,
  saga: PreemptionSaga,
  {
    id,
    outcome,
  }: {
    readonly id: string
    readonly outcome: { readonly instanceIds: readonly InstanceId[] } | { readonly failure: string }
  },
): Promise<void> {
  const fence = leading(runtime)
  await saga.amend(fence, id, (decision, seen) => {
    if (decision.state !== 'taken' && decision.state !== 'held') return undefined
    const name = decision.wish?.name ?? 'the request'
    if ('failure' in outcome) {
      const sentence = `${name} could not be created: ${outcome.failure}`
      return undo(decision, seen, { endsAs: 'failed', verdict: { code: 'room-lost', sentence, facts: {} } })
    }
    const sentence = `${name} was created in its room.`
    const facts = { instances: outcome.instanceIds.join(' ') }
    return {
      kind: 'become',
      left: [],
      decision: { ...decision, state: 'done', verdict: { code: 'room-opened', sentence, facts } },
    }
  })
  await saga.advance(fence, id, AbortSignal.timeout(takingMs))
  const known = runtime.evictions.find(id)
  if (known !== undefined) runtime.wake(`observe:${known.cloudId}`)
}

async function giveUp(
  runtime: Runtime,
  saga: PreemptionSaga,
  { id, reason, caller }: { readonly id: string; readonly reason: string; readonly caller: Caller },
): Promise<void> {
  const fence = leading(runtime)
  await saga.amend(fence, id, (decision, seen) => {
    if (!isDecisionOpen(decision) || decision.state === 'undoing') return undefined
    const sentence = `${caller.name} no longer wants the room: ${reason}`
    return undo(decision, seen, { endsAs: 'cancelled', verdict: { code: 'request-withdrawn', sentence, facts: {} } })
  })
  await audit(runtime, caller, { what: 'give up room', object: id, after: { reason } })
  await saga.advance(fence, id, AbortSignal.timeout(takingMs))
  runtime.wake('decide', 'preempt')
}

async function found({ evictions, store }: Runtime, id: string): Promise<EvictionDecision> {
  const decision = evictions.find(id) ?? (await store.evictions.decision(id))
  if (decision === undefined) throw new GleanerError('not-found', { object: `The decision ${id}` })
  return decision
}

export function leading({ state }: Runtime): Fence {
  if (state.fence !== undefined) return state.fence
  throw new GleanerError('not-leader', { detail: `${state.leader?.holder ?? 'another replica'} leads` })
}

function wishOf({ projectId, name, flavor, firmness, count, hints, vcpus, memoryMiB, diskGiB }: RoomRequest): RoomWish {
  return { projectId, name, flavor, firmness, count, hints, vcpus, memoryMiB, diskGiB }
}

/** With the hint of a lease the request goes to its hosts, and to those of them that it names itself. */
function withLease(runtime: Runtime, request: RoomRequest): RoomRequest {
  const { cloudId, projectId, hints } = request
  if (hints.lease === undefined) return request
  const lease = leaseHint(runtime, { cloudId, projectId, lease: hints.lease })
  const hosts = hostsOfLease(lease)
  const onHosts = hints.onHosts === undefined ? hosts : hosts.filter((id) => hints.onHosts?.includes(id))
  return { ...request, hints: { ...hints, onHosts, lease: lease.id } }
}

function pausedVerdict(): Verdict {
  return { code: 'kill-switch', sentence: 'Everything is paused; nobody is made to leave.', facts: {} }
}

function refused(verdict: Verdict): RoomDecision {
  return { state: 'refused', decisionId: undefined, verdict, reasons: {}, unblock: [] }
}
