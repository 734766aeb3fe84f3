// One valid object of each kind, with plain defaults that a test overrides where it matters to the test. Ids follow the
// names, so that two objects of different names never collide and a reader sees at once who is who.
import type {
  CloudSnapshot,
  Hold,
  Host,
  Instance,
  Inventory,
  JournalEntry,
  OnInstance,
  Project,
  Proposal,
  Rule,
  SampleBatch,
  Verdict,
} from '@gleaner/model'
import { cloudId, emptyBatch, hostId, instanceId, type Metric, metrics, noYield, projectId } from '@gleaner/model'

/** The cloud everything belongs to unless told otherwise. */
export const testCloud = cloudId('test')

/** Monday, 2 June 2025, 08:00 UTC: the moment a virtual clock starts at. */
export const testStartMs = Date.UTC(2025, 5, 2, 8)

const dayMs = 86_400_000

export function aHost(overrides: Partial<Host> = {}): Host {
  const cloud = overrides.cloudId ?? testCloud
  const name = overrides.name ?? 'hv-1'
  return {
    id: hostId(cloud, name),
    cloudId: cloud,
    name,
    kind: 'hypervisor',
    state: 'up',
    cores: 16,
    memoryMiB: 65_536,
    diskGiB: 1000,
    reservedCores: 1,
    reservedMemoryMiB: 2048,
    coreRatio: 2,
    memoryRatio: 1,
    idlePowerW: 90,
    fullPowerW: 240,
    ...overrides,
  }
}

export function aProject(overrides: Partial<Project> = {}): Project {
  const cloud = overrides.cloudId ?? testCloud
  const name = overrides.name ?? 'web-shop'
  return { id: projectId(cloud, name), cloudId: cloud, name, ...overrides }
}

/** A firm, unprotected instance that has been running for a day. */
export function anInstance(overrides: Partial<Instance> = {}): Instance {
  const cloud = overrides.cloudId ?? testCloud
  const name = overrides.name ?? 'web-1'
  return {
    id: instanceId(cloud, name),
    cloudId: cloud,
    name,
    projectId: aProject({ cloudId: cloud }).id,
    hostId: aHost({ cloudId: cloud }).id,
    flavor: 'medium',
    state: 'running',
    stateSinceMs: testStartMs - dayMs,
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    createdAtMs: testStartMs - 30 * dayMs,
    firmness: 'firm',
    tags: [],
    protectedBy: undefined,
    ...overrides,
  }
}

/** A complete inventory of the instances, with one host and project of the default names. */
export function anInventory(overrides: Partial<Inventory> = {}): Inventory {
  return { hosts: [aHost()], instances: [anInstance()], projects: [aProject()], gaps: [], ...overrides }
}

export function aSnapshot(overrides: Partial<CloudSnapshot> = {}): CloudSnapshot {
  return { ...anInventory(), cloudId: testCloud, version: 1, takenAtMs: testStartMs, ...overrides }
}

export function aVerdict(overrides: Partial<Verdict> = {}): Verdict {
  return { code: 'rule-matched', sentence: 'It used 0.01 cores for an hour.', facts: { cpuCores: 0.01 }, ...overrides }
}

export function aRule(overrides: Partial<Rule> = {}): Rule {
  const name = overrides.name ?? 'idle-hour'
  return {
    id: `rule_${name}`,
    name,
    expression: 'true',
    action: 'suspend',
    covers: {},
    grace: '10m',
    mode: 'enforce',
    priority: 100,
    enabled: true,
    revision: 1,
    source: 'api',
    createdAtMs: testStartMs - dayMs,
    updatedAtMs: testStartMs - dayMs,
    updatedBy: 'test',
    ...overrides,
  }
}

/** A suspension of the default instance that has been seen once. For a host as a whole there is aHostProposal(). */
export function aProposal(overrides: Partial<Proposal> = {}): OnInstance<Proposal> {
  const proposal: Proposal = {
    id: 'proposal_1',
    capability: 'idleness',
    claim: 'idleness',
    action: 'suspend',
    setting: undefined,
    instanceId: anInstance().id,
    projectId: aProject().id,
    hostId: aHost().id,
    cause: 'idle-hour',
    ruleId: 'rule_idle-hour',
    ruleRevision: 1,
    mode: 'enforce',
    priority: 100,
    graceMs: 600_000,
    reason: aVerdict(),
    gives: noYield,
    state: 'confirming',
    verdict: aVerdict({ code: 'not-confirmed', sentence: 'Matched once; twice in a row is needed.', facts: {} }),
    confirmations: 1,
    createdAtMs: testStartMs,
    updatedAtMs: testStartMs,
    noticeAtMs: undefined,
    dueAtMs: undefined,
    approvedBy: undefined,
    confirmedVersion: 1,
    confirmedAtMs: testStartMs,
    ...overrides,
  }
  return proposal as OnInstance<Proposal>
}

/** The intent to suspend the default instance, written and not yet called. For a host as a whole: aHostEntry(). */
export function aJournalEntry(overrides: Partial<JournalEntry> = {}): OnInstance<JournalEntry> {
  const id = overrides.id ?? 'action_1'
  const entry: JournalEntry = {
    id,
    idempotencyKey: `key-of-${id}`,
    proposalId: 'proposal_1',
    capability: 'idleness',
    action: 'suspend',
    setting: undefined,
    cloudId: testCloud,
    instanceId: anInstance().id,
    targetName: anInstance().name,
    projectId: aProject().id,
    hostId: aHost().id,
    cause: 'idle-hour',
    reason: aVerdict(),
    state: 'intended',
    stateBefore: 'running',
    intendedAtMs: testStartMs,
    acceptedAtMs: undefined,
    finishedAtMs: undefined,
    attempts: 0,
    deadlineMs: testStartMs + 300_000,
    outcome: undefined,
    gives: noYield,
    term: 1,
    ...overrides,
  }
  return entry as OnInstance<JournalEntry>
}

/** The wish to sell more cores of the default host, seen once. */
export function aHostProposal(overrides: Partial<Proposal> = {}): Proposal {
  return {
    ...aProposal(),
    id: 'proposal_host',
    capability: 'oversubscription',
    claim: 'lending',
    action: 'raise-ratio',
    setting: { coreRatio: 2.5 },
    instanceId: undefined,
    projectId: undefined,
    cause: 'estimate',
    ruleId: undefined,
    ruleRevision: undefined,
    graceMs: 0,
    ...overrides,
  }
}

/** The intent to sell more cores of the default host, written and not yet called. */
export function aHostEntry(overrides: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...aJournalEntry(),
    id: 'action_host',
    idempotencyKey: 'key-of-action_host',
    proposalId: 'proposal_host',
    capability: 'oversubscription',
    action: 'raise-ratio',
    setting: { coreRatio: 2.5 },
    instanceId: undefined,
    targetName: aHost().name,
    projectId: undefined,
    cause: 'estimate',
    stateBefore: 'core ratio 2, memory ratio 1',
    ...overrides,
  }
}

export function aHold(overrides: Partial<Hold> = {}): Hold {
  return {
    id: 'hold_1',
    instanceId: anInstance().id,
    hostId: undefined,
    kind: 'keep',
    untilMs: testStartMs + dayMs,
    by: 'alice',
    reason: 'demo tomorrow',
    createdAtMs: testStartMs,
    ...overrides,
  }
}

export interface SampleRow {
  readonly subject: string
  readonly atMs: number
  readonly values: Readonly<Partial<Record<Metric, number>>>
}

/** A batch of these rows; what a row does not name is a gap. */
export function aBatch(rows: readonly SampleRow[]): SampleBatch {
  const batch = emptyBatch(rows.length)
  rows.forEach((row, at) => {
    batch.subjects.push(row.subject)
    batch.atMs[at] = row.atMs
    metrics.forEach((metric, column) => {
      batch.values[at * metrics.length + column] = row.values[metric] ?? Number.NaN
    })
  })
  return batch
}
