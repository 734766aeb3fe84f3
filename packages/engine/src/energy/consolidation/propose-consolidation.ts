// Running instances move together, so that hosts become empty and sleep: off hosts that run little and whose instances all have
// room elsewhere, and off hosts that are about to be overloaded. Which ones, and where to, a consolidation policy says by what is
// used (fleet-view.ts); here stands what of that becomes a proposal:
//
// - a host is emptied wholly or not at all: nothing is won by a half. Nobody moves from it unless there is room for everybody, by
//   what is sold and promised as well as by what is used;
// - at most hostsAtOnce hosts are emptied and movesAtOnce instances are on their way; what was begun goes on first, to the hosts
//   that were chosen before while these have the room;
// - who moved, or should have and could not, rests; who is protected, kept, opted out or wanted by others stays (the gate's own
//   checks, asked beforehand): as long as he stays, so does everybody on that host.
//
// The rest and the gap between the shares of the policy keep anybody from going to and fro. Leaves to others: modes, approval,
// confirmations and budgets (the gate); closing and sleep of what has become empty (plan-power.ts).
import {
  type Candidate,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  type Mode,
  noYield,
  type Proposal,
  type ReasonCode,
  type Verdict,
  formatSize,
} from '@gleaner/model'
import type { TakenRoom } from '../../eviction/hosts-now.ts'
import { roomUnderWay, sizesOf, wishToMove } from '../../eviction/moving-room.ts'
import { planEviction } from '../../eviction/plan-eviction.ts'
import { gateStep, standsAgainst } from '../../gate/gate.ts'
import { isOpenEntry } from '../../people/journal-entry.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../../plan/capability-answer.ts'
import { FleetDraft } from '../fleet-draft.ts'
import type { ConsolidationPolicy } from '../fleet-view.ts'
import { type FleetQuestion, type LiveFleet, liveFleet, movesUnderWay } from './live-fleet.ts'

export interface ConsolidationQuestion extends Omit<FleetQuestion, 'staysFor'> {
  readonly policy: ConsolidationPolicy
  readonly mode: Mode
  /** Every open proposal. */
  readonly proposals: readonly Proposal[]
  /** Of whom something else is wanted by what may act. */
  readonly wanted: ReadonlySet<InstanceId>
}

export interface ConsolidationAnswer extends CapabilityAnswer {
  /** What consolidation says of hosts: that they are emptied, or why they are left alone. */
  readonly ofHosts: ReadonlyMap<HostId, Verdict>
}

export const consolidationCause = 'consolidation'

/** Whatever kept it from moving may have passed by then. */
const failedRestMs = 600_000
/** A host that was chosen before is kept while it is filled no further than this. */
const keptShare = 0.95

export function proposeConsolidation(question: ConsolidationQuestion): ConsolidationAnswer {
  const { world, journal } = question
  const draft: Draft = { candidates: [], refused: [], reasons: {}, ofHosts: new Map() }
  if (world.support?.has('migrate') !== true) return draft
  const resting = restingOf(question)
  const staysFor = (instance: Instance) => {
    const { id, name } = instance
    if (question.wanted.has(id)) return say('outranked', `Something else is wanted of ${name}, and goes first.`)
    if (resting.has(id)) return say('cool-down', `${name} was moved, or was to be, a short while ago.`)
    return standsAgainst(gateStep(question.gate, probe(instance, question.mode)))
  }
  const fleet = liveFleet({ ...question, staysFor })
  for (const [hostId, verdict] of fleet.leftAlone) tell(draft, hostId, verdict)
  const underWay = [...movesUnderWay(journal).keys()].filter((id) => world.snapshot.instanceById.has(id))
  const work: Work = {
    question,
    fleet,
    paper: new FleetDraft(fleet.view),
    taken: [...roomUnderWay(journal, world.snapshot)],
    standing: standingOf(question),
    left: question.options.movesAtOnce - underWay.length,
  }
  const { relieved, emptied } = groupsOf(work)
  for (const group of relieved) takeGroup(draft, work, group)
  let hostsLeft = question.options.hostsAtOnce
  for (const group of emptied) if (hostsLeft > 0 && takeGroup(draft, work, group)) hostsLeft--
  tellWhoStays(draft, fleet)
  return draft
}

/** Of hosts that would sleep if they were empty, and cannot be emptied for somebody on them. */
function tellWhoStays({ ofHosts }: Draft, { view, hosts, stays }: LiveFleet): void {
  for (const [nth, verdict] of stays.entries()) {
    const at = view.hostOf[nth] as number
    const host = hosts[at] as Host
    if (verdict === undefined || ofHosts.has(host.id) || view.limits?.mayEmpty(at) !== true) continue
    ofHosts.set(host.id, {
      ...verdict,
      sentence: `Only if all on it moved, ${host.name} could sleep. ${verdict.sentence}`,
    })
  }
}

interface Draft extends ConsolidationAnswer {
  readonly candidates: Candidate[]
  readonly refused: Refused[]
  readonly reasons: ReasonCounts
  readonly ofHosts: Map<HostId, Verdict>
}

interface Work {
  readonly question: ConsolidationQuestion
  readonly fleet: LiveFleet
  /** The fleet with what is proposed so far. */
  readonly paper: FleetDraft
  readonly taken: TakenRoom[]
  /** Where to those shall move of whom that is proposed already. */
  readonly standing: ReadonlyMap<InstanceId, HostId>
  /** So many more may be on their way. */
  left: number
}

/** Who leaves one host, and where to by the policy. */
interface Group {
  readonly from: number
  readonly empties: boolean
  readonly moves: readonly { readonly instance: number; readonly to: number }[]
}

function groupsOf({ question, fleet, paper, standing }: Work): {
  readonly relieved: readonly Group[]
  readonly emptied: readonly Group[]
} {
  const { view, instances, hosts } = fleet
  const bySource = new Map<number, { instance: number; to: number }[]>()
  for (const move of question.policy.decide(view)) {
    const from = view.hostOf[move.instance] as number
    const group = bySource.get(from)
    if (group === undefined) bySource.set(from, [move])
    else group.push(move)
  }
  const memory = (instance: number) => view.instances.memoryMiB[instance] as number
  const groups = [...bySource].map(
    ([from, moves]): Group => ({
      from,
      empties: moves.length === paper.membersOf(from).length,
      moves: moves.toSorted((a, b) => memory(b.instance) - memory(a.instance) || a.instance - b.instance),
    }),
  )
  const isBegun = ({ moves }: Group) => moves.some(({ instance }) => standing.has((instances[instance] as Instance).id))
  const name = ({ from }: Group) => (hosts[from] as Host).name
  groups.sort(
    (a, b) =>
      Number(isBegun(b)) - Number(isBegun(a)) || a.moves.length - b.moves.length || (name(a) < name(b) ? -1 : 1),
  )
  return { relieved: groups.filter(({ empties }) => !empties), emptied: groups.filter(({ empties }) => empties) }
}

/** True when it is, or goes on being, emptied. */
function takeGroup(draft: Draft, work: Work, group: Group): boolean {
  const { fleet, paper, question, standing } = work
  const host = fleet.hosts[group.from] as Host
  // Somebody was sent there meanwhile.
  if (group.empties && paper.membersOf(group.from).length !== group.moves.length) return false
  const found: { readonly instance: number; readonly to: number }[] = []
  const takenBefore = work.taken.length
  for (const move of group.moves) {
    const to = targetOf(move, work, group)
    if (to !== undefined) {
      paper.move(move.instance, to)
      found.push({ instance: move.instance, to })
      work.taken.push({ ...sizesOf(fleet.instances[move.instance] as Instance), hostId: (fleet.hosts[to] as Host).id })
      continue
    }
    const verdict = noHost(fleet.instances[move.instance] as Instance, host, group)
    refuse(draft, fleet.instances[move.instance] as Instance, verdict)
    draft.ofHosts.set(host.id, verdict)
    if (!group.empties) continue
    for (const { instance } of found) paper.move(instance, group.from)
    work.taken.length = takenBefore
    return false
  }
  const isBegun = ({ instance }: { readonly instance: number }) =>
    standing.has((fleet.instances[instance] as Instance).id)
  const inOrder = [...found.filter(isBegun), ...found.filter((each) => !isBegun(each))]
  const reason = reasonOf(host, work, group)
  if (found.length > 0) draft.ofHosts.set(host.id, reason(undefined))
  for (const { instance, to } of inOrder) {
    if (work.left <= 0) break
    work.left--
    const candidate = candidateOf(fleet.instances[instance] as Instance, {
      host,
      to: fleet.hosts[to],
      mode: question.mode,
      reason: reason({ instance: fleet.instances[instance] as Instance, to: fleet.hosts[to] as Host }),
    })
    draft.candidates.push(candidate)
    countReason(draft.reasons, candidate.reason.code)
  }
  return found.length > 0
}

/** Where it should go already, else where the policy says, if there is room by all that is sold and promised. */
function targetOf({ instance, to }: Group['moves'][number], work: Work, group: Group): number | undefined {
  const { fleet, paper, standing } = work
  const { hosts, instances, view } = fleet
  const moved = instances[instance] as Instance
  const keptId = standing.get(moved.id)
  const kept = keptId === undefined ? -1 : hosts.findIndex(({ id }) => id === keptId)
  const isKept =
    kept >= 0 &&
    kept !== group.from &&
    paper.membersOf(kept).length > 0 &&
    paper.fits(instance, kept) &&
    (paper.load[kept] as number) + (view.demand[instance] as number) <=
      keptShare * (view.hosts.capacity[kept] as number)
  for (const target of isKept ? [kept, to] : [to])
    if (paper.fits(instance, target) && hasRoom(moved, hosts[target] as Host, work)) return target
  return undefined
}

function hasRoom(instance: Instance, to: Host, { question, taken }: Work): boolean {
  const wish = wishToMove(instance, { onHosts: [to.id] })
  const plan = planEviction({ world: question.world, wish, mayEvict: false, taken })
  return plan.feasible && plan.placements[0]?.hostId === to.id
}

function restingOf({ journal, options, world }: ConsolidationQuestion): ReadonlySet<InstanceId> {
  const resting = new Set<InstanceId>()
  for (const entry of journal) {
    if (entry.action !== 'migrate' || entry.instanceId === undefined) continue
    const restMs = entry.state === 'done' ? options.restMs : failedRestMs
    const endMs = entry.finishedAtMs ?? Number.POSITIVE_INFINITY
    if (isOpenEntry(entry) || endMs > world.nowMs - restMs) resting.add(entry.instanceId)
  }
  return resting
}

function standingOf({ proposals }: ConsolidationQuestion): ReadonlyMap<InstanceId, HostId> {
  const standing = new Map<InstanceId, HostId>()
  for (const { instanceId, action, capability, setting } of proposals)
    if (action === 'migrate' && capability === 'energy' && instanceId !== undefined && setting?.toHostId !== undefined)
      standing.set(instanceId, setting.toHostId)
  return standing
}

function candidateOf(
  { id, projectId }: Instance,
  {
    host,
    to,
    mode,
    reason,
  }: { readonly host: Pick<Host, 'id'>; readonly to: Host | undefined; readonly mode: Mode; readonly reason: Verdict },
): Candidate {
  return {
    capability: 'energy',
    claim: 'energy',
    action: 'migrate',
    setting: to === undefined ? undefined : { toHostId: to.id },
    instanceId: id,
    projectId,
    hostId: host.id,
    cause: consolidationCause,
    ruleId: undefined,
    ruleRevision: undefined,
    mode,
    priority: 0,
    graceMs: 0,
    reason,
    gives: noYield,
  }
}

/** What the gate is asked about before it is known where to. */
function probe(instance: Instance, mode: Mode): Proposal {
  const reason: Verdict = { code: 'host-emptied', sentence: '', facts: {} }
  const host = { id: instance.hostId as HostId }
  return {
    ...candidateOf(instance, { host, to: undefined, mode, reason }),
    id: '',
    state: 'confirming',
    verdict: reason,
    confirmations: 0,
    createdAtMs: 0,
    updatedAtMs: 0,
    noticeAtMs: undefined,
    dueAtMs: undefined,
    approvedBy: undefined,
    confirmedVersion: 0,
    confirmedAtMs: 0,
  }
}

/** Of the host as a whole, or of one who leaves it. */
function reasonOf(
  host: Host,
  { fleet, question }: Work,
  { from, empties, moves }: Group,
): (move: { readonly instance: Instance; readonly to: Host } | undefined) => Verdict {
  const { view } = fleet
  const capacityCores = view.hosts.capacity[from] as number
  let used = 0
  for (let nth = 0; nth < view.instances.count; nth++) if (view.hostOf[nth] === from) used += view.demand[nth] as number
  const usedCores = Math.round(used * 100) / 100
  const savesW = Math.round((host.idlePowerW ?? question.power.idlePowerW) - question.power.sleepPowerW)
  const load = `${host.name} uses ${usedCores} of ${Math.round(capacityCores * 100) / 100} cores`
  const facts = { host: host.name, usedCores, capacityCores, policy: question.policy.name }
  const count = moves.length
  return (move) => {
    const who = move === undefined ? '' : ` ${move.instance.name} moves to ${move.to.name} and runs on.`
    const to = move === undefined ? {} : { to: move.to.name }
    if (empties) {
      const rest = count === 1 ? 'its only instance has' : `its ${count} instances have`
      const sentence = `${load}, and ${rest} room elsewhere; empty, it can sleep, which saves about ${savesW} W.${who}`
      return { code: 'host-emptied', sentence, facts: { ...facts, ...to, instances: count, savesW } }
    }
    return {
      code: 'host-overloaded',
      sentence: `${load}: it may soon be too little.${who}`,
      facts: { ...facts, ...to },
    }
  }
}

function noHost({ name, vcpus, memoryMiB }: Instance, host: Host, { empties }: Group): Verdict {
  const why = empties ? `${host.name} could be emptied` : `${host.name} may soon be overloaded`
  return {
    code: 'no-host-to-move-to',
    sentence: `${why}, but where ${name} (${formatSize({ vcpus, memoryMiB })}) would move to there is no room by what is sold and promised.`,
    facts: { host: host.name, vcpus, memoryMiB },
  }
}

function say(code: ReasonCode, sentence: string): Verdict {
  return { code, sentence, facts: {} }
}

function tell(draft: Draft, hostId: HostId, verdict: Verdict): void {
  draft.ofHosts.set(hostId, verdict)
  countReason(draft.reasons, verdict.code)
}

function refuse(draft: Draft, { id, hostId }: Instance, verdict: Verdict): void {
  countReason(draft.reasons, verdict.code)
  draft.refused.push({ instanceId: id, hostId, action: 'migrate', cause: consolidationCause, verdict })
}
