// An instance that was stopped for a firm one an hour ago and waits to come back, for tests.
import type { Eviction } from '@gleaner/model'
import { anInstance, aVerdict, testStartMs } from '@gleaner/testkit'

export function anEviction(overrides: Partial<Eviction> = {}): Eviction {
  const name = overrides.name ?? 'batch-1'
  const { id, cloudId, projectId, flavor, tags, vcpus, memoryMiB, diskGiB } = anInstance({ name })
  const evictedAtMs = overrides.evictedAtMs ?? testStartMs - 3_600_000
  return {
    id: `evi_${name}`,
    decisionId: 'dec_1',
    kind: 'room',
    cloudId,
    instanceId: id,
    name,
    projectId,
    flavor,
    tags,
    priority: 0,
    hostId: 'test:h1' as Eviction['hostId'],
    action: 'stop',
    reason: aVerdict({ code: 'needed-for-firm', sentence: 'big is firm.' }),
    toldAtMs: evictedAtMs - 120_000,
    evictedAtMs,
    times: 1,
    state: 'waiting',
    verdict: aVerdict({ code: 'backing-off', sentence: 'It waits 5m before it comes back.' }),
    notBeforeMs: evictedAtMs + 300_000,
    returnedAs: undefined,
    updatedAtMs: evictedAtMs,
    vcpus,
    memoryMiB,
    diskGiB,
    ...overrides,
  }
}
