// One trace from file to result: every strategy on every host, in one pass over the slices. Writes a dump per strategy (of
// a trace with several hosts: per host and strategy, for the first `dumpedHosts`), and gives the rows of the summary.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  defaultEstimatorOptions,
  type Fared,
  type GleanerOptions,
  type HostEstimate,
  HostEstimator,
  nothingJudged,
  type Resource,
  resources,
  type StabilityFlags,
  type StrategyName,
  type StrategyParameters,
} from '@gleaner/engine/oversubscription'
import { FaultLog, type FaultSummary } from '../trace/fault-log.ts'
import { type OpenTrace, openTrace, type TraceOptions } from '../trace/open-trace.ts'
import { HostDump, sharedSlice } from './host-dump.ts'
import type { LabStrategyName } from './lab-strategy.ts'
import { OracleLane } from './oracle-lane.ts'
import { meanFared, type SummaryRow } from './summary.ts'

export interface EstimateOptions extends TraceOptions {
  readonly strategies: readonly LabStrategyName[]
  readonly asPublished: boolean
  readonly aggregation?: number
  readonly parameters?: StrategyParameters
  readonly gleaner?: GleanerOptions
  readonly stabilityFlags?: StabilityFlags
  readonly withInput?: boolean
  /** Hosts of a trace that get a dump; the summary has them all. */
  readonly dumpedHosts?: number
}

export interface EstimateTask {
  readonly path: string
  /** The name in file names and tables; unique within a run. */
  readonly name: string
  readonly options: EstimateOptions
  /** Where dumps go; without it there are none. */
  readonly outputFolder?: string
}

export interface TraceResult {
  readonly name: string
  readonly rows: readonly SummaryRow[]
  readonly faults: FaultSummary
  readonly hosts: number
  readonly slices: number
}

interface HostWork {
  readonly name: string
  readonly estimator: HostEstimator
  readonly oracle: Record<Resource, OracleLane> | undefined
  readonly dumps: Map<LabStrategyName, HostDump>
  readonly fared: Map<LabStrategyName, Record<Resource, Fared>>
}

const defaultDumpedHosts = 64

export async function estimateTrace(task: EstimateTask, onBytes: (count: number) => void): Promise<TraceResult> {
  const faults = new FaultLog()
  const trace = await openTrace(task.path, task.options, { faults, onBytes })
  try {
    const hosts = new Map<number, HostWork>()
    let slices = 0
    for (const { host, slice, next } of trace.slices()) {
      let work = hosts.get(host)
      if (work === undefined) hosts.set(host, (work = startHost(task, trace, { host, seen: hosts.size })))
      slices++
      const estimates = new Map<LabStrategyName, HostEstimate>(work.estimator.add(slice))
      if (work.oracle !== undefined) {
        estimates.set('oracle', { cpu: work.oracle.cpu.add(slice, next), memory: work.oracle.memory.add(slice, next) })
      }
      const shared = work.dumps.size === 0 ? undefined : sharedSlice(slice)
      for (const [strategy, estimate] of estimates) {
        work.fared.set(strategy, { cpu: estimate.cpu.fared, memory: estimate.memory.fared })
        if (shared !== undefined) work.dumps.get(strategy)?.add(shared, estimate)
      }
    }
    if (task.outputFolder !== undefined) writeDumps(task, task.outputFolder, [...hosts.values()])
    return {
      name: task.name,
      rows: rowsOf(task, [...hosts.values()]),
      faults: faults.summary(),
      hosts: hosts.size,
      slices,
    }
  } finally {
    trace.dispose()
  }
}

function startHost(task: EstimateTask, trace: OpenTrace, { host, seen }: { host: number; seen: number }): HostWork {
  const { options } = task
  const strategies = options.strategies.filter((name): name is StrategyName => name !== 'oracle')
  const name = trace.hosts[host] === undefined || trace.hosts[host] === '' ? task.name : trace.hosts[host]
  const aggregation = options.aggregation ?? 1
  const head = {
    traceName: task.name,
    hostName: name,
    asPublished: options.asPublished,
    sliceS: trace.sliceS,
    slicesPerScope: trace.slicesPerScope,
    historyScopes: trace.historyScopes,
    aggregation,
    withInput: options.withInput ?? false,
  }
  const hasDumps = task.outputFolder !== undefined && seen < (options.dumpedHosts ?? defaultDumpedHosts)
  return {
    name,
    estimator: new HostEstimator({
      ...defaultEstimatorOptions,
      strategies,
      historyScopes: trace.historyScopes,
      slicesPerScope: trace.slicesPerScope,
      asPublished: options.asPublished,
      aggregation,
      ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
      ...(options.gleaner === undefined ? {} : { gleaner: options.gleaner }),
      ...(options.stabilityFlags === undefined ? {} : { stabilityFlags: options.stabilityFlags }),
    }),
    oracle: options.strategies.includes('oracle')
      ? { cpu: new OracleLane('cpu'), memory: new OracleLane('memory') }
      : undefined,
    dumps: new Map(
      hasDumps ? options.strategies.map((strategy) => [strategy, new HostDump({ ...head, strategy })]) : [],
    ),
    fared: new Map(),
  }
}

function rowsOf({ name, options }: EstimateTask, hosts: readonly HostWork[]): SummaryRow[] {
  const rows: SummaryRow[] = []
  for (const strategy of options.strategies) {
    for (const resource of resources) {
      const list = hosts.map((host) => host.fared.get(strategy)?.[resource] ?? nothingJudged)
      if (list.every(({ judged }) => judged === 0)) continue
      const facts = { trace: name, resource, strategy, asPublished: options.asPublished }
      rows.push({ ...facts, host: '*', hosts: hosts.length, fared: meanFared(list) })
      if (hosts.length === 1) continue
      for (const [i, host] of hosts.entries()) {
        rows.push({ ...facts, host: host.name, hosts: 1, fared: list[i] as Fared })
      }
    }
  }
  return rows
}

function writeDumps(task: EstimateTask, folder: string, hosts: readonly HostWork[]): void {
  mkdirSync(folder, { recursive: true })
  for (const host of hosts) {
    for (const [strategy, dump] of host.dumps) {
      const parts = hosts.length === 1 ? [task.name, strategy] : [task.name, host.name, strategy]
      const file = join(folder, `${parts.map(safeName).join('.')}.dump.json`)
      // Whole or not at all: who stops the run finds no half file.
      writeFileSync(`${file}.part`, dump.text())
      renameSync(`${file}.part`, file)
    }
  }
}

/** A name with any character as a part of a file name. */
export function safeName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}_-]/gu, (char) => `%${char.codePointAt(0)?.toString(16)}`)
  return safe.slice(0, 100)
}
