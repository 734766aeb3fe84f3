// A decision as a value: from a plan to what is stored, and from another plan to the same decision planned anew.
import {
  type DecisionClaim,
  type DecisionVictim,
  type EvictionDecision,
  type EvictionKind,
  type HostId,
  type InstanceId,
  isGoing,
  type Mode,
  preemptionClaimId,
  type Recreation,
  type Room,
  type RoomWish,
  type Verdict,
} from '@gleaner/model'
import { isActing } from '../plan/strength.ts'
import type { EvictionPlan } from './plan-eviction.ts'
import { roomLater } from './room-later.ts'
import type { RoomWorld } from './room-world.ts'
import { reserving } from './steps/planned.ts'
import { noticeMsOf, priorityOf, runMsOf } from './victim-terms.ts'

export interface DecisionOrder {
  readonly id: string
  readonly requestId: string
  readonly kind: EvictionKind
  readonly mode: Mode
  readonly by: string
  readonly wish: RoomWish | undefined
  readonly recreation?: Recreation
}

/** Refused when the plan is not feasible; observed, awaiting approval or planned by the mode otherwise. */
export function makeDecision(order: DecisionOrder, plan: EvictionPlan, world: RoomWorld): EvictionDecision {
  const { snapshot, nowMs, preemption } = world
  const base: EvictionDecision = {
    id: order.id,
    requestId: order.requestId,
    kind: order.kind,
    cloudId: snapshot.cloudId,
    mode: order.mode,
    by: order.by,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    state: 'refused',
    verdict: plan.verdict ?? passed,
    wish: order.wish,
    placements: plan.placements,
    victims: victimsOf(plan, world),
    claims: [],
    objective: preemption.objective,
    cost: plan.cost,
    hostReasons: plan.hostReasons,
    reasons: plan.reasons,
    unblock: plan.unblock,
    basis: { version: snapshot.version, takenAtMs: snapshot.takenAtMs },
    attempt: 1,
    planAgain: undefined,
    recreation: order.recreation,
    heldUntilMs: undefined,
    endsAs: undefined,
    steps: [],
  }
  if (!plan.feasible) return base
  if (order.kind !== 'test' && !isActing(order.mode)) return { ...base, state: 'observed', verdict: observed(base) }
  const planned = { ...base, claims: claimsOf(base, []) }
  const later = plan.waits === true ? roomLater(planned, world) : undefined
  if (later !== undefined) return { ...planned, state: 'planned', verdict: later }
  const asks = order.kind !== 'test' && order.mode === 'advise' && base.victims.length > 0
  return asks
    ? { ...planned, state: 'awaiting-approval', verdict: asking(planned) }
    : { ...planned, state: 'planned', verdict: reserving(planned) }
}

/**
 * The same decision by another plan: those who have left stay gone, those no longer chosen stay, what was claimed before
 * ends before it is claimed anew.
 */
export function planAnew(
  decision: EvictionDecision,
  plan: EvictionPlan,
  { world, because }: { readonly world: RoomWorld; readonly because: Verdict },
): EvictionDecision {
  const { snapshot, nowMs } = world
  const chosen = new Map(victimsOf(plan, world).map((victim) => [victim.instanceId, victim]))
  const kept: DecisionVictim[] = decision.victims.map((victim) => {
    if (victim.state === 'left' || victim.state === 'stayed') return victim
    const again = chosen.get(victim.instanceId)
    chosen.delete(victim.instanceId)
    if (again === undefined) return { ...victim, state: 'spared', outcome: because.sentence }
    return {
      ...again,
      state: victim.labelled ? 'told' : 'planned',
      labelled: victim.labelled,
      toldAtMs: victim.toldAtMs,
    }
  })
  const victims = [...kept, ...chosen.values()]
  // Who was chosen before may not have been approved either; where all were, it goes on at once.
  const asks = decision.mode === 'advise' && victims.some(isGoing)
  const before = decision.claims.map(
    (claim): DecisionClaim => (claim.state === 'ended' ? claim : { ...claim, state: 'ending' }),
  )
  const next: EvictionDecision = {
    ...decision,
    updatedAtMs: nowMs,
    state: asks ? 'awaiting-approval' : 'planned',
    verdict: because,
    placements: plan.placements,
    victims,
    cost: plan.cost,
    hostReasons: plan.hostReasons,
    reasons: plan.reasons,
    unblock: plan.unblock,
    basis: { version: snapshot.version, takenAtMs: snapshot.takenAtMs },
    attempt: decision.attempt + 1,
    planAgain: undefined,
    heldUntilMs: undefined,
  }
  return { ...next, claims: claimsOf(next, before) }
}

function victimsOf(plan: EvictionPlan, { snapshot, preemption, nowMs }: RoomWorld): DecisionVictim[] {
  const { action } = plan
  if (action === undefined) return []
  return plan.victims.flatMap(({ instanceId, hostId }): DecisionVictim[] => {
    const instance = snapshot.instanceById.get(instanceId)
    if (instance === undefined) return []
    const project = {
      id: instance.projectId,
      name: snapshot.projectById.get(instance.projectId)?.name ?? instance.projectId,
    }
    return [
      {
        instanceId,
        name: instance.name,
        projectId: instance.projectId,
        flavor: instance.flavor,
        tags: instance.tags,
        hostId,
        priority: priorityOf(instance, project, preemption),
        action,
        noticeMs: noticeMsOf(instance, project, preemption),
        runningSinceMs: nowMs - runMsOf(instance, nowMs),
        state: 'planned',
        labelled: false,
        toldAtMs: undefined,
        leftAtMs: undefined,
        outcome: undefined,
        vcpus: instance.vcpus,
        memoryMiB: instance.memoryMiB,
        diskGiB: instance.diskGiB,
      },
    ]
  })
}

const empty: Room = { vcpus: 0, memoryMiB: 0, diskGiB: 0 }

/**
 * One claim per host that the wish uses. It is as large as what is placed there and as what leaves there together, whichever
 * is more of each resource: so the undo always finds the room for those it has to give it back to.
 */
function claimsOf(decision: EvictionDecision, before: readonly DecisionClaim[]): DecisionClaim[] {
  const { wish, placements, victims, id } = decision
  if (wish === undefined) return [...before]
  const wanted = new Map<HostId, Room>()
  for (const { hostId } of placements) wanted.set(hostId, sum(wanted.get(hostId) ?? empty, wish))
  const claims = [...before]
  for (const [hostId, room] of wanted) {
    const from = victims.filter((victim) => victim.hostId === hostId && isGoing(victim))
    const held = from.reduce(sum, empty)
    claims.push({
      claimId: preemptionClaimId(id, claims.length),
      hostId,
      from: from.map(({ instanceId }): InstanceId => instanceId),
      state: 'wanted',
      vcpus: Math.max(room.vcpus, held.vcpus),
      memoryMiB: Math.max(room.memoryMiB, held.memoryMiB),
      diskGiB: Math.max(room.diskGiB, held.diskGiB),
    })
  }
  return claims
}

function sum(a: Room, b: Room): Room {
  return { vcpus: a.vcpus + b.vcpus, memoryMiB: a.memoryMiB + b.memoryMiB, diskGiB: a.diskGiB + b.diskGiB }
}

const passed: Verdict = { code: 'passed', sentence: 'Nothing stands against it.', facts: {} }

function observed({ wish, victims }: EvictionDecision): Verdict {
  const names = victims.map(({ name }) => name).join(', ')
  const whom = wish === undefined ? '' : ` for ${wish.name}`
  return {
    code: 'mode-observe',
    sentence: `The mode of preemption is observe: ${names === '' ? 'nobody' : names} would leave${whom}; recorded, not done.`,
    facts: { victims: victims.length },
  }
}

function asking({ victims, wish }: EvictionDecision): Verdict {
  const count = victims.length === 1 ? 'one instance' : `${victims.length} instances`
  return {
    code: 'awaiting-approval',
    sentence: `Waits for a person to approve that ${count} leave${victims.length === 1 ? 's' : ''}${wish === undefined ? '' : ` for ${wish.name}`}.`,
    facts: { victims: victims.length },
  }
}
