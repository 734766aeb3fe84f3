// From the ordered records of the spool to the slices of hosts. See open-trace.ts for what is guaranteed.
import { type HostShare, type HostSlice, type InstanceSlice, meanOf } from '@gleaner/engine/oversubscription'
import { MadeHosts } from './made-hosts.ts'
import type { SpoolRecord } from './slice-spool.ts'
import type { TraceSink } from './trace-sink.ts'

export interface BuilderOptions {
  readonly sink: TraceSink
  readonly sliceS: number
  readonly slicesPerScope: number
  readonly epochsS: readonly number[]
  /** Slices follow from times; a host's usage is the sum of its instances. */
  readonly isTimed: boolean
  readonly soldRatio: number
  readonly hostCores?: number
  readonly hostMemoryMB?: number
  readonly file: string
}

export interface BuiltSlice {
  readonly host: number
  readonly slice: HostSlice
  readonly next: HostSlice | undefined
}

interface Waiting {
  readonly slice: HostSlice
  readonly coverage: number
  readonly isFirst: boolean
}

/** The share of samples the first and the last slice of a host must have. */
const neededCoverage = 0.5

export class HostSliceBuilder {
  readonly #options: BuilderOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #made: MadeHosts

  constructor(options: BuilderOptions) {
    this.#options = options
    this.#made = new MadeHosts(options)
  }

  *slices(): Generator<BuiltSlice> {
    const { spool } = this.#options.sink
    let group: SpoolRecord[] = []
    let first: number | undefined
    for (const record of spool.drain()) {
      const head = group[0]
      if (head !== undefined && (head.slice !== record.slice || head.host !== record.host)) {
        yield* this.#emit(group, (first ??= this.#alignedFirst(head.slice)))
        group = []
      }
      group.push(record)
    }
    const head = group[0]
    if (head !== undefined) yield* this.#emit(group, (first ??= this.#alignedFirst(head.slice)))
    for (const [host, waiting] of this.#waiting) {
      if (this.#isWhole(waiting, host)) yield { host, slice: waiting.slice, next: undefined }
    }
    this.#made.sayTooSmall()
  }

  /** Slice numbers of a scope stay what they are by the clock. */
  #alignedFirst(slice: number): number {
    const { slicesPerScope, isTimed } = this.#options
    return isTimed ? Math.floor(slice / slicesPerScope) * slicesPerScope : 0
  }

  *#emit(group: readonly SpoolRecord[], first: number): Generator<BuiltSlice> {
    const { host } = group[0] as SpoolRecord
    const built = this.#build(group, first)
    const before = this.#waiting.get(host)
    this.#waiting.set(host, { ...built, isFirst: before === undefined })
    if (before === undefined) return
    if (!before.isFirst || this.#isWhole(before, host)) yield { host, slice: before.slice, next: built.slice }
  }

  #isWhole({ slice, coverage }: Waiting, host: number): boolean {
    if (coverage >= neededCoverage) return true
    const { sink, file } = this.#options
    const detail = `host "${sink.hosts[host]}" has ${Math.round(coverage * 100)} % of the samples of its ${slice.index === 0 ? 'first' : 'outermost'} slice, which is left out`
    sink.fault('short-slice', file, { position: `slice ${slice.index}`, detail })
    return false
  }

  #build(group: readonly SpoolRecord[], first: number): { slice: HostSlice; coverage: number } {
    const { epochsS, sliceS, isTimed } = this.#options
    const { slice: number, host } = group[0] as SpoolRecord
    const own = group.find(({ instance }) => instance < 0)
    const records = group.filter(({ instance }) => instance >= 0)
    const instances = records.map((record) => this.#instance(record))
    const index = number - first
    const cpu: HostShare =
      own === undefined
        ? { capacity: this.#made.capacity(host, 'cpu'), usage: isTimed ? sumOf(records, 'cpu') : new Float64Array() }
        : { capacity: own.cpuAllocation, usage: own.cpu }
    const memory: HostShare =
      own === undefined
        ? {
            capacity: this.#made.capacity(host, 'memory'),
            usage: isTimed ? sumOf(records, 'memory') : new Float64Array(),
          }
        : { capacity: own.memoryAllocation, usage: own.memory }
    if (own === undefined) this.#made.see(host, { slice: index, cpu: cpu.usage, memory: memory.usage })
    const there = cpu.usage.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
    return {
      slice: { index, epochS: epochsS[number] ?? number * sliceS, cpu, memory, instances },
      coverage: isTimed ? there / Math.max(1, cpu.usage.length) : 1,
    }
  }

  #instance(record: SpoolRecord): InstanceSlice {
    const known = this.#options.sink.instances[record.instance]
    return {
      name: known?.name ?? String(record.instance),
      cpu: { allocation: record.cpuAllocation, usage: record.cpu },
      memory: { allocation: record.memoryAllocation, usage: record.memory },
      isRepeat: record.isRepeat,
      ...(record.extra.length === 0 ? {} : { fingerprint: record.extra.join(' ') }),
    }
  }
}

/** Usage of all instances at each moment; NaN where no instance has a sample. */
function sumOf(records: readonly SpoolRecord[], resource: 'cpu' | 'memory'): Float64Array {
  const length = records.reduce((most, record) => Math.max(most, record[resource].length), 0)
  const sum = new Float64Array(length)
  const seen = new Uint8Array(length)
  for (const record of records) {
    const usage = record[resource]
    const edges = presentRange(usage)
    if (edges === undefined) continue
    const mean = meanOf(usage)
    for (let i = 0; i < usage.length; i++) {
      const value = usage[i] as number
      if (!Number.isNaN(value)) {
        seen[i] = 1
        sum[i] = (sum[i] as number) + value
        continue
      }
      // Before the first and after the last sample of its life an instance is not there; any other hole is lost data.
      if ((record.isFirst && i < edges.first) || (record.isLast && i > edges.last)) continue
      sum[i] = (sum[i] as number) + mean
    }
  }
  for (let i = 0; i < length; i++) if (seen[i] === 0) sum[i] = Number.NaN
  return sum
}

function presentRange(usage: Float64Array): { first: number; last: number } | undefined {
  let first = 0
  while (first < usage.length && Number.isNaN(usage[first])) first++
  if (first === usage.length) return undefined
  let last = usage.length - 1
  while (Number.isNaN(usage[last])) last--
  return { first, last }
}
