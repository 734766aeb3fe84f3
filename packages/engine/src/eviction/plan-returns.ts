// Who of the evicted comes back now. In the order of priority, then of waiting time; each only when its back-off is over and
// there is room for it with everything that is promised, those under way and those before it in this very order included, and
// with the headroom that is kept for firm instances. What was stopped, suspended or shelved is started by the plan, like
// anything else that gives back, and needs its room on the host where it rests, if it rests on one; what was deleted is made
// anew.
import {
  type ActionKind,
  type Candidate,
  endsInstance,
  type Eviction,
  formatDurationMs,
  type Host,
  type HostId,
  type Instance,
  movingStates,
  noYield,
  type RoomWish,
  targetState,
  type Verdict,
  formatSize,
} from '@gleaner/model'
import { headroomMissing } from './headroom.ts'
import { hostsNow, type TakenRoom } from './hosts-now.ts'
import { backingOff } from './make-eviction.ts'
import { planEviction } from './plan-eviction.ts'
import type { RoomWorld } from './room-world.ts'

export type Return =
  | { readonly kind: 'wait'; readonly eviction: Eviction; readonly verdict: Verdict }
  /** By the plan: a proposal to resume or start it. */
  | { readonly kind: 'wake'; readonly eviction: Eviction; readonly candidate: Candidate }
  /** Anew, on this host. */
  | { readonly kind: 'create'; readonly eviction: Eviction; readonly hostId: HostId }
  /** It is back, or will not come back. */
  | {
      readonly kind: 'ended'
      readonly eviction: Eviction
      readonly state: 'returned' | 'stayed-away'
      readonly verdict: Verdict
    }

/** Those under way count among them: a cloud is not flooded the moment it has room again. */
const mostAtOnce = 10

export function planReturns(evictions: readonly Eviction[], world: RoomWorld): readonly Return[] {
  const ordered = [...evictions].sort(
    (a, b) => b.priority - a.priority || a.evictedAtMs - b.evictedAtMs || (a.id < b.id ? -1 : 1),
  )
  const ends = new Map(ordered.map((eviction) => [eviction.id, endOf(eviction, world)]))
  const underWay = ordered.filter(({ id, state }) => state === 'returning' && ends.get(id) === undefined)
  const taken = roomOnTheWay(underWay, world)
  const results: Return[] = []
  let under = underWay.length
  for (const eviction of ordered) {
    const ended = ends.get(eviction.id)
    if (ended !== undefined) {
      results.push(ended)
      continue
    }
    const waits = mustWait(eviction, world) ?? (under >= mostAtOnce ? crowded : undefined)
    const hostId = waits === undefined ? hostFor(eviction, world, taken) : undefined
    if (waits !== undefined || hostId === undefined) {
      results.push({ kind: 'wait', eviction, verdict: waits ?? noRoom(eviction, world) })
      continue
    }
    under++
    taken.push(roomOn(hostId, eviction))
    results.push(
      endsInstance(eviction.action)
        ? { kind: 'create', eviction, hostId }
        : {
            kind: 'wake',
            eviction,
            candidate: wakeCandidate(eviction, world.snapshot.instanceById.get(eviction.instanceId)),
          },
    )
  }
  return results
}

/**
 * A host that is out of the reading may come back with what rests on it: it was taken out of the configuration, or registers
 * anew. After a week it is taken for gone.
 */
export const absentHostLifeMs = 7 * 86_400_000

/** What the reading says of it: it runs again, or is gone although it was not deleted. */
function endOf(eviction: Eviction, { snapshot, nowMs }: RoomWorld): Return | undefined {
  const now = snapshot.instanceById.get(eviction.returnedAs ?? eviction.instanceId)
  const isNew = snapshot.takenAtMs > eviction.updatedAtMs
  if (endsInstance(eviction.action) && eviction.returnedAs === undefined) return undefined
  if (now === undefined) {
    if (!isNew) return undefined
    if (isWithItsHost(eviction, snapshot)) {
      const sinceMs = eviction.verdict.code === 'host-awaited' ? eviction.updatedAtMs : nowMs
      if (nowMs - sinceMs < absentHostLifeMs) return undefined
      const absent = `${eviction.hostId}, where it rested, is out of the reading for ${formatDurationMs(absentHostLifeMs)}`
      return ended(eviction, 'stayed-away', `${eviction.name} is no longer there: ${absent}.`)
    }
    return ended(eviction, 'stayed-away', `${eviction.name} is no longer there.`)
  }
  if (now.state === 'running' && isNew) {
    const verdict: Verdict = { code: 'came-back', sentence: `${eviction.name} runs again.`, facts: {} }
    return { kind: 'ended', eviction, state: 'returned', verdict }
  }
  const resting = targetState[eviction.action]
  if (!isNew || now.state === resting || movingStates.includes(now.state)) return undefined
  const why = eviction.returnedAs === undefined ? 'somebody acted on it' : `it was made anew as ${eviction.returnedAs}`
  return ended(eviction, 'stayed-away', `${eviction.name} is ${now.state} by now: ${why}.`)
}

function ended(eviction: Eviction, state: 'stayed-away', sentence: string): Return {
  return { kind: 'ended', eviction, state, verdict: { code: 'return-ended', sentence, facts: {} } }
}

function mustWait(eviction: Eviction, { nowMs, preemption, snapshot }: RoomWorld): Verdict | undefined {
  if (!preemption.returns)
    return { code: 'returns-off', sentence: 'Evicted instances are not brought back by themselves.', facts: {} }
  if (eviction.state === 'returning')
    return { code: 'in-flight', sentence: `${eviction.name} is on its way back.`, facts: {} }
  if (nowMs < eviction.notBeforeMs) return backingOff(eviction.times, eviction.notBeforeMs - nowMs)
  const awaited = hostAwaited(eviction, snapshot)
  if (awaited !== undefined) return awaited
  const now = snapshot.instanceById.get(eviction.instanceId)
  if (now !== undefined && movingStates.includes(now.state))
    return { code: 'in-flight', sentence: `${eviction.name} is ${now.state}.`, facts: { state: now.state } }
  return undefined
}

/** Neither it nor the host where it rests is in the reading: where the one is the other may be. */
function isWithItsHost({ action, returnedAs, hostId, instanceId }: Eviction, snapshot: RoomWorld['snapshot']): boolean {
  if (endsInstance(action) || action === 'shelve' || returnedAs !== undefined) return false
  return !snapshot.instanceById.has(instanceId) && !snapshot.hostById.has(hostId)
}

/** It rests on a host and starts there and nowhere else: what keeps that host from taking it. */
function hostAwaited(eviction: Eviction, snapshot: RoomWorld['snapshot']): Verdict | undefined {
  const hostId = isWithItsHost(eviction, snapshot) ? eviction.hostId : restsOn(eviction, snapshot)
  if (hostId === undefined) return undefined
  const host = snapshot.hostById.get(hostId)
  if (host?.state === 'up') return undefined
  const is = host === undefined ? 'is not in the reading' : stateWords[host.state]
  return {
    code: 'host-awaited',
    sentence: `${host?.name ?? hostId}, where ${eviction.name} rests, ${is}; it comes back when that host takes instances again.`,
    facts: { host: hostId, state: host?.state ?? null },
  }
}

const stateWords: Readonly<Record<Exclude<Host['state'], 'up'>, string>> = {
  down: 'is down',
  disabled: 'is closed',
  maintenance: 'is in maintenance',
  asleep: 'sleeps',
  unknown: 'is in an unknown state',
}

/** What those under way will have where the reading does not show them yet: on the host where they rest, else where they fit. */
function roomOnTheWay(underWay: readonly Eviction[], world: RoomWorld): TakenRoom[] {
  const taken: TakenRoom[] = []
  for (const eviction of underWay) {
    const now = world.snapshot.instanceById.get(eviction.returnedAs ?? eviction.instanceId)
    if (now?.hostId !== undefined && now.state !== targetState[eviction.action]) continue
    const hostId = placeFor(eviction, world, taken)
    if (hostId !== undefined) taken.push(roomOn(hostId, eviction))
  }
  return taken
}

function hostFor(eviction: Eviction, world: RoomWorld, taken: readonly TakenRoom[]): HostId | undefined {
  const hostId = placeFor(eviction, world, taken)
  if (hostId === undefined) return undefined
  const { watermark } = world.preemption
  if (!(watermark > 0)) return hostId
  const { hosts } = hostsNow({ world, action: undefined, taken: [...taken, roomOn(hostId, eviction)] })
  return headroomMissing(hosts, watermark) === undefined ? hostId : undefined
}

function placeFor(eviction: Eviction, world: RoomWorld, taken: readonly TakenRoom[]): HostId | undefined {
  const plan = planEviction({
    world,
    wish: wishOf(eviction, restsOn(eviction, world.snapshot)),
    mayEvict: false,
    taken,
  })
  return plan.feasible ? plan.placements[0]?.hostId : undefined
}

/** The host that keeps it: it starts there and nowhere else. */
function restsOn({ action, instanceId }: Eviction, snapshot: RoomWorld['snapshot']): HostId | undefined {
  return endsInstance(action) ? undefined : snapshot.instanceById.get(instanceId)?.hostId
}

function roomOn(hostId: HostId, { vcpus, memoryMiB, diskGiB }: Eviction): TakenRoom {
  return { hostId, vcpus, memoryMiB, diskGiB }
}

function wishOf(eviction: Eviction, hostId: HostId | undefined): RoomWish {
  return {
    projectId: eviction.projectId,
    name: eviction.name,
    flavor: eviction.flavor,
    firmness: 'preemptible',
    count: 1,
    hints: hostId === undefined ? {} : { onHosts: [hostId] },
    vcpus: eviction.vcpus,
    memoryMiB: eviction.memoryMiB,
    diskGiB: eviction.diskGiB,
  }
}

const crowded: Verdict = {
  code: 'no-room-yet',
  sentence: `${mostAtOnce} others are on their way back; it is its turn after them.`,
  facts: {},
}

function noRoom(eviction: Eviction, world: RoomWorld): Verdict {
  const { name, vcpus, memoryMiB } = eviction
  const hostId = restsOn(eviction, world.snapshot)
  const where =
    hostId === undefined ? 'No host' : `${world.snapshot.hostById.get(hostId)?.name ?? hostId}, where it rests,`
  return {
    code: 'no-room-yet',
    sentence: `${where} has ${hostId === undefined ? '' : 'no '}room for ${name} again (${formatSize(eviction)}).`,
    facts: { vcpus, memoryMiB },
  }
}

const wakes: Readonly<Partial<Record<ActionKind, 'start' | 'resume'>>> = { suspend: 'resume', pause: 'resume' }

function wakeCandidate(eviction: Eviction, instance: Instance | undefined): Candidate {
  return {
    capability: 'preemption',
    // A test is a person's own wish, in every mode, and its end belongs to it.
    claim: eviction.kind === 'test' ? 'command' : 'lending',
    action: wakes[eviction.action] ?? 'start',
    setting: undefined,
    instanceId: eviction.instanceId,
    projectId: eviction.projectId,
    hostId: instance?.hostId,
    cause: 'room again',
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: eviction.priority,
    graceMs: 0,
    reason: {
      code: 'room-again',
      sentence: `${eviction.name} was evicted (${eviction.reason.sentence}) and there is room for it again.`,
      facts: { eviction: eviction.id, evictedAtMs: eviction.evictedAtMs, times: eviction.times },
    },
    gives: noYield,
  }
}
