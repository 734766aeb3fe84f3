// Asks the engine, for each cloud, whether instances should move together. The policy is made anew in each cycle: what it knows of
// the past it reads in the telemetry, so that a new leader says the same as the one before.
import {
  type CapabilityAnswer,
  type ConsolidationAnswer,
  DemandMemory,
  effectiveMode,
  efficiencyScore,
  type GateFacts,
  hostEfficiency,
  namedConsolidation,
  openGateWorld,
  proposeConsolidation,
} from '@gleaner/engine'
import type { CloudId, Host, HostId, InstanceId, JournalEntry, Proposal, Verdict } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import { figureOf } from './figures.ts'

export interface ConsolidatorQuestion {
  readonly facts: GateFacts
  /** As far as entries are remembered. */
  readonly journal: readonly JournalEntry[]
  readonly proposals: readonly Proposal[]
  /** What the others want in this cycle: they go first. */
  readonly answers: readonly CapabilityAnswer[]
}

export class Consolidator {
  readonly #runtime: Runtime
  readonly #demand = new Map<CloudId, DemandMemory>()
  #ofHosts = new Map<HostId, Verdict>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** What the last cycle said of the host. */
  verdictOf(hostId: HostId): Verdict | undefined {
    return this.#ofHosts.get(hostId)
  }

  answers(question: ConsolidatorQuestion): readonly ConsolidationAnswer[] {
    const { config, clouds, state } = this.#runtime
    const { mode } = config.power.consolidation
    this.#ofHosts = new Map()
    if (mode === 'off' || state.modes.energy === 'off') return []
    const given = [...clouds.keys()].flatMap((cloudId) => this.#ofCloud(cloudId, question))
    for (const { ofHosts } of given) for (const [hostId, verdict] of ofHosts) this.#ofHosts.set(hostId, verdict)
    return given
  }

  #ofCloud(cloudId: CloudId, { facts, journal, proposals, answers }: ConsolidatorQuestion): ConsolidationAnswer[] {
    const { config, clouds, power } = this.#runtime
    const { mode, options } = config.power.consolidation
    const { world } = roomWorldNow(this.#runtime, cloudId)
    const policy = namedConsolidation(options.policy)
    if (world === undefined || policy === undefined) return []
    const known = this.#demand.get(cloudId) ?? new DemandMemory(options.stepMs)
    this.#demand.set(cloudId, known)
    return [
      proposeConsolidation({
        world,
        gate: openGateWorld(facts),
        journal,
        proposals,
        policy,
        mode,
        options,
        demand: known,
        power: config.power.options,
        isPowered: (host) => clouds.get(host.cloudId)?.powerControl?.has(host.id) === true,
        recordOf: (id) => power.recordOf(id),
        efficiencyOf: (host: Host) => efficiencyScore(hostEfficiency(host, figureOf(config.power, host))),
        closing: closingOf(answers),
        wanted: wantedOf(answers, facts),
      }),
    ]
  }
}

function closingOf(answers: readonly CapabilityAnswer[]): ReadonlySet<HostId> {
  const closing = new Set<HostId>()
  for (const { candidates } of answers)
    for (const { action, hostId } of candidates)
      if ((action === 'close' || action === 'sleep') && hostId !== undefined) closing.add(hostId)
  return closing
}

/** What is only watched keeps nobody where he is. */
function wantedOf(answers: readonly CapabilityAnswer[], { policy }: GateFacts): ReadonlySet<InstanceId> {
  const wanted = new Set<InstanceId>()
  for (const { candidates } of answers)
    for (const candidate of candidates) {
      const mode = effectiveMode(candidate, policy)
      if (candidate.instanceId !== undefined && (mode === 'advise' || mode === 'enforce'))
        wanted.add(candidate.instanceId)
    }
  return wanted
}
