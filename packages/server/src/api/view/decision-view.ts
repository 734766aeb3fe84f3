// A decision to evict as the API shows it. A caller who sees only some projects is told of their victims alone; what stands
// behind the others is nobody's business.
import {
  type DecisionView,
  type EvictionDecision,
  type HostId,
  type PlacementCode,
  reasonCodes,
  type VerdictView,
} from '@gleaner/model'
import type { Visibility } from '../../auth/visibility.ts'
import { only } from './only.ts'
import { timeText } from './time-text.ts'
import { verdictView } from './verdict-view.ts'
import type { WorldIndex } from './world-index.ts'

/** Whether anything of it is the caller's. */
export function seesDecision({ wish, victims }: EvictionDecision, sight: Visibility): boolean {
  return sight.all || sight.sees(wish?.projectId) || victims.some(({ projectId }) => sight.sees(projectId))
}

export function decisionView(decision: EvictionDecision, world: WorldIndex, sight: Visibility): DecisionView {
  const { wish } = decision
  const shownWish = wish !== undefined && sight.sees(wish.projectId) ? wish : undefined
  return {
    id: decision.id,
    kind: decision.kind,
    cloud: decision.cloudId,
    state: decision.state,
    mode: decision.mode,
    by: isWhole(decision, sight) ? decision.by : 'somebody',
    createdAt: timeText(decision.createdAtMs),
    updatedAt: timeText(decision.updatedAtMs),
    verdict: shownVerdict(decision, sight),
    ...only('wish', shownWish && wishView(shownWish, world)),
    placements: decision.placements.map(({ index, hostId }) => ({ index, host: nameOf(hostId, world) })),
    victims: decision.victims
      .filter(({ projectId }) => sight.sees(projectId))
      .map((victim) => victimView(victim, world)),
    objective: decision.objective,
    cost: decision.cost,
    attempt: decision.attempt,
    hosts: sight.all
      ? Object.entries(decision.hostReasons).map(([id, codes]) => ({
          host: nameOf(id as HostId, world),
          codes: [...codes],
        }))
      : [],
    reasons: Object.entries(decision.reasons)
      .map(([code, hosts]) => ({ code: code as PlacementCode, hosts }))
      .sort((a, b) => b.hosts - a.hosts),
    unblock: shownWish === undefined ? [] : [...decision.unblock],
    ...only('heldUntil', decision.heldUntilMs === undefined ? undefined : timeText(decision.heldUntilMs)),
    ...only('madeAs', shownWish === undefined ? undefined : decision.recreation?.newId),
    steps: sight.all
      ? decision.steps.map(({ atMs, what, outcome }) => ({ at: timeText(atMs), what, ...only('outcome', outcome) }))
      : [],
  }
}

/** Sentences name whom it is for and who leaves: who may not see all of these is told what the code means. */
function shownVerdict(decision: EvictionDecision, sight: Visibility): VerdictView {
  const { verdict } = decision
  if (isWhole(decision, sight)) return verdictView(verdict)
  return { code: verdict.code, sentence: reasonCodes[verdict.code], facts: {} }
}

function isWhole({ wish, victims }: EvictionDecision, sight: Visibility): boolean {
  if (sight.all) return true
  return (wish === undefined || sight.sees(wish.projectId)) && victims.every(({ projectId }) => sight.sees(projectId))
}

function wishView(wish: NonNullable<EvictionDecision['wish']>, world: WorldIndex): NonNullable<DecisionView['wish']> {
  const { name, projectId, flavor, count, vcpus, memoryMiB, diskGiB } = wish
  return { name, project: world.projectName(projectId), ...only('flavor', flavor), count, vcpus, memoryMiB, diskGiB }
}

function victimView(victim: EvictionDecision['victims'][number], world: WorldIndex): DecisionView['victims'][number] {
  return {
    instanceId: victim.instanceId,
    instance: victim.name,
    project: world.projectName(victim.projectId),
    host: nameOf(victim.hostId, world),
    action: victim.action,
    notice: victim.noticeMs / 1000,
    state: victim.state,
    ...only('toldAt', victim.toldAtMs === undefined ? undefined : timeText(victim.toldAtMs)),
    ...only('leftAt', victim.leftAtMs === undefined ? undefined : timeText(victim.leftAtMs)),
    ...only('outcome', victim.outcome),
  }
}

function nameOf(id: HostId, world: WorldIndex): string {
  return world.hostName(id) ?? id
}
