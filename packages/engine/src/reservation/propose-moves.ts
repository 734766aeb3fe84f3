// Firm instances move away, running, from a whole host on which a lease of another project begins soon, or has begun: each to a
// host that has room for it as it is now and is promised to nobody where there is such a host. Nobody is evicted for a move. A target
// that was chosen before is kept while it has the room. What failed a short while ago is not tried again at once.
import {
  type Candidate,
  type Host,
  type HostId,
  type Instance,
  type InstanceId,
  type JournalEntry,
  noYield,
  type Proposal,
  type RoomWish,
  type Verdict,
  formatSize,
} from '@gleaner/model'
import type { TakenRoom } from '../eviction/hosts-now.ts'
import { roomUnderWay, sizesOf, wishToMove } from '../eviction/moving-room.ts'
import { planEviction } from '../eviction/plan-eviction.ts'
import type { HostLease, RoomWorld } from '../eviction/room-world.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../plan/capability-answer.ts'
import { isoTime } from '../text/iso-time.ts'
import { strangersOn } from './strangers-on.ts'

export interface MovesQuestion {
  /** With what is promised on hosts; whoever places looks at the same. */
  readonly world: RoomWorld
  readonly makeRoomMs: number
  readonly journal: readonly JournalEntry[]
  /** Every open proposal. */
  readonly proposals: readonly Proposal[]
}

/** Whatever kept it from moving may have passed by then. */
export const moveRestMs = 600_000

const cause = 'reserved host'

export function proposeMoves(question: MovesQuestion): CapabilityAnswer {
  const { world, makeRoomMs, journal } = question
  const candidates: Candidate[] = []
  const refused: Refused[] = []
  const reasons: ReasonCounts = {}
  const taken = [...roomUnderWay(journal, world.snapshot)]
  const resting = restingOf(journal, world.nowMs)
  for (const [hostId, lease] of world.promisedTo ?? []) {
    const host = world.snapshot.hostById.get(hostId)
    if (host === undefined || lease.startMs > world.nowMs + makeRoomMs) continue
    for (const instance of movable(host, lease, world)) {
      if (resting.has(instance.id)) continue
      const to = targetOf(instance, { question, taken })
      if (to === undefined) {
        const verdict = noHost(instance, host)
        refused.push({ instanceId: instance.id, hostId, action: 'migrate', cause, verdict })
        countReason(reasons, verdict.code)
        continue
      }
      taken.push({ ...sizesOf(instance), hostId: to.id })
      const candidate = candidateOf(instance, { host, to, lease, world })
      candidates.push(candidate)
      countReason(reasons, candidate.reason.code)
    }
  }
  return { candidates, refused, reasons }
}

/** Largest first: what needs most room finds the least of it. */
function movable(host: Host, { projectId }: HostLease, { snapshot, support }: RoomWorld): readonly Instance[] {
  if (support?.has('migrate') !== true) return []
  return strangersOn(host, { snapshot, support, projectId })
    .filter(({ firmness, state }) => firmness === 'firm' && state === 'running')
    .sort((a, b) => b.memoryMiB - a.memoryMiB || (a.id < b.id ? -1 : 1))
}

function restingOf(journal: readonly JournalEntry[], nowMs: number): ReadonlySet<InstanceId> {
  const resting = new Set<InstanceId>()
  for (const { action, instanceId, state, finishedAtMs } of journal) {
    if (action !== 'migrate' || instanceId === undefined) continue
    const isRecent = finishedAtMs === undefined || finishedAtMs > nowMs - moveRestMs
    if (state !== 'done' && isRecent) resting.add(instanceId)
  }
  return resting
}

function targetOf(
  instance: Instance,
  { question, taken }: { readonly question: MovesQuestion; readonly taken: readonly TakenRoom[] },
): Host | undefined {
  const { world, proposals } = question
  const before = proposals.find(({ instanceId, action }) => instanceId === instance.id && action === 'migrate')
  const kept = before?.setting?.toHostId
  const promised = [...(world.promisedTo ?? [])].filter(([, { projectId }]) => projectId !== instance.projectId)
  const avoided = [...promised.map(([id]) => id), ...own(instance)]
  const hints: readonly RoomWish['hints'][] = [
    ...(kept === undefined ? [] : [{ onHosts: [kept], notOnHosts: own(instance) }]),
    { notOnHosts: avoided },
    { notOnHosts: own(instance) },
  ]
  for (const each of hints) {
    const wish = wishToMove(instance, each)
    const plan = planEviction({ world, wish, mayEvict: false, taken })
    const [placement] = plan.placements
    if (plan.feasible && placement !== undefined) return world.snapshot.hostById.get(placement.hostId)
  }
  return undefined
}

function own({ hostId }: Instance): readonly HostId[] {
  return hostId === undefined ? [] : [hostId]
}

function candidateOf(
  { id, name, projectId }: Instance,
  {
    host,
    to,
    lease,
    world,
  }: { readonly host: Host; readonly to: Host; readonly lease: HostLease; readonly world: RoomWorld },
): Candidate {
  const from = lease.startMs <= world.nowMs ? 'since' : 'from'
  return {
    capability: 'reservations',
    claim: 'pending-lease',
    action: 'migrate',
    setting: { toHostId: to.id },
    instanceId: id,
    projectId,
    hostId: host.id,
    cause,
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: 0,
    reason: {
      code: 'moved-for-lease',
      sentence: `${host.name} is reserved for another project ${from} ${isoTime(lease.startMs)}; ${name} moves to ${to.name} and runs on.`,
      facts: { host: host.name, to: to.name, startMs: lease.startMs },
    },
    gives: noYield,
  }
}

function noHost({ name, vcpus, memoryMiB }: Instance, host: Host): Verdict {
  return {
    code: 'no-host-to-move-to',
    sentence: `${host.name} is reserved for another project, and no other host has room for ${name} (${formatSize({ vcpus, memoryMiB })}).`,
    facts: { host: host.name, vcpus, memoryMiB },
  }
}
