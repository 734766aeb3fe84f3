// The world that a golden script describes, and what it keeps from cycle to cycle: the cloud as it is, the rules, what
// they match, what people did, and what a server would have stored.
import {
  type ActionKind,
  cloudId,
  defaultPolicy,
  type Hold,
  type Host,
  type HostId,
  hostId,
  type Instance,
  type InstanceId,
  type InstanceState,
  instanceId,
  type JournalEntry,
  type Plan,
  type Policy,
  type Project,
  projectId,
  type Proposal,
  type Rule,
} from '@gleaner/model'
import type { KnownState } from '../../people/detect-person-actions.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { Refused } from '../capability-answer.ts'

export const cloud = cloudId('lab')
/** Monday, 2 June 2025, 08:00 UTC. */
export const startMs = 1_748_851_200_000

export interface ScriptWorld {
  nowMs: number
  version: number
  ids: number
  policy: Policy
  readonly hosts: Map<string, Host>
  readonly instances: Map<string, Instance>
  readonly projects: Map<string, Project>
  readonly rules: Map<string, Rule>
  /** Names of the instances each rule matches. */
  readonly matches: Map<string, Set<string>>
  readonly unmeasured: Set<string>
  gaps: { scope: string; reason: string }[]
  snapshot: Snapshot | undefined
  readonly known: Map<InstanceId, KnownState>
  holds: Hold[]
  journal: JournalEntry[]
  open: readonly Proposal[]
  refused: readonly Refused[]
  previouslyRefused: readonly Refused[]
  plan: Plan | undefined
  previousPlan: Plan | undefined
  /** Commands given since the last cycle. */
  commands: { name: string; action: ActionKind; by: string }[]
}

export function emptyWorld(): ScriptWorld {
  return {
    nowMs: startMs,
    version: 0,
    ids: 0,
    policy: { ...defaultPolicy, modes: { ...defaultPolicy.modes, idleness: 'enforce' } },
    hosts: new Map(),
    instances: new Map(),
    projects: new Map(),
    rules: new Map(),
    matches: new Map(),
    unmeasured: new Set(),
    gaps: [],
    snapshot: undefined,
    known: new Map(),
    holds: [],
    journal: [],
    open: [],
    refused: [],
    previouslyRefused: [],
    plan: undefined,
    previousPlan: undefined,
    commands: [],
  }
}

export const hostIdOf = (name: string): HostId => hostId(cloud, name)
export const instanceIdOf = (name: string): InstanceId => instanceId(cloud, name)

export function addHost(world: ScriptWorld, name: string, options: ReadonlyMap<string, string>): void {
  world.hosts.set(name, {
    id: hostIdOf(name),
    cloudId: cloud,
    name,
    kind: 'hypervisor',
    state: (options.get('state') ?? 'up') as Host['state'],
    cores: Number(options.get('cores') ?? 16),
    memoryMiB: Number(options.get('memoryMiB') ?? 65_536),
    diskGiB: 1000,
    reservedCores: 1,
    reservedMemoryMiB: 2048,
    coreRatio: undefined,
    memoryRatio: undefined,
    idlePowerW: undefined,
    fullPowerW: undefined,
  })
}

export function addInstance(world: ScriptWorld, name: string, options: ReadonlyMap<string, string>): void {
  const project = options.get('project') ?? 'shop'
  world.projects.set(project, { id: projectId(cloud, project), cloudId: cloud, name: project })
  const tags = options.get('tags')
  world.instances.set(name, {
    id: instanceIdOf(name),
    cloudId: cloud,
    name,
    projectId: projectId(cloud, project),
    hostId: hostIdOf(options.get('host') ?? 'hv-1'),
    flavor: undefined,
    state: (options.get('state') ?? 'running') as InstanceState,
    stateSinceMs: undefined,
    vcpus: Number(options.get('vcpus') ?? 2),
    memoryMiB: Number(options.get('memoryMiB') ?? 4096),
    diskGiB: 20,
    createdAtMs: undefined,
    firmness: 'firm',
    tags: tags === undefined ? [] : tags.split(','),
    protectedBy: options.get('protectedBy'),
  })
}

/** A rule of the same name gets the next revision. */
export function setRule(world: ScriptWorld, name: string, options: ReadonlyMap<string, string>): void {
  const before = world.rules.get(name)
  world.rules.set(name, {
    id: `rule_${name}`,
    name,
    expression: 'true',
    action: (options.get('action') ?? before?.action ?? 'suspend') as Rule['action'],
    covers: {},
    grace: options.get('grace') ?? before?.grace ?? '10m',
    mode: (options.get('mode') ?? before?.mode ?? 'enforce') as Rule['mode'],
    priority: Number(options.get('priority') ?? before?.priority ?? 100),
    enabled: (options.get('enabled') ?? 'true') === 'true',
    revision: (before?.revision ?? 0) + 1,
    source: 'api',
    createdAtMs: startMs,
    updatedAtMs: world.nowMs,
    updatedBy: 'script',
  })
}

export function setState(world: ScriptWorld, name: string, state: InstanceState): void {
  const instance = world.instances.get(name)
  if (instance === undefined) throw new Error(`no instance ${name}`)
  world.instances.set(name, { ...instance, state })
}
