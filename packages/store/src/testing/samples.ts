// Whole and valid records for tests; a test states only what it is about.
import {
  cloudId,
  type HostEstimate,
  type Eviction,
  type EvictionDecision,
  hostId,
  type Instance,
  instanceId,
  type JournalEntry,
  type Lease,
  type LeaseId,
  type LedgerLine,
  type OnInstance,
  type Plan,
  type Proposal,
  projectId,
  type ReservationId,
  type RuleDefinition,
  type Verdict,
} from '@gleaner/model'

export const nowMs = Date.UTC(2025, 5, 2, 8)
const cloud = cloudId('lab')
export const instance = (name: string): Instance['id'] => instanceId(cloud, name)

const verdict: Verdict = {
  code: 'rule-matched',
  sentence: 'cpu was below 0.05 cores for 2 h',
  facts: { zeta: 0.05, alpha: 'kept in this order', missing: null, sure: true },
}

export function sampleProposal(more: Partial<Proposal> = {}): OnInstance<Proposal> {
  const proposal: Proposal = {
    id: 'prop_1',
    capability: 'idleness',
    claim: 'idleness',
    action: 'suspend',
    setting: undefined,
    instanceId: instance('web-1'),
    projectId: projectId(cloud, 'web'),
    hostId: hostId(cloud, 'node-1'),
    cause: 'night-suspend',
    ruleId: 'rule_1',
    ruleRevision: 3,
    mode: 'enforce',
    priority: 100,
    graceMs: 600_000,
    reason: verdict,
    gives: { physicalCores: 2, physicalMemoryMiB: 4096, sellableCores: 0, sellableMemoryMiB: 0 },
    state: 'confirming',
    verdict: { code: 'not-confirmed', sentence: 'seen once', facts: { confirmations: 1 } },
    confirmations: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    noticeAtMs: undefined,
    dueAtMs: undefined,
    approvedBy: undefined,
    confirmedVersion: 7,
    confirmedAtMs: nowMs - 1000,
    ...more,
  }
  return proposal as OnInstance<Proposal>
}

export function sampleEntry(more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    id: 'act_1',
    idempotencyKey: 'prop_1',
    proposalId: 'prop_1',
    capability: 'idleness',
    action: 'suspend',
    setting: undefined,
    cloudId: cloud,
    instanceId: instance('web-1'),
    targetName: 'web-1',
    projectId: projectId(cloud, 'web'),
    hostId: undefined,
    cause: 'night-suspend',
    reason: verdict,
    state: 'intended',
    stateBefore: 'running',
    intendedAtMs: nowMs,
    acceptedAtMs: undefined,
    finishedAtMs: undefined,
    attempts: 0,
    deadlineMs: nowMs + 300_000,
    outcome: undefined,
    gives: { physicalCores: 2, physicalMemoryMiB: 4096, sellableCores: 0, sellableMemoryMiB: 0 },
    term: 1,
    ...more,
  }
}

export function sampleRule(more: Partial<RuleDefinition> = {}): RuleDefinition {
  return {
    name: 'night-suspend',
    expression: 'percentile(cpu, 95, "2h") < 0.05',
    action: 'suspend',
    covers: {},
    grace: '10m',
    mode: 'observe',
    priority: 100,
    enabled: true,
    ...more,
  }
}

export function sampleLine(more: Partial<LedgerLine> = {}): LedgerLine {
  return {
    physical: 64,
    reserved: 4,
    usable: 60,
    booked: 80,
    used: 12.3456789012345,
    firmPeak: 30,
    measuredPeak: 30,
    estimatedPeak: 24.5,
    leased: 0,
    lent: 0,
    headroom: 6,
    idle: 24,
    overdrawn: 0,
    physicallyFree: 47.6543210987655,
    sellable: 160,
    ...more,
  }
}

const samplePeak = {
  capacity: 60,
  booked: 80,
  mean: 12.5,
  peak: 20.25,
  estimate: 24.123456789,
  free: 35.8,
  ratio: 1.93,
  violation: 0,
  calmScopes: 11,
  isStable: true,
  confidence: 0.9,
  evidence: { scopes: 12, bound: 23.5 },
  record: { judged: 11, violationRate: 0, severity: 0, savings: 0.7, misprediction: 0.1 },
  ratioInForce: 1.5,
  ratioAim: 1.75,
}

export function sampleEstimate(more: Partial<HostEstimate> = {}): HostEstimate {
  return {
    hostId: hostId(cloud, 'node-1'),
    cloudId: cloud,
    atMs: nowMs,
    scopeMs: 3_600_000,
    strategy: 'gleaner',
    measuredAtMs: nowMs,
    coverage: 1,
    cores: samplePeak,
    memoryMiB: { ...samplePeak, mean: undefined, peak: undefined, ratioInForce: undefined, ratioAim: undefined },
    ...more,
  }
}

export function samplePlan(more: Partial<Plan> = {}): Plan {
  return {
    id: 'plan_1',
    createdAtMs: nowMs,
    basis: [{ cloudId: cloud, version: 7, takenAtMs: nowMs - 500, complete: true, fresh: true }],
    proposals: [sampleProposal()],
    ended: [],
    reasons: { 'rule-matched': 1, 'rule-not-matched': 41 },
    ledger: [{ hostId: hostId(cloud, 'node-1'), cores: sampleLine(), memoryMiB: sampleLine(), measured: true }],
    totals: { cores: sampleLine(), memoryMiB: sampleLine() },
    ...more,
  }
}

export function sampleDecision(more: Partial<EvictionDecision> = {}): EvictionDecision {
  return {
    id: 'dec_1',
    requestId: 'request-1',
    kind: 'room',
    cloudId: cloud,
    mode: 'enforce',
    by: 'olga',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    state: 'planned',
    verdict,
    wish: {
      projectId: projectId(cloud, 'web'),
      name: 'big',
      flavor: undefined,
      firmness: 'firm',
      count: 1,
      vcpus: 4,
      memoryMiB: 8192,
      diskGiB: 40,
      hints: { properties: { ssd: true } },
    },
    placements: [{ index: 0, hostId: hostId(cloud, 'node-1') }],
    victims: [
      {
        instanceId: instance('web-1'),
        name: 'web-1',
        projectId: projectId(cloud, 'web'),
        flavor: 'small',
        tags: ['preemptible'],
        hostId: hostId(cloud, 'node-1'),
        priority: 0,
        action: 'shelve',
        noticeMs: 120_000,
        state: 'planned',
        labelled: false,
        toldAtMs: undefined,
        leftAtMs: undefined,
        outcome: undefined,
        vcpus: 4,
        memoryMiB: 8192,
        diskGiB: 40,
      },
    ],
    claims: [],
    objective: 'fewest-victims',
    cost: 1,
    hostReasons: { 'node-1': ['chosen'] },
    reasons: { chosen: 1 },
    unblock: [],
    basis: { version: 3, takenAtMs: nowMs - 1000 },
    attempt: 1,
    planAgain: undefined,
    recreation: undefined,
    heldUntilMs: undefined,
    endsAs: undefined,
    steps: [],
    ...more,
  }
}

export function sampleEviction(more: Partial<Eviction> = {}): Eviction {
  return {
    id: 'evi_1',
    decisionId: 'dec_1',
    kind: 'room',
    cloudId: cloud,
    instanceId: instance('web-1'),
    name: 'web-1',
    projectId: projectId(cloud, 'web'),
    flavor: 'small',
    tags: ['preemptible'],
    priority: 0,
    hostId: hostId(cloud, 'node-1'),
    action: 'shelve',
    reason: verdict,
    toldAtMs: nowMs,
    evictedAtMs: nowMs,
    times: 1,
    state: 'waiting',
    verdict,
    notBeforeMs: nowMs + 300_000,
    returnedAs: undefined,
    updatedAtMs: nowMs,
    vcpus: 4,
    memoryMiB: 8192,
    diskGiB: 40,
    ...more,
  }
}

const hourMs = 3_600_000

/** A host for two hours, an hour from now. */
export function sampleLease(more: Partial<Lease> & { readonly on?: string } = {}): Lease {
  const { on = 'node-1', ...change } = more
  const id = change.id ?? ('lea_1' as LeaseId)
  const span = change.span ?? { startMs: nowMs + hourMs, endMs: nowMs + 3 * hourMs }
  const waiting = { state: 'waiting', doneAtMs: undefined, outcome: undefined } as const
  return {
    name: id,
    cloudId: cloud,
    projectId: projectId(cloud, 'web'),
    by: 'anna',
    state: 'pending',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    endAction: 'suspend',
    reservations: [
      {
        id: `${id}/0` as ReservationId,
        wish: { kind: 'hosts', min: 1, max: 1 },
        filter: undefined,
        shares: [{ hostId: hostId(cloud, on), host: on, units: 1 }],
      },
    ],
    events: [
      { kind: 'start', dueAtMs: span.startMs, ...waiting },
      { kind: 'end', dueAtMs: span.endMs, ...waiting },
    ],
    ...change,
    id,
    span,
  }
}
