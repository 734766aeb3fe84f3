// Evictions that nobody asked for: for headroom, because less can be lent than is lent, because the maximum run time is over.
// Each answers with a plan of the same form as one for a request, without placements; undefined when there is nothing to do
// or nobody who could leave. Who is under way already counts as gone, so nothing is done twice; budgets, minimum run time
// and exemptions hold as for a request, but for the maximum run time, which was agreed beforehand.
import {
  type ActionKind,
  type EvictionDecision,
  type Exemption,
  type HostId,
  type InstanceId,
  isGoing,
  type PlacedInstance,
  type PlacementAnswer,
  type PlacementHost,
  type ProjectId,
  startStates,
} from '@gleaner/model'
import { planRoom } from '../preemption/plan-room.ts'
import { budgetLeft, exemptInstances } from './exempt-instances.ts'
import { asOneHost, headroomMissing } from './headroom.ts'
import { hostsNow } from './hosts-now.ts'
import { lentLimit } from './lent-limit.ts'
import type { EvictionPlan, PlannedVictim } from './plan-eviction.ts'
import { type RoomWorld, sellsRoom } from './room-world.ts'
import { victimAction } from './victim-action.ts'
import { runMsOf } from './victim-terms.ts'

/** The fewest (or cheapest) instances whose leaving restores the watermark; as many of them as budgets allow. */
export function planHeadroom(world: RoomWorld): EvictionPlan | undefined {
  const { watermark } = world.preemption
  const action = actionOf(world)
  if (action === undefined || !(watermark > 0)) return undefined
  const { hosts } = hostsNow({ world, action, soon: true })
  if (headroomMissing(hosts, watermark) === undefined) return undefined
  const { host, wanted } = asOneHost(hosts, watermark)
  const answer = cover(host, wanted, { world, exempt: exemptInstances(world) })
  const victims = answer === undefined ? [] : withinBudgets(answer, world, budgetsOf(world))
  return victims.length === 0 ? undefined : planWith({ victims, cost: answer?.cost ?? 0, action })
}

/**
 * Per host: what has to leave so that no more is lent than may be. Where there has been no estimate yet nobody is lent
 * anything new, and nobody leaves for it either.
 */
export function planShrink(world: RoomWorld): EvictionPlan | undefined {
  const action = actionOf(world)
  if (action === undefined) return undefined
  const question = { world, exempt: exemptInstances(world) }
  const mayLeave = budgetsOf(world)
  let cost = 0
  const victims = excesses(world, { action }).flatMap((each) => {
    const answer = cover({ ...each.full, instances: [...each.lent] }, withoutStaying(each, question), question)
    cost += answer?.cost ?? 0
    return answer === undefined ? [] : withinBudgets(answer, world, mayLeave)
  })
  return victims.length === 0 ? undefined : planWith({ victims, cost, action })
}

/** Who of the victims of a decision to lend less still has to leave: what is expected may be less by now. */
export function stillShrunk(world: RoomWorld, own: EvictionDecision): EvictionPlan | undefined {
  const action = actionOf(world)
  if (action === undefined) return undefined
  const told = new Set<string>(own.victims.filter(isGoing).map(({ instanceId }) => instanceId))
  // Its own victims are not charged to the budgets once more.
  const rest = { ...world, decisions: world.decisions.filter(({ id }) => id !== own.id) }
  const question = { world: rest, exempt: exemptInstances(rest) }
  const victims = excesses(rest, { action, own }).flatMap(({ lent, full, excess }): PlannedVictim[] => {
    const instances = lent.map((each) => (told.has(each.id) ? each : { ...each, exempt: 'protected' as const }))
    const answer = cover({ ...full, instances }, excess, question)
    const ids = answer?.victims.map(({ id }) => id) ?? lent.map(({ id }) => id).filter((id) => told.has(id))
    return ids.flatMap((id): PlannedVictim[] => {
      const instance = world.snapshot.instanceById.get(id as InstanceId)
      return instance?.hostId === undefined ? [] : [{ instanceId: instance.id, hostId: instance.hostId }]
    })
  })
  return planWith({ victims, cost: victims.length, action })
}

interface Excess {
  readonly lent: readonly PlacedInstance[]
  /** As large as what is lent on it, so that it is full. */
  readonly full: PlacementHost
  readonly excess: { readonly vcpus: number; readonly ramMiB: number }
}

/** The hosts on which more is lent than may be. */
function excesses(
  world: RoomWorld,
  question: { readonly action: ActionKind; readonly own?: EvictionDecision },
): readonly Excess[] {
  if (world.lendable === undefined) return []
  const { hosts, idOf } = hostsNow({ world, ...question, soon: true })
  return hosts.flatMap((host): Excess[] => {
    const hostId = idOf.get(host.name)
    const room = hostId === undefined ? undefined : world.lendable?.get(hostId)
    if (room === undefined || room.basis === 'none') return []
    const lendable = lentLimit(room, host.instances, world.snapshot)
    const lent = host.instances.filter(({ preemptible }) => preemptible)
    const sum = (of: 'vcpus' | 'ramMiB') => lent.reduce((total, instance) => total + instance[of], 0)
    const excess = {
      vcpus: Math.max(0, sum('vcpus') - lendable.vcpus),
      ramMiB: Math.max(0, sum('ramMiB') - lendable.ramMiB),
    }
    if (excess.vcpus <= slack && excess.ramMiB <= slack) return []
    const full = { name: host.name, vcpus: sum('vcpus'), ramMiB: sum('ramMiB'), diskGiB: untold, instances: [] }
    return [{ lent, full, excess }]
  })
}

/** Who is protected, too young, or beyond a budget stays; that keeps nobody else from leaving. */
function withoutStaying({ lent, excess }: Excess, { world, exempt }: CoverQuestion): Excess['excess'] {
  const minimumRunS = world.preemption.minimumRunMs / 1000
  const leave = lent.filter(({ id, ageS }) => !exempt.has(id) && ageS >= minimumRunS)
  const sum = (of: 'vcpus' | 'ramMiB') => leave.reduce((total, instance) => total + instance[of], 0)
  return { vcpus: Math.min(excess.vcpus, sum('vcpus')), ramMiB: Math.min(excess.ramMiB, sum('ramMiB')) }
}

/** No disk is asked for. */
const untold = 1e12

/** Those whose maximum run time is over, but for the protected ones. */
export function planExpiry(world: RoomWorld): EvictionPlan | undefined {
  const { maximumRunMs } = world.preemption
  const action = actionOf(world)
  if (action === undefined || !Number.isFinite(maximumRunMs)) return undefined
  const exempt = exemptInstances(world)
  const { hosts } = hostsNow({ world, action, soon: true })
  const victims: PlannedVictim[] = []
  for (const host of hosts) {
    for (const { id, preemptible } of host.instances) {
      const instance = world.snapshot.instanceById.get(id as InstanceId)
      if (!preemptible || instance?.hostId === undefined || instance.state !== 'running') continue
      const why = exempt.get(instance.id)
      if (why === 'protected' || why === 'opted-out') continue
      if (runMsOf(instance, world.nowMs) >= maximumRunMs)
        victims.push({ instanceId: instance.id, hostId: instance.hostId })
    }
  }
  return victims.length === 0 ? undefined : planWith({ victims, cost: victims.length, action })
}

/** One instance, because a person wants to see it. */
export function planTest(world: RoomWorld, id: InstanceId): EvictionPlan | undefined {
  const action = actionOf(world)
  const instance = world.snapshot.instanceById.get(id)
  if (action === undefined || instance?.hostId === undefined || !startStates[action].includes(instance.state))
    return undefined
  return planWith({ victims: [{ instanceId: id, hostId: instance.hostId }], cost: 1, action })
}

const slack = 1e-6

export function actionOf(world: RoomWorld): ActionKind | undefined {
  const { preemption, snapshot, support } = world
  return victimAction(preemption.action, { cloud: snapshot.cloudId, support, sells: sellsRoom(world) }).action
}

interface CoverQuestion {
  readonly world: RoomWorld
  readonly exempt: ReadonlyMap<string, Exemption>
}

function cover(
  host: PlacementHost,
  wanted: { readonly vcpus: number; readonly ramMiB: number },
  { world, exempt }: CoverQuestion,
): PlacementAnswer | undefined {
  const answer = planRoom({
    hosts: [host],
    request: { preemptible: false, ...wanted, diskGiB: 0, count: 1 },
    settings: {
      objective: world.preemption.objective,
      billingPeriodS: world.preemption.billingPeriodMs / 1000,
      minimumRunS: world.preemption.minimumRunMs / 1000,
    },
    exempt,
  })
  return answer.feasible ? answer : undefined
}

/** Whether one more of a project may leave now; asked once for each who would, whatever host it is on. */
function budgetsOf(world: RoomWorld): (projectId: ProjectId) => boolean {
  const left = new Map<ProjectId, number>()
  return (projectId) => {
    const rest = left.get(projectId) ?? budgetLeft(world, projectId)
    left.set(projectId, rest - 1)
    return rest > 0
  }
}

/** Of each project no more than its budget allows now: the rest follows when it allows more. */
function withinBudgets(
  { victims }: PlacementAnswer,
  { snapshot }: RoomWorld,
  mayLeave: (projectId: ProjectId) => boolean,
): PlannedVictim[] {
  return victims.flatMap(({ id }): PlannedVictim[] => {
    const instance = snapshot.instanceById.get(id as InstanceId)
    if (instance?.hostId === undefined || !mayLeave(instance.projectId)) return []
    return [{ instanceId: instance.id, hostId: instance.hostId }]
  })
}

interface Parts {
  readonly victims: readonly PlannedVictim[]
  readonly cost: number
  readonly action: ActionKind | undefined
}

export function planWith({ victims, cost, action }: Parts): EvictionPlan {
  const hosts = [...new Set(victims.map(({ hostId }): HostId => hostId))]
  return {
    feasible: true,
    placements: [],
    victims,
    action,
    cost,
    hostReasons: Object.fromEntries(hosts.map((id) => [id, ['chosen']])),
    reasons: { chosen: hosts.length },
    unblock: [],
    verdict: undefined,
  }
}
