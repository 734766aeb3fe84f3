// Where a wish goes and who leaves for it, on the cloud as it is now with all that Gleaner has promised on it.
// Guarantees, on top of those of planRoom: no project loses more instances than its disruption budget allows, nobody leaves
// for two decisions, nothing is promised twice, and nobody leaves when what would be done to him frees nothing.
//
// Room is looked for first where it is free now. Only for a request for which others may leave it is then looked for among
// what the victims of others will leave over as well: better to wait for that than to make somebody else leave.
//
// Budgets are not part of the exact search: when the best plan takes more of a project than it may lose, the instances of
// that project beyond the budget are taken out and the search is repeated, so the result respects every budget and may
// cost more than the cheapest plan that does.
import {
  type ActionKind,
  type EvictionDecision,
  type Exemption,
  type HostId,
  type InstanceId,
  type Objective,
  type PlacementAnswer,
  type PlacementCode,
  type PlacementRequest,
  type ProjectId,
  type RoomPlacement,
  type RoomWish,
  type Verdict,
} from '@gleaner/model'
import { planRoom } from '../preemption/plan-room.ts'
import { budgetLeft, exemptInstances } from './exempt-instances.ts'
import { type HostsNow, hostsNow, type TakenRoom } from './hosts-now.ts'
import { forLease, type RoomWorld, sellsRoom } from './room-world.ts'
import { victimAction } from './victim-action.ts'

export interface PlannedVictim {
  readonly instanceId: InstanceId
  readonly hostId: HostId
}

export interface EvictionPlan {
  readonly feasible: boolean
  readonly placements: readonly RoomPlacement[]
  readonly victims: readonly PlannedVictim[]
  /** What is done to the victims; undefined where nobody may leave. */
  readonly action: ActionKind | undefined
  readonly cost: number
  readonly hostReasons: Readonly<Record<string, readonly PlacementCode[]>>
  readonly reasons: Readonly<Partial<Record<PlacementCode, number>>>
  readonly unblock: readonly string[]
  /** Nobody has to leave for it, but those who leave for others are still there. */
  readonly waits?: boolean
  /** Of a refusal. */
  readonly verdict: Verdict | undefined
}

export interface PlanQuestion {
  readonly world: RoomWorld
  readonly wish: RoomWish
  /** False: only room that is free. */
  readonly mayEvict: boolean
  readonly own?: EvictionDecision
  /** Turned out not to leave. */
  readonly stays?: ReadonlySet<InstanceId>
  readonly taken?: readonly TakenRoom[]
}

/** Hosts whose reasons are kept with a decision; the others are counted. */
const mostHosts = 200

export function planEviction(question: PlanQuestion): EvictionPlan {
  const { wish } = question
  const mayEvict = question.mayEvict && wish.firmness === 'firm'
  const world = forLease(question.world, wish.hints.lease)
  const { waits, ...found } = answerNow({ ...question, world, mayEvict, request: (hosts) => requestOf(wish, hosts) })
  return { ...planOf(found.answer, { ...found, wish }), waits }
}

export interface NowQuestion extends Pick<PlanQuestion, 'world' | 'mayEvict' | 'own' | 'stays' | 'taken'> {
  /** Made when the names are known that the hosts have in the answer. */
  readonly request: (now: HostsNow) => PlacementRequest
  /** In place of the one that is set. */
  readonly objective?: Objective
}

export interface NowAnswer {
  readonly answer: PlacementAnswer
  readonly now: HostsNow
  /** What is done to victims; undefined where nobody may leave. */
  readonly action: ActionKind | undefined
  /** Why nobody may leave, though it was asked for. */
  readonly refusal: Verdict | undefined
  /** The room is what is left over of others' decisions, and not there yet. */
  readonly waits: boolean
}

/** The same in the form of files and API: every host by its name, with all its reasons. */
export function answerNow(question: NowQuestion): NowAnswer {
  if (!question.mayEvict || question.world.decisions.length === 0) return answerOnce(question, false)
  const free = answerOnce({ ...question, mayEvict: false }, false)
  if (free.answer.feasible) return free
  const found = answerOnce(question, true)
  return { ...found, waits: found.answer.feasible && found.answer.victims.length === 0 }
}

function answerOnce(question: NowQuestion, soon: boolean): NowAnswer {
  const { world, mayEvict } = question
  const { action, refusal } = victimAction(world.preemption.action, {
    cloud: world.snapshot.cloudId,
    support: world.support,
    sells: sellsRoom(world),
  })
  const leaves = mayEvict ? action : undefined
  const now = hostsNow({
    world,
    action: leaves,
    soon,
    ...(question.own === undefined ? {} : { own: question.own }),
    ...(question.taken === undefined ? {} : { taken: question.taken }),
  })
  const request = question.request(now)
  const exempt: Map<InstanceId, Exemption> = leaves === undefined ? new Map() : exemptInstances(world)
  for (const id of question.stays ?? []) exempt.set(id, 'protected')
  const projects = new Map(now.hosts.flatMap((host) => host.instances.map(({ id, project }) => [id, project])))
  for (;;) {
    const answer = planRoom({
      hosts: now.hosts,
      request,
      settings: {
        objective: question.objective ?? world.preemption.objective,
        billingPeriodS: world.preemption.billingPeriodMs / 1000,
        minimumRunS: world.preemption.minimumRunMs / 1000,
      },
      exempt,
      mayEvict: leaves !== undefined,
    })
    const over = answer.feasible ? overBudget(answer, { world, projects }) : undefined
    if (over === undefined)
      return { answer, now, action: leaves, refusal: mayEvict ? refusal : undefined, waits: false }
    takeOut(exempt, over, { answer, projects })
  }
}

interface Over {
  readonly project: string
  readonly allowed: number
}

function overBudget(
  { victims }: PlacementAnswer,
  { world, projects }: { readonly world: RoomWorld; readonly projects: ReadonlyMap<string, string | undefined> },
): Over | undefined {
  const counts = new Map<string, number>()
  for (const { id } of victims) {
    const project = projects.get(id)
    if (project !== undefined) counts.set(project, (counts.get(project) ?? 0) + 1)
  }
  for (const [project, count] of counts) {
    const allowed = budgetLeft(world, project as ProjectId)
    if (count > allowed) return { project, allowed }
  }
  return undefined
}

/** All of the project but the first so many of those that were chosen: at least one more than before is exempt. */
function takeOut(
  exempt: Map<InstanceId, Exemption>,
  { project, allowed }: Over,
  {
    answer,
    projects,
  }: { readonly answer: PlacementAnswer; readonly projects: ReadonlyMap<string, string | undefined> },
): void {
  const kept = new Set(
    answer.victims
      .map(({ id }) => id)
      .filter((id) => projects.get(id) === project)
      .slice(0, Math.max(0, allowed)),
  )
  for (const [id, of] of projects)
    if (of === project && !kept.has(id) && !exempt.has(id as InstanceId)) exempt.set(id as InstanceId, 'budget')
}

function requestOf(wish: RoomWish, { nameOf }: HostsNow): PlacementRequest {
  const { onHosts, notOnHosts, properties, apart, lease } = wish.hints
  const names = (ids: readonly HostId[]) => ids.map((id) => nameOf.get(id) ?? id)
  return {
    preemptible: wish.firmness === 'preemptible',
    vcpus: wish.vcpus,
    ramMiB: wish.memoryMiB,
    diskGiB: wish.diskGiB,
    count: wish.count,
    hints: {
      project: wish.projectId,
      ...(onHosts === undefined ? {} : { hosts: names(onHosts) }),
      ...(notOnHosts === undefined ? {} : { avoidHosts: names(notOnHosts) }),
      ...(properties === undefined ? {} : { properties }),
      ...(apart === true ? { maxPerHost: 1 } : {}),
      ...(lease === undefined ? {} : { lease }),
    },
  }
}

interface PlanParts {
  readonly now: HostsNow
  readonly wish: RoomWish
  readonly action: ActionKind | undefined
  readonly refusal: Verdict | undefined
}

function planOf(answer: PlacementAnswer, { now, wish, action, refusal }: PlanParts): EvictionPlan {
  const idOf = (name: string) => now.idOf.get(name) ?? (name as HostId)
  const reasons: Partial<Record<PlacementCode, number>> = {}
  for (const codes of Object.values(answer.reasons)) for (const code of codes) reasons[code] = (reasons[code] ?? 0) + 1
  return {
    feasible: answer.feasible,
    placements: answer.placements.map(({ instance, host }) => ({ index: instance, hostId: idOf(host) })),
    victims: answer.victims.map(({ id, host }) => ({ instanceId: id as InstanceId, hostId: idOf(host) })),
    action,
    cost: answer.cost,
    hostReasons: tellingReasons(answer, now),
    reasons,
    unblock: (answer.refusal?.unblock ?? []).map(({ sentence }) => sentence),
    verdict: answer.feasible ? undefined : (refusal ?? refusalOf(answer, wish)),
  }
}

function refusalOf(answer: PlacementAnswer, wish: RoomWish): Verdict {
  const sentence = answer.refusal?.sentence ?? 'No host has room.'
  return {
    code: 'room-refused',
    sentence: `There is no room for ${wish.name}: ${sentence}`,
    facts: {
      vcpus: wish.vcpus,
      memoryMiB: wish.memoryMiB,
      diskGiB: wish.diskGiB,
      count: wish.count,
      fits: answer.refusal?.fits ?? 0,
    },
  }
}

/** The chosen hosts, then those where room could have been made, then the others, up to a number. */
function tellingReasons({ reasons }: PlacementAnswer, { idOf }: HostsNow): Record<string, PlacementCode[]> {
  const rank = (codes: readonly PlacementCode[]) => (codes.includes('chosen') ? 0 : codes.includes('dearer') ? 1 : 2)
  const rows = Object.entries(reasons)
    .map(([name, codes]) => ({ id: idOf.get(name) ?? name, codes, rank: rank(codes) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
  return Object.fromEntries(rows.slice(0, mostHosts).map(({ id, codes }) => [id, codes]))
}
