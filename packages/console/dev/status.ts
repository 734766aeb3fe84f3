// The status of the fake server.
import type { StatusView } from '@gleaner/model'
import { capabilities } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { addLines } from './world.ts'

export function statusOf(state: FakeState): StatusView {
  const { world } = state
  const open = state.plan().proposals
  const byState: Record<string, number> = {}
  for (const proposal of open) byState[proposal.state] = (byState[proposal.state] ?? 0) + 1
  const would = open.reduce(
    (sum, p) => ({
      instances: sum.instances + 1,
      physicalCores: sum.physicalCores + p.gives.physicalCores,
      physicalMemoryMiB: sum.physicalMemoryMiB + p.gives.physicalMemoryMiB,
      sellableCores: sum.sellableCores + p.gives.sellableCores,
      sellableMemoryMiB: sum.sellableMemoryMiB + p.gives.sellableMemoryMiB,
    }),
    { instances: 0, physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 },
  )
  const suspended = world.instances.filter((i) => i.state === 'suspended')
  const midnight = new Date(state.nowMs())
  midnight.setUTCHours(0, 0, 0, 0)
  return {
    name: 'gleaner',
    version: '0.1.0',
    now: state.iso(),
    speed: state.options.speed,
    startedAt: new Date(state.startedMs).toISOString(),
    ready: true,
    replica: 'fake-1',
    leader: { isLeader: true, holder: 'fake-1', term: 3, since: new Date(state.startedMs).toISOString() },
    ...(state.paused === undefined ? {} : { paused: state.paused }),
    modes: capabilities.map((capability) => ({
      capability,
      mode: state.modes.get(capability) ?? 'observe',
      source: capability === 'energy' ? 'file' : 'default',
      available: capability === 'idleness',
    })),
    sources: [],
    clouds: [
      {
        id: 'lab',
        kind: 'simulated',
        address: 'simulated',
        state: 'fresh',
        takenAt: state.iso(-9000),
        version: 812,
        hosts: world.hosts.length,
        instances: world.instances.length,
        runningInstances: world.instances.filter((i) => i.state === 'running').length,
        projects: 8,
        gaps: [],
        actions: [
          {
            action: 'suspend',
            meaning: 'Memory is written to disk.',
            givesBack: { physicalCores: true, physicalMemory: true, sellable: false },
          },
          {
            action: 'stop',
            meaning: 'The guest is shut down.',
            givesBack: { physicalCores: true, physicalMemory: true, sellable: true },
          },
        ],
      },
    ],
    ledger: {
      at: state.iso(-4000),
      hosts: world.hosts.length,
      measuredHosts: world.hosts.filter((host) => host.measured).length,
      cores: addLines(world.hosts.map((host) => host.ledger.cores)),
      memoryMiB: addLines(world.hosts.map((host) => host.ledger.memoryMiB)),
    },
    savings: {
      from: midnight.toISOString(),
      to: state.iso(),
      actionsDone: state.journal.filter((e) => e.state === 'done').length,
      physicalCoreHours: 61.4,
      physicalMemoryGiBHours: 912.5,
      sellableCoreHours: 12,
      sellableMemoryGiBHours: 96,
      now: {
        instances: suspended.length,
        physicalCores: suspended.length * 0.12,
        physicalMemoryMiB: suspended.reduce((sum, i) => sum + i.memoryMiB * 0.6, 0),
      },
      would,
    },
    proposals: {
      open: open.length,
      awaitingApproval: byState['awaiting-approval'] ?? 0,
      due: byState['due'] ?? 0,
      byState,
    },
    problems: {
      open: state.problems.filter((p) => p.state === 'open').length,
      errors: state.problems.filter((p) => p.state === 'open' && p.severity === 'error').length,
    },
    rules: { total: state.rules.size, enabled: state.rules.size, undetermined: 1 },
    loops: [
      {
        name: 'observe',
        periodS: 30,
        runs: 120,
        failures: 0,
        lastStartedAt: state.iso(-9000),
        lastFinishedAt: state.iso(-8600),
        lastDurationMs: 412,
        late: false,
        detail: 'lab: 812th reading',
      },
      {
        name: 'plan',
        periodS: 30,
        runs: 119,
        failures: 1,
        lastStartedAt: state.iso(-4000),
        lastFinishedAt: state.iso(-3900),
        lastDurationMs: 96,
        late: false,
        detail: `${open.length} proposals`,
      },
    ],
    store: { reachable: true, kind: 'private', detail: 'PostgreSQL 15.8 in /var/lib/gleaner' },
  }
}
