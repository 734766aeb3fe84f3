// A trace in hand: read once into the spool, then given host by host in the order of time. Where the format knows no hosts,
// instances are put on hosts in the order of their first sight, `instancesPerHost` each, and a host is as large as
// what was ever booked on it at once divided by `soldRatio` (or as large as it is said to be).
// Host usage that no file tells is the sum of its instances; a hole of an instance counts with the mean of its slice, so
// that a lost sample never looks like idle cores. The first and the last slice of a host are left out when less than half
// of their samples are there.
import { statSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { HostSlice } from '@gleaner/engine/oversubscription'
import { GleanerError } from '@gleaner/model/errors'
import { azureStepS, readAzure } from './azure-reader.ts'
import { bitbrainsStepS, readBitbrains } from './bitbrains-reader.ts'
import { detectFormat, type TraceFormat } from './detect-format.ts'
import type { FaultLog } from './fault-log.ts'
import { HostSliceBuilder } from './host-slice-builder.ts'
import { opendcStepS, readOpendc } from './opendc-reader.ts'
import { planetlabStepS, readPlanetlabFolder, readPlanetlabTable } from './planetlab-reader.ts'
import { readScrooge } from './scroogevm-reader.ts'
import { SliceSpool } from './slice-spool.ts'
import { detectStep, readTable } from './table-reader.ts'
import { TraceSink } from './trace-sink.ts'

export interface TraceOptions {
  readonly format?: TraceFormat
  /** Length of a scope; ScroogeVM's files bring their own. */
  readonly scopeS?: number
  /** Length of a slice; the scope unless told. */
  readonly sliceS?: number
  readonly historyScopes?: number
  /** Seconds between samples, where the format does not tell. */
  readonly stepS?: number
  readonly instancesPerHost?: number
  readonly soldRatio?: number
  readonly hostCores?: number
  readonly hostMemoryMB?: number
  readonly coresPerInstance?: number
  /** Memory for records before they go to a temporary file. */
  readonly spoolBytes?: number
}

export const defaultScopeS = 3600
export const defaultHistoryScopes = 3
const defaultSoldRatio = 3

export interface TraceEvents {
  readonly faults: FaultLog
  readonly onBytes: (count: number) => void
}

export interface OpenTrace {
  readonly name: string
  readonly format: TraceFormat
  readonly hosts: readonly string[]
  readonly sliceS: number
  readonly slicesPerScope: number
  readonly historyScopes: number
  /** Slice by slice; of a slice, host by host. `next` is the slice after it of the same host, if any. */
  slices(): Iterable<{ host: number; slice: HostSlice; next: HostSlice | undefined }>
  dispose(): void
}

export async function openTrace(path: string, options: TraceOptions, events: TraceEvents): Promise<OpenTrace> {
  const format = options.format ?? detectFormat(path)
  const spool = new SliceSpool(options.spoolBytes)
  try {
    return await read({ path, format, options, events, spool })
  } catch (error) {
    spool.dispose()
    throw error
  }
}

/** Seconds between the samples of a table that does not tell. */
const usualStepS = 300

interface Work {
  readonly path: string
  readonly format: TraceFormat
  readonly options: TraceOptions
  readonly events: TraceEvents
  readonly spool: SliceSpool
}

async function read(work: Work): Promise<OpenTrace> {
  const { path, format, options, events, spool } = work
  const stepS = options.stepS ?? (await stepOf(work))
  let scopeS = options.scopeS ?? defaultScopeS
  let sliceS = options.sliceS ?? scopeS
  let historyScopes = options.historyScopes ?? defaultHistoryScopes
  // The slices of ScroogeVM's files are in the files, and not in seconds.
  if (format !== 'scroogevm' && sliceS < stepS) {
    const detail = `${path} has a sample every ${stepS} s: nothing shorter can be told`
    const option = options.sliceS === undefined ? '--scope' : '--slice'
    throw new GleanerError('lab-option', { option, value: sliceS, detail })
  }
  let epochsS: readonly number[] = []
  const sink = new TraceSink({ shape: { sliceS, stepS }, spool, ...events })
  if (format === 'scroogevm') {
    const config = await readScrooge(path, sink)
    scopeS = config.scopeS ?? scopeS
    sliceS = config.sliceS ?? scopeS
    historyScopes = options.historyScopes ?? config.historyScopes ?? historyScopes
    epochsS = config.epochsS
    sink.hosts[0] = config.nodeName
  } else await readTimed(work, sink)
  const slicesPerScope = wholeRatio(scopeS, sliceS)
  sink.finish()
  const builder = new HostSliceBuilder({
    sink,
    sliceS,
    slicesPerScope,
    epochsS,
    isTimed: format !== 'scroogevm',
    soldRatio: options.soldRatio ?? defaultSoldRatio,
    ...(options.hostCores === undefined ? {} : { hostCores: options.hostCores }),
    ...(options.hostMemoryMB === undefined ? {} : { hostMemoryMB: options.hostMemoryMB }),
    file: path,
  })
  return {
    name: traceName(path),
    format,
    hosts: sink.hosts,
    sliceS,
    slicesPerScope,
    historyScopes,
    slices: () => builder.slices(),
    dispose: () => spool.dispose(),
  }
}

async function readTimed({ path, format, options }: Work, sink: TraceSink): Promise<void> {
  const perHost = options.instancesPerHost ?? Number.POSITIVE_INFINITY
  const place = (instance: number): number => Math.floor(instance / perHost)
  const planetlab = { coresPerInstance: options.coresPerInstance ?? 1, place }
  switch (format) {
    case 'planetlab':
      return readPlanetlabFolder(path, sink, planetlab)
    case 'planetlab-table':
      return readPlanetlabTable(path, sink, planetlab)
    case 'bitbrains':
      return readBitbrains(path, sink, place)
    case 'opendc':
      return readOpendc(path, sink, place)
    case 'azure':
      return readAzure(path, sink, place)
    case 'table':
      return readTable(path, sink)
    case 'scroogevm':
      return undefined
  }
}

async function stepOf({ path, format, options, events, spool }: Work): Promise<number> {
  switch (format) {
    case 'planetlab':
    case 'planetlab-table':
      return planetlabStepS
    case 'bitbrains':
      return bitbrainsStepS
    case 'opendc':
      return opendcStepS
    case 'azure':
      return azureStepS
    case 'scroogevm':
      return 1
    case 'table': {
      const sliceS = options.sliceS ?? options.scopeS ?? defaultScopeS
      const quiet = { faults: events.faults, onBytes: () => undefined }
      const step = await detectStep(path, new TraceSink({ shape: { sliceS, stepS: sliceS }, spool, ...quiet }))
      return step ?? Math.min(usualStepS, sliceS)
    }
  }
}

function wholeRatio(scopeS: number, sliceS: number): number {
  const ratio = scopeS / sliceS
  if (Number.isInteger(ratio) && ratio >= 1) return ratio
  const detail = `a scope of ${scopeS} s is no whole number of slices of ${sliceS} s`
  throw new GleanerError('lab-option', { option: 'slice', value: sliceS, detail })
}

/** The name of the file without what tells its format. */
export function traceName(path: string): string {
  const name = basename(path.replace(/\/+$/, '')).replace(/(\.(json|csv|parquet|gz))+$/i, '')
  return name === '' ? 'trace' : name
}

/** Bytes on the disk that reading will pass, for progress. */
export function traceBytes(path: string): number {
  const facts = statSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return 0
  if (!facts.isDirectory()) return facts.size
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}
