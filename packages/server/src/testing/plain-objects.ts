// One of each for tests of the API alone: instances, hosts, a plan, a rule, a decision, as plain as they can be.
import { eventsFor, makeEviction } from '@gleaner/engine'
import {
  type Desktop,
  type Eviction,
  type EvictionDecision,
  type Host,
  type Instance,
  type InstanceId,
  type JournalEntry,
  type Lease,
  type LeaseId,
  type LedgerLine,
  type Plan,
  type Proposal,
  type ReservationId,
  type Rule,
  type RuleDefinition,
  cloudId,
  defaultPreemptionPolicy,
  hostId,
  instanceId,
  noYield,
  projectId,
} from '@gleaner/model'
import type { Person } from '@gleaner/ports'

export const lab = cloudId('lab')
export const physics = projectId(lab, 'p1')
export const chemistry = projectId(lab, 'p2')

export function plainInstances(nowMs: number): Instance[] {
  return ['web-1', 'web-10', 'web-2', 'db-1'].map((name, index) =>
    plainInstance(name, { projectId: index < 2 ? physics : chemistry, createdAtMs: nowMs - 86_400_000 * (index + 1) }),
  )
}

export function plainInstance(name: string, overrides: Partial<Instance> = {}): Instance {
  return {
    id: instanceId(lab, name),
    cloudId: lab,
    name,
    projectId: physics,
    hostId: hostId(lab, 'hv-1'),
    flavor: 'm1.small',
    state: 'running',
    stateSinceMs: undefined,
    vcpus: 2,
    memoryMiB: 2048,
    diskGiB: 20,
    createdAtMs: undefined,
    firmness: 'firm',
    tags: ['env=test'],
    protectedBy: undefined,
    ...overrides,
  }
}

export function plainHost(name: string): Host {
  return {
    id: hostId(lab, name),
    cloudId: lab,
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
  }
}

export function plainJournalEntry(id: string, instance: Instance, nowMs: number): JournalEntry {
  return {
    id,
    idempotencyKey: id,
    proposalId: undefined,
    capability: 'idleness',
    action: 'suspend',
    setting: undefined,
    cloudId: instance.cloudId,
    instanceId: instance.id,
    targetName: instance.name,
    projectId: instance.projectId,
    hostId: instance.hostId,
    cause: 'night-suspend',
    reason: { code: 'rule-matched', sentence: 'It was idle.', facts: {} },
    state: 'done',
    stateBefore: 'running',
    intendedAtMs: nowMs - 3_600_000,
    acceptedAtMs: nowMs - 3_599_000,
    finishedAtMs: nowMs - 3_590_000,
    attempts: 1,
    deadlineMs: nowMs,
    outcome: 'It is suspended.',
    gives: { ...noYield, physicalMemoryMiB: instance.memoryMiB },
    term: 1,
  }
}

export function plainLine(physical: number): LedgerLine {
  return {
    physical,
    reserved: 1,
    usable: physical - 1,
    booked: 4,
    used: 1,
    firmPeak: 2,
    measuredPeak: 2,
    estimatedPeak: 1.5,
    leased: 0,
    lent: 0,
    headroom: 1,
    idle: physical - 4,
    overdrawn: 0,
    physicallyFree: physical - 2,
    sellable: physical,
  }
}

export function plainPlan(
  id: string,
  proposals: readonly Proposal[],
  from: { readonly nowMs: number; readonly hosts: readonly Host[] },
): Plan {
  return {
    id,
    createdAtMs: from.nowMs,
    basis: [{ cloudId: lab, version: 7, takenAtMs: from.nowMs - 10_000, complete: true, fresh: true }],
    proposals,
    ended: [],
    reasons: { 'rule-matched': proposals.length },
    ledger: from.hosts.map((host) => ({
      hostId: host.id,
      cores: plainLine(host.cores),
      memoryMiB: plainLine(host.memoryMiB),
      measured: true,
    })),
    totals: { cores: plainLine(32), memoryMiB: plainLine(131_072) },
  }
}

export function plainProposal(parts: {
  readonly id: string
  readonly instance: Instance | undefined
  readonly nowMs: number
}): Proposal | undefined {
  const { id, instance, nowMs } = parts
  if (instance === undefined) return undefined
  return {
    id,
    capability: 'idleness',
    claim: 'idleness',
    action: 'suspend',
    setting: undefined,
    instanceId: instance.id,
    projectId: instance.projectId,
    hostId: instance.hostId,
    cause: 'night-suspend',
    ruleId: 'rul_1',
    ruleRevision: 1,
    mode: 'advise',
    priority: 100,
    graceMs: 600_000,
    reason: { code: 'rule-matched', sentence: 'It was idle.', facts: { idleS: Number.POSITIVE_INFINITY } },
    gives: { ...noYield, physicalMemoryMiB: 2048 },
    state: 'awaiting-approval',
    verdict: { code: 'awaiting-approval', sentence: 'It waits for a person.', facts: {} },
    confirmations: 2,
    createdAtMs: nowMs - 120_000,
    updatedAtMs: nowMs,
    noticeAtMs: undefined,
    dueAtMs: undefined,
    approvedBy: undefined,
    confirmedVersion: 7,
    confirmedAtMs: nowMs,
  }
}

export const plainDefinition: RuleDefinition = {
  name: 'night-suspend',
  expression: 'instance.name.startsWith("web-")',
  action: 'suspend',
  covers: {},
  grace: '10m',
  mode: 'advise',
  priority: 100,
  enabled: true,
}

export function plainRule(nowMs: number): Rule {
  return {
    ...plainDefinition,
    id: 'rul_1',
    revision: 1,
    source: 'api',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    updatedBy: 'test',
  }
}

export function plainDecision(id: InstanceId, nowMs: number): EvictionDecision {
  return {
    id: 'dec_1',
    requestId: 'test:dec_1',
    kind: 'test',
    cloudId: lab,
    mode: 'enforce',
    by: 'test',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    state: 'planned',
    verdict: { code: 'room-not-held', sentence: 'It begins.', facts: {} },
    wish: undefined,
    placements: [],
    victims: [
      {
        instanceId: id,
        name: 'batch-1',
        projectId: physics,
        flavor: 'small',
        tags: ['preemptible'],
        hostId: hostId(lab, 'hv-1'),
        priority: 0,
        action: 'stop',
        noticeMs: 120_000,
        state: 'planned',
        labelled: false,
        toldAtMs: undefined,
        leftAtMs: undefined,
        outcome: undefined,
        vcpus: 1,
        memoryMiB: 1024,
        diskGiB: 10,
      },
    ],
    claims: [],
    objective: 'fewest-victims',
    cost: 1,
    hostReasons: { 'lab:hv-1': ['chosen'] },
    reasons: { chosen: 1 },
    unblock: [],
    basis: { version: 7, takenAtMs: nowMs - 10_000 },
    attempt: 1,
    planAgain: undefined,
    recreation: undefined,
    heldUntilMs: undefined,
    endsAs: undefined,
    steps: [],
  }
}

/** The first victim of the decision has left. */
export function plainEviction(id: string, decision: EvictionDecision): Eviction {
  const [victim] = decision.victims
  if (victim === undefined) throw new Error('nobody leaves')
  return makeEviction(decision, victim, {
    id,
    nowMs: decision.createdAtMs,
    hostName: 'node-1',
    policy: defaultPreemptionPolicy,
    earlier: [],
  })
}

/** A host of physics for an hour, an hour from now. */
export function plainPerson(): Person {
  return {
    id: 'usr_1',
    issuer: 'CN=Lab CA',
    subject: 'CN=Alice,OU=People',
    active: false,
    role: 'viewer',
    projects: [],
    serial: '0A',
    fingerprint: 'AA:BB',
    certificateEndsAtMs: 1e12,
    firstSeenMs: 0,
    lastSeenMs: 0,
    decidedAtMs: undefined,
    decidedBy: undefined,
  }
}

export function plainLease(nowMs: number): Lease {
  const span = { startMs: nowMs + 3_600_000, endMs: nowMs + 7_200_000 }
  return {
    id: 'lea_1' as LeaseId,
    name: 'exam',
    cloudId: lab,
    projectId: physics,
    by: 'anna',
    span,
    state: 'pending',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    endAction: 'suspend',
    reservations: [
      {
        id: 'res_1' as ReservationId,
        wish: { kind: 'hosts', min: 1, max: 2 },
        filter: { notation: 'cel', text: 'vcpus > 1' },
        shares: [{ hostId: hostId(lab, 'hv-1'), host: 'hv-1', units: 1 }],
      },
    ],
    events: eventsFor({ span, noticeMs: 600_000, heldUntilMs: undefined }),
  }
}

/** Joined a minute ago, and lendable since ten seconds. */
export function plainDesktop(nowMs: number): Desktop {
  return {
    id: 'dsk_1',
    hostName: 'desk-1',
    cloudId: undefined,
    pool: 'offices',
    lends: true,
    joinedAtMs: nowMs - 60_000,
    keyUntilMs: nowMs + 86_400_000,
    revokedAtMs: undefined,
    revokedBy: undefined,
    sequence: 4,
    lastBeatMs: nowMs - 1000,
    word: {
      phase: 'lendable',
      verdict: { code: 'lendable', sentence: 'Nobody is there: guests may come.', facts: {} },
      guests: { running: 0, paused: 0 },
      slowestPauseMs: 0,
      version: '0.1.0',
    },
    phaseSinceMs: nowMs - 10_000,
    lentMs: 0,
    interruptions: 0,
    lostChanges: 0,
    changesTaken: 0,
  }
}
