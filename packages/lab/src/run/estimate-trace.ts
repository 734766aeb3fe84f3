// One trace from file to result: every strategy on every host, in one pass over the slices. Writes a dump per strategy (of
// a trace with several hosts: per host and strategy, for the first `dumpedHosts`), and gives the rows of the summary.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  defaultEstimatorOptions,
  defaultGleanerOptions,
  type Fared,
  type HostEstimate,
  HostEstimator,
  nothingJudged,
  type Resource,
  publishedParameters,
  resources,
  type StabilityFlags,
  type StrategyName,
} from '@gleaner/engine/oversubscription'
import { GleanerError } from '@gleaner/model/errors'
import { FaultLog, type FaultSummary } from '../trace/fault-log.ts'
import { type OpenTrace, openTrace, type TraceOptions } from '../trace/open-trace.ts'
import { HostDump, sharedSlice } from './host-dump.ts'
import { type LabStrategyName, partsOf } from './lab-strategy.ts'
import { OracleLane } from './oracle-lane.ts'
import { knobOf } from './strategy-knobs.ts'
import type { StrategySettings } from './strategy-settings.ts'
import { meanFared, type SummaryRow } from './summary.ts'

export interface EstimateOptions extends TraceOptions {
  readonly strategies: readonly LabStrategyName[]
  readonly asPublished: boolean
  readonly aggregation?: number
  readonly settings?: StrategySettings
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

/** Strategies with the same settings; under the names they have in the lab. */
interface Lane {
  readonly names: ReadonlyMap<StrategyName, LabStrategyName>
  readonly estimator: HostEstimator
}

interface HostWork {
  readonly name: string
  readonly lanes: readonly Lane[]
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
    let until = 0
    for (const { host, slice, next } of trace.slices()) {
      let work = hosts.get(host)
      if (work === undefined) hosts.set(host, (work = startHost(task, trace, { host, seen: hosts.size })))
      slices++
      until = Math.max(until, slice.index + 1)
      const estimates = new Map<LabStrategyName, HostEstimate>()
      for (const { names, estimator } of work.lanes)
        for (const [strategy, estimate] of estimator.add(slice))
          estimates.set(names.get(strategy) ?? strategy, estimate)
      if (work.oracle !== undefined) {
        estimates.set('oracle', { cpu: work.oracle.cpu.add(slice, next), memory: work.oracle.memory.add(slice, next) })
      }
      const shared = work.dumps.size === 0 ? undefined : sharedSlice(slice)
      for (const [strategy, estimate] of estimates) {
        work.fared.set(strategy, { cpu: estimate.cpu.fared, memory: estimate.memory.fared })
        if (shared !== undefined) work.dumps.get(strategy)?.add(shared, estimate)
      }
    }
    if (slices === 0) throw emptyTrace(task, faults.summary())
    sayMissingFlags(task, { until, faults })
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

function emptyTrace({ path }: EstimateTask, { first }: FaultSummary): GleanerError {
  const [fault] = first
  const detail = fault === undefined ? 'it has no samples' : `${fault.file}, ${fault.position}: ${fault.detail}`
  return new GleanerError('trace-empty', { file: path, detail })
}

/** What was given is used as far as it goes; where it ends the detector judges again, which has to be known. */
function sayMissingFlags(
  { path, options }: EstimateTask,
  { until, faults }: { readonly until: number; readonly faults: FaultLog },
): void {
  for (const resource of resources) {
    const given = options.stabilityFlags?.[resource].length ?? until
    if (given >= until) continue
    const detail = `${given} flags are given for ${resource} and there are ${until} slices; the rest is judged`
    faults.add({ kind: 'no-flag', file: path, position: `slice ${given}`, detail })
  }
}

function startHost(task: EstimateTask, trace: OpenTrace, { host, seen }: { host: number; seen: number }): HostWork {
  const { options } = task
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
    lanes: lanesOf(options, trace),
    oracle: options.strategies.includes('oracle')
      ? { cpu: new OracleLane('cpu'), memory: new OracleLane('memory') }
      : undefined,
    dumps: new Map(
      hasDumps ? options.strategies.map((strategy) => [strategy, new HostDump({ ...head, strategy })]) : [],
    ),
    fared: new Map(),
  }
}

/** All whose knob is where it is by default together, and each that is turned by itself. */
function lanesOf(options: EstimateOptions, trace: OpenTrace): Lane[] {
  const { settings = { parameters: publishedParameters, gleaner: defaultGleanerOptions } } = options
  const make = (strategies: readonly StrategyName[], { parameters, gleaner }: StrategySettings): HostEstimator =>
    new HostEstimator({
      ...defaultEstimatorOptions,
      strategies,
      historyScopes: trace.historyScopes,
      slicesPerScope: trace.slicesPerScope,
      asPublished: options.asPublished,
      aggregation: options.aggregation ?? 1,
      parameters,
      gleaner,
      ...(options.stabilityFlags === undefined ? {} : { stabilityFlags: options.stabilityFlags }),
    })
  const lanes: Lane[] = []
  const plain: StrategyName[] = []
  for (const name of options.strategies) {
    const { strategy, knob } = partsOf(name)
    if (strategy === 'oracle') continue
    const engineName = strategy as StrategyName
    if (knob === undefined) plain.push(engineName)
    else {
      const turned = knobOf(strategy)?.turn(settings, knob) ?? settings
      lanes.push({ names: new Map([[engineName, name]]), estimator: make([engineName], turned) })
    }
  }
  return [{ names: new Map(), estimator: make(plain, settings) }, ...lanes]
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
