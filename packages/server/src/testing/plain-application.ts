// An application for tests of the API alone: two clouds' worth of plain objects in place of the loops, a clock that the
// test turns, and commands that remember what they were asked.
import { type ExplainInput, emptyHistory, freezeSnapshot, buildInstanceTable, noTelemetry } from '@gleaner/engine'
import type { WhyInstance } from '@gleaner/engine'
import { type Host, type HostEstimate, type HostId, type Instance, targetKey } from '@gleaner/model'
import type { Clock, Cloud } from '@gleaner/ports'
import { pino } from 'pino'
import type { Application, EnergyReader, UsageReader } from '../application.ts'
import { parseConfig } from '../config/load.ts'
import { DesktopDesk } from '../desktops/desktop-desk.ts'
import { EventHub } from '../events/hub.ts'
import { emptyState } from '../state/empty-state.ts'
import { plainEstimate } from './plain-estimate.ts'
import {
  chemistry,
  lab,
  physics,
  plainHost,
  plainInstances,
  plainPlan,
  plainProposal,
  plainRule,
} from './plain-objects.ts'
import { type Commanded, recordingCommands } from './recording-commands.ts'
import { type MemoryContent, memoryContent, memoryStore } from './memory-store.ts'

export interface PlainApplication {
  readonly app: Application
  readonly content: MemoryContent
  readonly commanded: Commanded[]
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
  readonly energy?: EnergyReader
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
  const store = memoryStore(content)
  const hub = new EventHub(clock)
  const app: Application = {
    version: '0.0.0-test',
    replica: 'test:1',
    startedAtMs: nowMs,
    clock,
    config,
    log,
    store,
    storeInfo: { kind: 'private', detail: 'in the memory of a test' },
    clouds: new Map([[lab, plainCloud()]]),
    sources: new Map(),
    state,
    hub,
    commands: recordingCommands({ commanded, nowMs, instances, rules: state.rules }),
    usage: { ...noUsageReader, ...options.usage },
    energy: options.energy ?? noEnergy,
    estimates: { estimateOf: (id) => estimates.get(id), hostIds: () => estimates.keys() },
    insight: {
      ruleInput: input,
      why: async (id) => plainWhy(id, instances),
      whyHost: async (id) => ({ ...plainWhyHost, hostId: id, host: hosts.find((host) => host.id === id) }),
      power: () => [],
      lendable: () => new Map(),
    },
    keepLinks: undefined,
    desktops: new DesktopDesk({ store, clock, hub, settings: config.opportunism, changed: () => undefined }),
    loops: () => [],
  }
  return { app, content, commanded, logged }
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

const noEnergy: EnergyReader = {
  powerW: () => Number.NaN,
  isEstimated: () => false,
  hostIds: () => [],
  series: () => undefined,
  outlets: () => [],
  meters: () => [],
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
