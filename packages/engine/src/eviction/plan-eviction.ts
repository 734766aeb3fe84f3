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
import { markTooSmall } from '../placement/mark-too-small.ts'
import { bitOf, codesOf, histogramOf } from '../placement/room-codes.ts'
import type { RoomIndex } from '../placement/room-index.ts'
import { defaultRoomSettings } from '../placement/room-settings.ts'
import { decideRoom, type RoomDecision, type Victim } from '../preemption/decide-room.ts'
import { explainRefusal } from '../preemption/explain-refusal.ts'
import { totalCost } from '../preemption/loss.ts'
import { answerOf } from '../preemption/plan-room.ts'
import { budgetLeft, exemptInstances } from './exempt-instances.ts'
import type { HostNames, TakenRoom } from './hosts-now.ts'
import { KeptRoom } from './kept-room.ts'
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
  const found = decideNow({ ...question, world, mayEvict, request: (names) => requestOf(wish, names) })
  return { ...planOf(found, wish), waits: found.waits }
}

export interface NowQuestion extends Pick<PlanQuestion, 'world' | 'mayEvict' | 'own' | 'stays' | 'taken'> {
  /** Made when the names are known that the hosts have in the answer. */
  readonly request: (names: HostNames) => PlacementRequest
  /** In place of the one that is set. */
  readonly objective?: Objective
}

interface NowDecision {
  readonly index: RoomIndex
  readonly request: PlacementRequest
  readonly decision: RoomDecision
  readonly names: HostNames
  /** What is done to victims; undefined where nobody may leave. */
  readonly action: ActionKind | undefined
  /** Why nobody may leave, though it was asked for. */
  readonly refusal: Verdict | undefined
  /** The room is what is left over of others' decisions, and not there yet. */
  readonly waits: boolean
}

export interface NowAnswer extends Pick<NowDecision, 'action' | 'waits'> {
  readonly answer: PlacementAnswer
}

/** The same in the form of files and API: every host by its name, with all its reasons. */
export function answerNow(question: NowQuestion): NowAnswer {
  const { index, request, decision, action, waits } = decideNow(question)
  return { answer: answerOf(index, request, decision), action, waits }
}

function decideNow(question: NowQuestion): NowDecision {
  if (!question.mayEvict || question.world.decisions.length === 0) return decideOnce(question, false)
  const free = decideOnce({ ...question, mayEvict: false }, false)
  if (free.decision.feasible) return free
  const found = decideOnce(question, true)
  return { ...found, waits: found.decision.feasible && found.decision.victims.length === 0 }
}

function decideOnce(question: NowQuestion, soon: boolean): NowDecision {
  const { world, mayEvict } = question
  const { action, refusal } = victimAction(world.preemption.action, {
    cloud: world.snapshot.cloudId,
    support: world.support,
    sells: sellsRoom(world),
  })
  const leaves = mayEvict ? action : undefined
  const hosts = {
    world,
    action: leaves,
    soon,
    ...(question.own === undefined ? {} : { own: question.own }),
    ...(question.taken === undefined ? {} : { taken: question.taken }),
  }
  const kept = world.kept ?? new KeptRoom()
  const { index, nowS, ...names } = kept.at(hosts)
  const request = question.request(names)
  const exempt: Map<InstanceId, Exemption> = leaves === undefined ? new Map() : exemptInstances(world)
  for (const id of question.stays ?? []) exempt.set(id, 'protected')
  const settings = {
    ...defaultRoomSettings,
    objective: question.objective ?? world.preemption.objective,
    billingPeriodS: world.preemption.billingPeriodMs / 1000,
    minimumRunS: world.preemption.minimumRunMs / 1000,
    multipliers: world.multipliers ?? defaultRoomSettings.multipliers,
  }
  for (;;) {
    kept.exempt(hosts, exempt)
    const decision = decideRoom(index, { request, settings, nowS, mayEvict: leaves !== undefined })
    const over = overBudget(decision.victims, world)
    if (over === undefined) {
      const why = mayEvict ? refusal : undefined
      return { index, request, decision, names, action: leaves, refusal: why, waits: false }
    }
    takeOut(exempt, over, { victims: decision.victims, world })
  }
}

interface Over {
  readonly project: ProjectId
  readonly allowed: number
}

function overBudget(victims: readonly Victim[], world: RoomWorld): Over | undefined {
  const counts = new Map<ProjectId, number>()
  for (const { id } of victims) {
    const project = projectOf(id, world)
    if (project !== undefined) counts.set(project, (counts.get(project) ?? 0) + 1)
  }
  for (const [project, count] of counts) {
    const allowed = budgetLeft(world, project)
    if (count > allowed) return { project, allowed }
  }
  return undefined
}

function projectOf(id: string, { snapshot }: RoomWorld): ProjectId | undefined {
  return snapshot.instanceById.get(id as InstanceId)?.projectId
}

/** All of the project but the first so many of those that were chosen: at least one more than before is exempt. */
function takeOut(
  exempt: Map<InstanceId, Exemption>,
  { project, allowed }: Over,
  { victims, world }: { readonly victims: readonly Victim[]; readonly world: RoomWorld },
): void {
  const ofProject = victims.map(({ id }) => id).filter((id) => projectOf(id, world) === project)
  const kept = new Set(ofProject.slice(0, Math.max(0, allowed)))
  for (const { id } of world.snapshot.instancesOfProject.get(project) ?? [])
    if (!kept.has(id) && !exempt.has(id)) exempt.set(id, 'budget')
}

function requestOf(wish: RoomWish, { nameOf }: HostNames): PlacementRequest {
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

function planOf(found: NowDecision, wish: RoomWish): EvictionPlan {
  const { index, request, decision, names, action, refusal } = found
  const masks = markTooSmall(index, request, decision.masks)
  const idAt = (host: number) => {
    const name = index.names[host] as string
    return names.idOf.get(name) ?? (name as HostId)
  }
  const why = decision.feasible ? undefined : explainRefusal(index, request, { masks, fits: decision.fits })
  return {
    feasible: decision.feasible,
    placements: Array.from(decision.hosts, (host, nth) => ({ index: nth, hostId: idAt(host) })),
    victims: decision.victims.map(({ id, host }) => ({
      instanceId: id as InstanceId,
      hostId: names.idOf.get(host) ?? (host as HostId),
    })),
    action,
    cost: totalCost(decision.loss),
    hostReasons: tellingReasons(masks, idAt),
    reasons: Object.fromEntries(histogramOf(masks).map(({ code, hosts }) => [code, hosts])),
    unblock: (why?.unblock ?? []).map(({ sentence }) => sentence),
    verdict: why && (refusal ?? refusalOf(why, wish)),
  }
}

function refusalOf(why: NonNullable<PlacementAnswer['refusal']>, wish: RoomWish): Verdict {
  return {
    code: 'room-refused',
    sentence: `There is no room for ${wish.name}: ${why.sentence}`,
    facts: {
      vcpus: wish.vcpus,
      memoryMiB: wish.memoryMiB,
      diskGiB: wish.diskGiB,
      count: wish.count,
      fits: why.fits,
    },
  }
}

/** The chosen hosts, then those where room could have been made, then the others, in the order of the reading, up to a number. */
function tellingReasons(masks: Uint32Array, idAt: (host: number) => HostId): Record<string, PlacementCode[]> {
  const rows: [HostId, PlacementCode[]][] = []
  for (const tells of [isChosen, isDearer, isOther]) {
    for (let host = 0; host < masks.length && rows.length < mostHosts; host++) {
      const mask = masks[host] as number
      if (tells(mask)) rows.push([idAt(host), codesOf(mask)])
    }
  }
  return Object.fromEntries(rows)
}

const [chosen, dearer] = [bitOf('chosen'), bitOf('dearer')]
const isChosen = (mask: number) => (mask & chosen) !== 0
const isDearer = (mask: number) => !isChosen(mask) && (mask & dearer) !== 0
const isOther = (mask: number) => !isChosen(mask) && !isDearer(mask)
