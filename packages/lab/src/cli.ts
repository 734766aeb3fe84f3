// What `gleaner lab …` does, as plain functions: estimate, report, generate. The command line only parses and calls them.
// They print through `print`, throw errors of the registry, and give the exit code: 0 done, 1 something failed or the run
// was stopped (the same command goes on where it was).
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { StabilityFlags } from '@gleaner/engine/oversubscription'
import { GleanerError } from '@gleaner/model/errors'
import { type GenerateOptions, generateTrace } from './generate/generate-trace.ts'
import { writeReport } from './report/write-report.ts'
import type { EstimateOptions, EstimateTask, TraceResult } from './run/estimate-trace.ts'
import type { TraceFailure } from './run/estimate-worker.ts'
import { defaultStrategies, parseStrategies } from './run/lab-strategy.ts'
import { asOut, makeOutFolder } from './run/out-folder.ts'
import { Progress } from './run/progress.ts'
import { runPool } from './run/run-pool.ts'
import { RunState } from './run/run-state.ts'
import { readSettings } from './run/strategy-settings.ts'
import { type SummaryRow, summaryCsv } from './run/summary.ts'
import type { TraceFormat } from './trace/detect-format.ts'
import { faultWords } from './trace/fault-log.ts'
import { traceBytes, traceName } from './trace/open-trace.ts'

/** Where the functions write to; the process's own by default. */
export interface LabConsole {
  readonly print: (text: string) => void
  readonly progress: (text: string) => void
  readonly isTerminal: boolean
}

export const processConsole: LabConsole = {
  print: (text) => void process.stdout.write(`${text}\n`),
  progress: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
}

export interface LabEstimateOptions {
  readonly traces: readonly string[]
  /** Names, or `all`; Gleaner's and the eight published ones unless told. `gleaner@5`: with its knob at 5. */
  readonly strategies?: readonly string[]
  /** `scroogevm.lowest=3`: other values than those of the authors. */
  readonly settings?: readonly string[]
  readonly scopeS?: number
  readonly sliceS?: number
  readonly history?: number
  readonly out: string
  readonly asPublished?: boolean
  readonly stabilityFile?: string
  readonly format?: TraceFormat
  readonly stepS?: number
  readonly instancesPerHost?: number
  readonly hostCores?: number
  readonly hostMemoryMB?: number
  readonly soldRatio?: number
  readonly aggregation?: number
  readonly withInput?: boolean
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly console?: LabConsole
}

export async function labEstimate(options: LabEstimateOptions): Promise<number> {
  const console = options.console ?? processConsole
  const estimate = estimateOptions(options)
  const tasks = makeTasks(options.traces, estimate, options.out)
  makeOutFolder(options.out)
  const state = new RunState(options.out, estimate)
  const results = new Map<string, TraceResult>()
  for (const task of tasks) {
    const result = state.finished(task.name, task.path)
    if (result !== undefined) results.set(task.name, result)
  }
  const waiting = tasks.filter(({ name }) => !results.has(name))
  if (results.size > 0) console.print(`${results.size} of ${tasks.length} traces were finished before and are kept.`)
  const failures: { task: EstimateTask; failure: TraceFailure }[] = []
  const progress = new Progress({
    totalBytes: waiting.reduce((sum, { path }) => sum + traceBytes(path), 0),
    traces: waiting.length,
    isTerminal: console.isTerminal,
    write: console.progress,
    nowMs: () => performance.now(),
  })
  await runPool(
    waiting,
    {
      onBytes: (count) => progress.addBytes(count),
      onResult: (task, result) => {
        results.set(task.name, result)
        state.finish(result, task.path)
        progress.finishTrace()
      },
      onFailure: (task, failure) => {
        failures.push({ task, failure })
        progress.finishTrace()
      },
    },
    { threads: options.threads ?? availableParallelism(), ...(options.signal ? { signal: options.signal } : {}) },
  )
  progress.end()
  const finished = tasks.flatMap(({ name }) => results.get(name) ?? [])
  writeResults(options.out, finished)
  sayResults(console, finished)
  for (const { failure } of failures) console.print(`${failure.message}${failure.remedy ? ` ${failure.remedy}` : ''}`)
  const missing = tasks.length - finished.length - failures.length
  if (missing > 0) {
    console.print(
      `Stopped: ${finished.length} of ${tasks.length} traces are finished in ${options.out}. The same command goes on.`,
    )
  }
  return finished.length === tasks.length ? 0 : 1
}

/** Writes DIR/report.html from what an estimate left in DIR; gives its path. */
export function labReport(folder: string, console: LabConsole = processConsole): string {
  if (!existsSync(join(folder, 'summary.csv'))) {
    const detail = 'it has no summary.csv; run gleaner lab estimate with --out first'
    throw new GleanerError('lab-option', { option: 'DIR', value: folder, detail })
  }
  const file = asOut(join(folder, 'report.html'), () => writeReport(folder))
  console.print(`${file} (${Math.round(statSync(file).size / 1000)} kB). It opens without a network.`)
  return file
}

export function labGenerate(options: GenerateOptions, console: LabConsole = processConsole): string {
  const path = asOut(options.out, () => generateTrace(options))
  console.print(`${path}: ${options.shape ?? 'mixed'}, seed ${options.seed ?? 1}.`)
  return path
}

function estimateOptions(options: LabEstimateOptions): EstimateOptions {
  for (const [option, value] of Object.entries({
    scope: options.scopeS,
    slice: options.sliceS,
    step: options.stepS,
    'host-cores': options.hostCores,
    'host-memory': options.hostMemoryMB,
    aggregation: options.aggregation,
    'sold-ratio': options.soldRatio,
    'instances-per-host': options.instancesPerHost,
  })) {
    if (value === undefined || (value > 0 && Number.isFinite(value))) continue
    throw new GleanerError('lab-option', { option, value, detail: 'it must be above 0' })
  }
  const history = options.history
  if (history !== undefined && !(Number.isInteger(history) && history >= 0)) {
    throw new GleanerError('lab-option', {
      option: 'history',
      value: history,
      detail: 'it must be a whole number from 0',
    })
  }
  const given = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
    (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value }
  return {
    strategies: options.strategies === undefined ? defaultStrategies : parseStrategies(options.strategies),
    asPublished: options.asPublished ?? false,
    ...given('scopeS', options.scopeS),
    ...given('sliceS', options.sliceS),
    ...given('historyScopes', history),
    ...given('stepS', options.stepS),
    ...given('format', options.format),
    ...given('instancesPerHost', options.instancesPerHost),
    ...given('hostCores', options.hostCores),
    ...given('hostMemoryMB', options.hostMemoryMB),
    ...given('soldRatio', options.soldRatio),
    ...given('aggregation', options.aggregation),
    ...given('withInput', options.withInput),
    ...given('settings', options.settings === undefined ? undefined : readSettings(options.settings)),
    ...given('stabilityFlags', options.stabilityFile === undefined ? undefined : readFlags(options.stabilityFile)),
  }
}

/** {"cpu": [true, …], "memory": [false, …]}, one flag a slice. */
function readFlags(file: string): StabilityFlags {
  let found: unknown
  try {
    found = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new GleanerError('trace-unreadable', { file, detail, position: 'stability flags' }, { cause: error })
  }
  const flags = found as Partial<StabilityFlags> | null
  const isList = (list: unknown): list is boolean[] =>
    Array.isArray(list) && list.every((flag) => typeof flag === 'boolean')
  if (flags === null || !isList(flags.cpu) || !isList(flags.memory)) {
    const detail = 'it must be {"cpu": [true or false per slice], "memory": [ … ]}'
    throw new GleanerError('trace-unreadable', { file, detail, position: 'stability flags' })
  }
  return { cpu: flags.cpu, memory: flags.memory }
}

function makeTasks(traces: readonly string[], options: EstimateOptions, outputFolder: string): EstimateTask[] {
  if (traces.length === 0) {
    throw new GleanerError('lab-option', { option: 'TRACE', value: 'missing', detail: 'name at least one trace' })
  }
  const names = new Set<string>()
  return traces.map((path) => {
    const base = traceName(path)
    let name = base
    for (let copy = 2; names.has(name); copy++) name = `${base}-${copy}`
    names.add(name)
    return { path, name, options, outputFolder }
  })
}

function writeResults(folder: string, results: readonly TraceResult[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'summary.csv'), summaryCsv(results.flatMap(({ rows }) => rows)))
  const lines = results.flatMap(({ name, faults }) =>
    faults.first.map(({ kind, file, position, detail }) =>
      [name, kind, faults.counts[kind] ?? 1, file, position, detail].map((cell) => csvCell(String(cell))).join(','),
    ),
  )
  writeFileSync(join(folder, 'faults.csv'), `${['trace,kind,count,file,position,detail', ...lines].join('\n')}\n`)
}

function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const shownFaults = 8

function sayResults(console: LabConsole, results: readonly TraceResult[]): void {
  for (const { name, rows, faults, hosts, slices } of results) {
    console.print(`${name}: ${hosts} host${hosts === 1 ? '' : 's'}, ${slices} slices`)
    for (const row of rows.filter(({ host, resource }) => host === '*' && resource === 'cpu'))
      console.print(rowText(row))
    if (rows.length === 0)
      console.print(
        '  no estimate could be judged: that takes a host with a capacity, and a slice after it; see --scope',
      )
    for (const words of faultWords(faults)) console.print(`  ${words} (faults.csv)`)
    for (const { file, position, detail } of faults.first.slice(0, shownFaults)) {
      console.print(`    ${file}, ${position}: ${detail}`)
    }
  }
}

function rowText({ strategy, fared }: SummaryRow): string {
  const cells = [
    strategy.padEnd(27),
    `misprediction ${fared.misprediction.toFixed(2).padStart(7)}`,
    `violation ${fared.violation.toFixed(3).padStart(8)}`,
    `savings ${(fared.savings * 100).toFixed(1).padStart(5)} %`,
  ]
  return `  ${cells.join('  ')}`
}
