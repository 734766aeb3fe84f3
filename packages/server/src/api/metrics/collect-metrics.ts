// What Gleaner tells Prometheus about itself and what it sees. Names follow the conventions: base units, _total for what
// only grows since the start of the process.
import {
  type Desktop,
  type Eviction,
  type EvictionDecision,
  type JournalEntry,
  type LedgerLine,
  capabilities,
  decisionStates,
  evictionKinds,
  isDecisionOpen,
} from '@gleaner/model'
import type { Application } from '../../application.ts'
import type { FrontFigures } from '../../compat/nova/front-figures.ts'
import { cloudStateName } from '../system/cloud-view.ts'
import { proposalCounts } from '../system/proposal-counts.ts'
import { sourceStateName } from '../system/source-view.ts'
import type { SourceState } from '../../sources/source-state.ts'
import { estimates } from './estimates.ts'
import { Exposition, type Sample } from './exposition.ts'
import { lentDesktops } from './lent-desktops.ts'
import { lentMemory } from './lent-memory.ts'
import { lentRoom } from './lent-room.ts'
import type { ProcessFigures } from './process-figures.ts'

const ledgerLines: readonly (keyof LedgerLine)[] = [
  'physical',
  'reserved',
  'usable',
  'booked',
  'used',
  'firmPeak',
  'leased',
  'lent',
  'headroom',
  'idle',
  'overdrawn',
  'physicallyFree',
  'sellable',
]
const cloudStates = ['starting', 'fresh', 'stale', 'partial', 'unreachable'] as const

export interface MetricsInput {
  readonly app: Application
  readonly process: ProcessFigures
  readonly problems: readonly { readonly severity: string }[] | undefined
  /** Actions that ended since the process started. */
  readonly actions: ReadonlyMap<string, number>
  /** Decisions under way and evictions that wait; undefined while the store does not answer. */
  readonly preemption: PreemptionFigures | undefined
  /** Undefined while the store does not answer. */
  readonly desktops: readonly Desktop[] | undefined
  /** Undefined when there is no Nova-compatible front. */
  readonly front: FrontFigures | undefined
}

export interface PreemptionFigures {
  readonly decisions: readonly Pick<EvictionDecision, 'kind' | 'state'>[]
  readonly evictions: readonly Pick<Eviction, 'state'>[]
}

export function collectMetrics(input: MetricsInput): string {
  const out = new Exposition()
  server(out, input)
  clouds(out, input.app)
  sources(out, input.app)
  ledger(out, input.app)
  estimates(out, input.app)
  lentMemory(out, input.app)
  lentRoom(out, input.app)
  lentDesktops(out, input)
  decisions(out, input)
  loops(out, input.app)
  preemptible(out, input)
  usage(out, input)
  if (input.front !== undefined) front(out, input.front)
  return out.text()
}

function server(out: Exposition, { app }: MetricsInput): void {
  const { state } = app
  out.gauge('gleaner_info', 'Version and replica, always 1', [
    { labels: { version: app.version, replica: app.replica }, value: 1 },
  ])
  out.gauge('gleaner_ready', '1 once every cloud was read and the state restored', one(Number(state.ready)))
  out.gauge('gleaner_leader', '1 on the replica that decides', one(Number(state.fence !== undefined)))
  out.gauge('gleaner_paused', '1 while everything is paused', one(Number(state.killSwitch !== undefined)))
  out.gauge('gleaner_store_reachable', '1 while PostgreSQL answers', one(Number(state.storeReachable)))
  out.gauge(
    'gleaner_mode',
    '1 for the mode each capability is in',
    capabilities.map((capability) => ({ labels: { capability, mode: state.modes[capability] }, value: 1 })),
  )
}

function clouds(out: Exposition, app: Application): void {
  const nowMs = app.clock.nowMs()
  const each = (read: (cloud: string) => Sample[]) => [...app.clouds.keys()].flatMap(read)
  const snapshotOf = (cloud: string) =>
    [...app.state.clouds.values()].find(({ cloudId }) => cloudId === cloud)?.snapshot
  out.gauge(
    'gleaner_cloud_state',
    '1 for the state the cloud is in',
    [...app.clouds.keys()].flatMap((cloud) =>
      cloudStates.map((state) => ({
        labels: { cloud, state },
        value: Number(cloudStateName(app.state.clouds.get(cloud), app) === state),
      })),
    ),
  )
  out.gauge(
    'gleaner_snapshot_age_seconds',
    'Age of the last reading of the cloud',
    each((cloud) => {
      const takenAtMs = snapshotOf(cloud)?.takenAtMs
      return [{ labels: { cloud }, value: takenAtMs === undefined ? undefined : (nowMs - takenAtMs) / 1000 }]
    }),
  )
  out.gauge(
    'gleaner_snapshot_gaps',
    'Parts of the cloud that could not be read',
    each((cloud) => [{ labels: { cloud }, value: snapshotOf(cloud)?.gaps.length }]),
  )
  out.gauge(
    'gleaner_hosts',
    'Hosts by state',
    each((cloud) => byState(cloud, snapshotOf(cloud)?.hosts)),
  )
  out.gauge(
    'gleaner_instances',
    'Instances by state',
    each((cloud) => byState(cloud, snapshotOf(cloud)?.instances)),
  )
}

const sourceStates = ['starting', 'back-filling', 'fresh', 'stale', 'unreachable'] as const

function sources(out: Exposition, app: Application): void {
  const ids = [...app.sources.keys()]
  const each = (read: (source: string, known: SourceState | undefined) => Sample[]) =>
    ids.flatMap((source) => read(source, app.state.sources.get(source)))
  out.gauge(
    'gleaner_source_state',
    '1 for the state the source of measurements is in',
    each((source) =>
      sourceStates.map((state) => ({
        labels: { source, state },
        value: Number(sourceStateName(source, app) === state),
      })),
    ),
  )
  out.gauge(
    'gleaner_source_reading_age_seconds',
    'Age of the last good reading of the source',
    each((source, known) => {
      const readAtMs = known?.readAtMs
      return [{ labels: { source }, value: readAtMs === undefined ? undefined : (app.clock.nowMs() - readAtMs) / 1000 }]
    }),
  )
  out.gauge(
    'gleaner_source_series',
    'Series of the last reading by what became of them',
    each((source, known) => {
      const notes = known?.notes
      if (notes === undefined) return []
      const { series, unmatched, ambiguous, duplicate } = notes
      const fates = { used: series - unmatched - ambiguous - duplicate, unmatched, ambiguous, duplicate }
      return Object.entries(fates).map(([fate, value]) => ({ labels: { source, fate }, value }))
    }),
  )
  out.counter(
    'gleaner_source_samples_total',
    'Samples of the source that were taken in since the start',
    each((source, known) => [{ labels: { source }, value: known?.samples ?? 0 }]),
  )
}

function byState(cloud: string, things: readonly { readonly state: string }[] | undefined): Sample[] {
  const counts = new Map<string, number>()
  for (const { state } of things ?? []) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, value]) => ({ labels: { cloud, state }, value }))
}

function ledger(out: Exposition, app: Application): void {
  const totals = app.state.plan?.totals
  if (totals === undefined) return
  const samples = (line: LedgerLine, factor: number): Sample[] =>
    ledgerLines.map((name) => {
      const value = line[name]
      return { labels: { line: snake(name) }, value: value === undefined ? undefined : value * factor }
    })
  out.gauge('gleaner_ledger_cores', 'Ledger totals over all hosts, in cores', samples(totals.cores, 1))
  out.gauge(
    'gleaner_ledger_memory_bytes',
    'Ledger totals over all hosts, in bytes',
    samples(totals.memoryMiB, 1_048_576),
  )
}

function decisions(out: Exposition, { app, problems, actions }: MetricsInput): void {
  const { byState } = proposalCounts(app.state.proposals)
  out.gauge(
    'gleaner_proposals',
    'Open proposals by state',
    Object.entries(byState).map(([state, value]) => ({ labels: { state }, value })),
  )
  out.gauge('gleaner_actions_open', 'Actions under way', one(app.state.openActions.length))
  out.counter(
    'gleaner_actions_total',
    'Actions that ended since the start',
    [...actions].map(([key, value]) => {
      const [action = '', outcome = ''] = key.split(' ')
      return { labels: { action, outcome }, value }
    }),
  )
  out.gauge(
    'gleaner_problems_open',
    'Open problems by severity',
    (['warning', 'error'] as const).map((severity) => ({
      labels: { severity },
      value: problems?.filter((problem) => problem.severity === severity).length,
    })),
  )
  const rules = (read: (id: string) => number | undefined) =>
    app.state.rules.map(({ id, name }) => ({ labels: { rule: name }, value: read(id) }))
  out.gauge(
    'gleaner_rule_matched',
    'Instances the rule matched in the last cycle',
    rules((id) => app.state.ruleCounts.get(id)?.matched),
  )
  out.gauge(
    'gleaner_rule_unknown',
    'Instances the rule could not be decided for',
    rules((id) => app.state.ruleCounts.get(id)?.unknown),
  )
}

function preemptible(out: Exposition, { app, preemption }: MetricsInput): void {
  out.gauge(
    'gleaner_preemptible_instances',
    'Preemptible instances by state',
    [...app.state.clouds.values()].flatMap(({ cloudId, snapshot }) =>
      byState(
        cloudId,
        snapshot?.instances.filter(({ firmness }) => firmness === 'preemptible'),
      ),
    ),
  )
  if (preemption === undefined) return
  const { decisions: open, evictions } = preemption
  out.gauge(
    'gleaner_preemption_decisions_open',
    'Decisions to evict that are under way',
    evictionKinds.flatMap((kind) =>
      decisionStates
        .filter((state) => isDecisionOpen({ state }))
        .map((state) => ({
          labels: { kind, state },
          value: open.filter((each) => each.kind === kind && each.state === state).length,
        })),
    ),
  )
  out.gauge(
    'gleaner_evictions_waiting',
    'Evicted instances that wait to return, or are on their way',
    (['waiting', 'returning'] as const).map((state) => ({
      labels: { state },
      value: evictions.filter((each) => each.state === state).length,
    })),
  )
}

function loops(out: Exposition, app: Application): void {
  const statuses = app.loops()
  const of = (read: (loop: (typeof statuses)[number]) => number | undefined): Sample[] =>
    statuses.map((loop) => ({ labels: { loop: loop.name }, value: read(loop) }))
  out.counter(
    'gleaner_loop_runs_total',
    'Runs of the loop',
    of((loop) => loop.runs),
  )
  out.counter(
    'gleaner_loop_failures_total',
    'Runs of the loop that failed',
    of((loop) => loop.failures),
  )
  out.gauge(
    'gleaner_loop_last_duration_seconds',
    'Duration of the last run',
    of((loop) => (loop.lastDurationMs === undefined ? undefined : loop.lastDurationMs / 1000)),
  )
  out.gauge(
    'gleaner_loop_late',
    '1 when the loop has missed three periods',
    of((loop) => Number(loop.late)),
  )
}

function usage(out: Exposition, { app, process }: MetricsInput): void {
  const counters = app.usage.counters()
  out.gauge('gleaner_telemetry_subjects', 'Hosts and instances with usage data', one(counters.subjects))
  out.gauge('gleaner_telemetry_bytes', 'Memory that usage data takes', one(counters.bytes))
  out.counter('gleaner_telemetry_samples_total', 'Samples taken in', one(counters.samples))
  out.counter('gleaner_telemetry_refused_total', 'Samples that could not be a measurement', one(counters.refused))
  out.gauge('gleaner_live_connections', 'Listeners for live events', one(app.hub.listeners))
  out.gauge(
    'gleaner_event_loop_delay_seconds',
    'Delay of the event loop since the last scrape',
    (['mean', 'p99', 'max'] as const).map((statistic) => ({
      labels: { statistic },
      value: process.eventLoopDelayS[statistic],
    })),
  )
  out.gauge('process_resident_memory_bytes', 'Resident memory', one(process.residentBytes))
  out.gauge('nodejs_heap_used_bytes', 'Heap in use', one(process.heapUsedBytes))
  out.gauge('nodejs_external_memory_bytes', 'Memory outside of the heap', one(process.externalBytes))
  out.counter('process_cpu_seconds_total', 'CPU time of the process', one(process.cpuS))
  out.gauge('process_start_time_seconds', 'Start of the process', one(process.startedAtS))
}

function front(out: Exposition, figures: FrontFigures): void {
  const of = (counts: ReadonlyMap<string, number>, ...names: readonly string[]): Sample[] =>
    [...counts].map(([key, value]) => {
      const parts = key.split(' ')
      return { labels: Object.fromEntries(names.map((name, index) => [name, parts[index] ?? ''])), value }
    })
  out.gauge('gleaner_front_requests_open', 'Requests to the front under way', one(figures.open))
  out.gauge('gleaner_front_creates_waiting', 'Creates that wait for room', one(figures.waiting))
  out.counter(
    'gleaner_front_requests_total',
    'Requests to the front by kind, and by how they ended',
    of(figures.requests, 'kind', 'outcome'),
  )
  out.counter(
    'gleaner_front_creates_total',
    'Creates through the front by firmness, and by what came of their wish for room',
    of(figures.creates, 'firmness', 'room'),
  )
  out.counter('gleaner_front_late_tags_total', 'Tags set after creation, by outcome', of(figures.tags, 'outcome'))
}

const one = (value: number | undefined): Sample[] => [{ value }]

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Key of the counter of ended actions; undefined for an entry that has not ended. */
export function endedActionKey(entry: Pick<JournalEntry, 'action' | 'state'>): string | undefined {
  return entry.state === 'intended' || entry.state === 'accepted' ? undefined : `${entry.action} ${entry.state}`
}
