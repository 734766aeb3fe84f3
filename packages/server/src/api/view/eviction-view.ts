// An eviction as the API shows it: names beside ids, times as text.
import type { Eviction, EvictionView } from '@gleaner/model'
import { only } from './only.ts'
import { timeText } from './time-text.ts'
import { verdictView } from './verdict-view.ts'
import type { WorldIndex } from './world-index.ts'

export function evictionView(eviction: Eviction, world: WorldIndex): EvictionView {
  return {
    id: eviction.id,
    decisionId: eviction.decisionId,
    kind: eviction.kind,
    instanceId: eviction.instanceId,
    instance: eviction.name,
    project: world.projectName(eviction.projectId),
    host: world.hostName(eviction.hostId) ?? eviction.hostId,
    action: eviction.action,
    reason: verdictView(eviction.reason),
    ...only('toldAt', eviction.toldAtMs === undefined ? undefined : timeText(eviction.toldAtMs)),
    evictedAt: timeText(eviction.evictedAtMs),
    times: eviction.times,
    priority: eviction.priority,
    state: eviction.state,
    verdict: verdictView(eviction.verdict),
    notBefore: timeText(eviction.notBeforeMs),
    ...only('returnedAs', eviction.returnedAs),
  }
}
