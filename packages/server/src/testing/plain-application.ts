// An application for tests of the API alone: two clouds' worth of plain objects in place of the loops, a clock that the
// test turns, and commands that remember what they were asked.
import { type ExplainInput, emptyHistory, freezeSnapshot, buildInstanceTable, noTelemetry } from '@gleaner/engine'
import type { WhyInstance } from '@gleaner/engine'
import {
  type EvictionDecision,
  type Hold,
  type Host,
  type HostEstimate,
  type HostId,
  type Instance,
  type InstanceId,
  type JournalEntry,
  type LedgerLine,
  type Plan,
  type Proposal,
  type Rule,
  type RuleDefinition,
  cloudId,
  hostId,
  instanceId,
  noYield,
  projectId,
  targetKey,
} from '@gleaner/model'
import type { Clock, Cloud } from '@gleaner/ports'
import { pino } from 'pino'
import type { Application, Caller, Commands, UsageReader } from '../application.ts'
import { parseConfig } from '../config/load.ts'
import { EventHub } from '../events/hub.ts'
import { emptyState } from '../state/empty-state.ts'
import { plainEstimate } from './plain-estimate.ts'
import { type MemoryContent, memoryContent, memoryStore } from './memory-store.ts'

const lab = cloudId('lab')
export const physics = projectId(lab, 'p1')
export const chemistry = projectId(lab, 'p2')

export interface PlainApplication {
  readonly app: Application
  readonly content: MemoryContent
  /** What was commanded: name of the command, its object, who. */
  readonly commanded: { readonly name: string; readonly object: string; readonly caller: Caller }[]
  readonly logged: string[]
}

export interface PlainOptions {
  readonly clock: Clock
  /** Lines of the configuration file. */
  readonly config?: string
  readonly instances?: readonly Instance[]
  readonly hosts?: readonly Host[]
  readonly usage?: Partial<UsageReader>
  /** Else one for the first host. */
  readonly estimates?: readonly HostEstimate[]
}

export function plainApplication(options: PlainOptions): PlainApplication {
  const { clock } = options
  const nowMs = clock.nowMs()
  const config = parseConfig(options.config ?? 'anonymous: nobody', 'test.yaml', {
    environment: {},
    directory: '/nowhere',
  })
  const content = memoryContent()
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  const state = emptyState(config)
  const instances = options.instances ?? plainInstances(nowMs)
  const hosts = options.hosts ?? [plainHost('hv-1'), plainHost('hv-2')]
  const snapshot = freezeSnapshot(
    {
      hosts,
      instances,
      projects: [
        { id: physics, cloudId: lab, name: 'physics' },
        { id: chemistry, cloudId: lab, name: 'chemistry' },
      ],
      gaps: [],
    },
    { cloudId: lab, version: 7, takenAtMs: nowMs - 10_000 },
  )
  state.clouds.set(lab, { cloudId: lab, snapshot, attemptedAtMs: nowMs - 9000, fault: undefined })
  const proposals = [
    plainProposal({ id: 'prp_1', instance: instances[0], nowMs }),
    plainProposal({ id: 'prp_2', instance: instances[2], nowMs }),
  ].filter((proposal) => proposal !== undefined)
  state.plan = plainPlan('pln_2', proposals, { nowMs, hosts })
  state.previousPlan = plainPlan('pln_1', proposals.slice(0, 1), { nowMs: nowMs - 60_000, hosts })
  state.proposals = new Map(proposals.map((proposal) => [targetKey(proposal), [proposal]]))
  state.rules = [plainRule(nowMs)]
  state.ready = true
  state.storeReachable = true
  content.plans = [state.plan, state.previousPlan]
  content.proposals = [...proposals]
  const commanded: PlainApplication['commanded'] = []
  const input = (): ExplainInput => ({
    table: buildInstanceTable([snapshot], noTelemetry),
    telemetry: noTelemetry,
    history: emptyHistory,
    nowMs: clock.nowMs(),
  })
  const estimates = new Map<HostId, HostEstimate>(
    (options.estimates ?? hosts.slice(0, 1).map((host) => plainEstimate(host, nowMs))).map((each) => [
      each.hostId,
      each,
    ]),
  )
  const app: Application = {
    version: '0.0.0-test',
    replica: 'test:1',
    startedAtMs: nowMs,
    clock,
    config,
    log,
    store: memoryStore(content),
    storeInfo: { kind: 'private', detail: 'in the memory of a test' },
    clouds: new Map([[lab, plainCloud()]]),
    sources: new Map(),
    state,
    hub: new EventHub(clock),
    commands: recordingCommands({ commanded, nowMs, instances, rules: state.rules }),
    usage: { ...noUsageReader, ...options.usage },
    estimates: { estimateOf: (id) => estimates.get(id), hostIds: () => estimates.keys() },
    insight: {
      ruleInput: input,
      why: async (id) => plainWhy(id, instances),
      whyHost: async (id) => ({ ...plainWhyHost, hostId: id, host: hosts.find((host) => host.id === id) }),
    },
    loops: () => [],
  }
  return { app, content, commanded, logged }
}

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

const plainWhyHost = {
  summary: 'Nothing is wanted of the host as a whole.',
  gate: [],
  ledger: undefined,
  holds: [],
  proposals: [],
  refused: [],
  history: [],
  timeline: [],
}

const noUsageReader: UsageReader = {
  latest: () => Number.NaN,
  sampledAtMs: () => Number.NaN,
  idleForMs: () => Number.NaN,
  series: (_subject, { fromMs, toMs, points }) => {
    const none = Array.from({ length: points }, () => Number.NaN)
    return { startMs: fromMs, stepMs: (toMs - fromMs) / points, average: none, minimum: none, maximum: none }
  },
  counters: () => ({ subjects: 0, samples: 0, refused: 0, bytes: 0 }),
}

function plainLine(physical: number): LedgerLine {
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

function plainPlan(
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

function plainRule(nowMs: number): Rule {
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

function plainWhy(id: string, instances: readonly Instance[]): WhyInstance {
  const instance = instances.find((each) => each.id === id)
  return {
    instanceId: id as Instance['id'],
    instance,
    summary: `Nothing is wanted of ${instance?.name}.`,
    rules: [],
    asked: { action: 'suspend', cause: 'a rule', hypothetical: true },
    gate: [],
    ledger: undefined,
    holds: [],
    proposals: [],
    refused: [],
    history: [],
    timeline: [],
  }
}

function plainCloud(): Cloud {
  const unused = () => Promise.reject(new Error('unused'))
  return {
    id: lab,
    kind: 'simulated',
    address: 'nowhere',
    actions: [],
    check: unused,
    observe: unused,
    sample: unused,
    act: unused,
    look: unused,
    subscribe: () => () => {},
    close: async () => {},
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

interface Recording {
  readonly commanded: PlainApplication['commanded']
  readonly nowMs: number
  readonly instances: readonly Instance[]
  readonly rules: readonly Rule[]
}

function recordingCommands({ commanded, nowMs, instances, rules }: Recording): Commands {
  const note = (name: string, object: string, caller: Caller) => void commanded.push({ name, object, caller })
  const [rule] = rules
  const hold = (id: string, by: string): Hold => ({
    id: 'hld_1',
    instanceId: id as Instance['id'],
    hostId: undefined,
    kind: 'keep',
    untilMs: nowMs + 1000,
    by,
    reason: '',
    createdAtMs: nowMs,
  })
  const theRule = (): Rule => {
    if (rule === undefined) throw new Error('there is no rule')
    return rule
  }
  return {
    setMode: async (capability, mode, caller) => note('setMode', `${capability} ${mode}`, caller),
    pause: async (reason, caller) => {
      note('pause', reason, caller)
      return { by: caller.name, sinceMs: nowMs, reason }
    },
    unpause: async (caller) => note('unpause', '', caller),
    act: async (id, request, caller) => {
      note(request.action, id, caller)
      const instance = instances.find((each) => each.id === id)
      if (instance === undefined) throw new Error('there is no instance')
      return plainJournalEntry('act_1', instance, nowMs)
    },
    keep: async (id, request, caller) => {
      note('keep', `${id} ${request.durationMs}`, caller)
      return hold(id, caller.name)
    },
    releaseHold: async (id, caller) => note('releaseHold', id, caller),
    approve: async (id, caller) => {
      note('approve', id, caller)
      const proposal = plainProposal({ id, instance: instances[0], nowMs })
      if (proposal === undefined) throw new Error('there is no instance')
      return proposal
    },
    veto: async (id, _request, caller) => note('veto', id, caller),
    clearProblem: async (id, caller) => {
      note('clearProblem', id, caller)
      return {
        id,
        key: id,
        code: 'cloud-unavailable',
        severity: 'error',
        subject: 'cloud lab',
        sentence: 'It does not answer.',
        remedy: 'Look.',
        firstSeenMs: nowMs,
        lastSeenMs: nowMs,
        count: 1,
        clearedAtMs: nowMs,
        clearedBy: caller.name,
        resolvedAtMs: undefined,
      }
    },
    createRule: async (definition, caller) => {
      note('createRule', definition.name, caller)
      return theRule()
    },
    updateRule: async (id, _change, caller) => {
      note('updateRule', id, caller)
      return theRule()
    },
    removeRule: async (id, caller) => note('removeRule', id, caller),
    previewRoom: () => ({
      answer: { feasible: true, placements: [], victims: [], cost: 0, reasons: {} },
      readAtMs: 0,
    }),
    makeRoom: async (request, caller) => {
      note('makeRoom', request.requestId, caller)
      return { state: 'free', placements: [] }
    },
    room: async () => ({ state: 'free', placements: [] }),
    awaitRoom: async () => ({ state: 'free', placements: [] }),
    takeRoom: async (id, caller) => {
      note('takeRoom', id, caller)
      return { state: 'taken', decisionId: id, placements: [] }
    },
    roomTaken: async (id, _outcome, caller) => note('roomTaken', id, caller),
    giveUpRoom: async (id, _reason, caller) => note('giveUpRoom', id, caller),
    testEviction: async (id, caller) => {
      note('testEviction', id, caller)
      return plainDecision(id, nowMs)
    },
    setPreemptible: async (id, preemptible, caller) => note('setPreemptible', `${id} ${preemptible}`, caller),
    setOptOut: async (id, optOut, caller) => note('setOptOut', `${id} ${optOut}`, caller),
  }
}
