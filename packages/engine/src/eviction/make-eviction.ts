// The record of one instance that left by a decision, and when it may come back at the earliest.
//
// Back-off: after the n-th eviction within a day it waits backOff x 2^(n-1), at most the longest back-off: what is evicted
// again and again costs its owner more than it gives him. What left in vain, or for a test, comes back as soon as there is
// room. What has had its maximum run time does not come back by itself.
import type { DecisionVictim, Eviction, EvictionDecision, InstanceId, PreemptionPolicy, Verdict } from '@gleaner/model'
import { formatDurationMs } from '@gleaner/model'
import { evictionReason } from './decision-words.ts'

/** Evictions longer ago do not count for the back-off. */
export const backOffWindowMs = 86_400_000

export interface EvictionParts {
  readonly id: string
  readonly nowMs: number
  readonly hostName: string
  readonly policy: PreemptionPolicy
  /** Of the last day, of whatever instance. */
  readonly earlier: readonly Eviction[]
}

export function makeEviction(decision: EvictionDecision, victim: DecisionVictim, parts: EvictionParts): Eviction {
  const { nowMs, policy } = parts
  const times = 1 + timesEvicted(victim.instanceId, parts)
  const waitMs = Math.min(policy.longestBackOffMs, policy.backOffMs * 2 ** (times - 1))
  const waits = decision.kind === 'room' || decision.kind === 'watermark' || decision.kind === 'shrink'
  const notBeforeMs = waits ? nowMs + waitMs : nowMs
  const away = staysAway(decision, policy)
  return {
    id: parts.id,
    decisionId: decision.id,
    kind: decision.kind,
    cloudId: decision.cloudId,
    instanceId: victim.instanceId,
    name: victim.name,
    projectId: victim.projectId,
    flavor: victim.flavor,
    tags: victim.tags,
    priority: victim.priority,
    hostId: victim.hostId,
    action: victim.action,
    reason: evictionReason(decision, parts.hostName),
    toldAtMs: victim.toldAtMs,
    evictedAtMs: nowMs,
    ...(victim.runningSinceMs === undefined ? {} : { runningSinceMs: victim.runningSinceMs }),
    times,
    state: away === undefined ? 'waiting' : 'stayed-away',
    verdict: away ?? backingOff(times, notBeforeMs - nowMs),
    notBeforeMs,
    returnedAs: undefined,
    updatedAtMs: nowMs,
    vcpus: victim.vcpus,
    memoryMiB: victim.memoryMiB,
    diskGiB: victim.diskGiB,
  }
}

/** How often it was evicted within the window, under whatever id it had: what was re-created is the same to its owner. */
function timesEvicted(id: InstanceId, { earlier, nowMs }: EvictionParts): number {
  const recent = earlier.filter(({ evictedAtMs }) => evictedAtMs > nowMs - backOffWindowMs)
  let times = 0
  let known: InstanceId | undefined = id
  const seen = new Set<InstanceId>()
  while (known !== undefined && !seen.has(known)) {
    const current: InstanceId = known
    seen.add(current)
    times += recent.filter(({ instanceId }) => instanceId === current).length
    known = recent.find(({ returnedAs, instanceId }) => returnedAs === current && instanceId !== current)?.instanceId
  }
  return times
}

function staysAway({ kind }: EvictionDecision, { returns }: PreemptionPolicy): Verdict | undefined {
  if (kind === 'expiry')
    return { code: 'run-over', sentence: 'It has had its maximum run time; its owner starts it again.', facts: {} }
  if (returns) return undefined
  return { code: 'returns-off', sentence: 'Evicted instances are not brought back by themselves.', facts: {} }
}

export function backingOff(times: number, waitMs: number): Verdict {
  if (waitMs <= 0) return { code: 'no-room-yet', sentence: 'It comes back as soon as there is room.', facts: { times } }
  const often = times === 1 ? '' : ` It was evicted ${times} times within a day.`
  return {
    code: 'backing-off',
    sentence: `It waits ${formatDurationMs(waitMs)} before it comes back.${often}`,
    facts: { times, waitMs },
  }
}
