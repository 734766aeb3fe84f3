// ScroogeVM's own traces and dumps: `config`, `epoch` (one number a slice), `node.raw_data[o]`, `vm.<name>.raw_data[o]`.
// A record of an instance is empty until it starts and after it ends; one that brings no newer `time` than the record
// before it is a repeat of the dead. Usage is in cores, memory in MB (kB / 1000); integer lists are as good as any.
// A file that ends too early is refused as a whole: the instances behind the cut would be missing from every sum.
import { GleanerError } from '@gleaner/model/errors'
import { CutOff, readBytes } from './byte-source.ts'
import { JsonFault, type JsonListener, JsonScanner } from './json-scanner.ts'
import { isUsage, type TraceSink } from './trace-sink.ts'

export interface ScroogeConfig {
  readonly nodeName: string
  readonly historyScopes: number | undefined
  readonly scopeS: number | undefined
  readonly sliceS: number | undefined
  readonly epochsS: readonly number[]
}

const wanted = ['time', 'cpu', 'mem', 'cpu_usage', 'mem_usage', 'mem_rss', 'swpagefaults', 'sched_busy'] as const
type Metric = (typeof wanted)[number]

type Path = readonly (string | number)[]

export async function readScrooge(file: string, sink: TraceSink): Promise<ScroogeConfig> {
  const listener = new ScroogeListener(file, sink)
  const scanner = new JsonScanner(listener)
  try {
    for await (const chunk of readBytes({ file, onBytes: sink.onBytes })) scanner.write(chunk)
    if (!scanner.end()) {
      const detail = scanner.byte === 0 ? 'the file is empty' : `the file ends inside ${scanner.path || 'the document'}`
      throw new JsonFault(detail, scanner.byte)
    }
  } catch (error) {
    if (!(error instanceof JsonFault) && !(error instanceof CutOff)) throw error
    const position = `byte ${error instanceof JsonFault ? error.byte : scanner.byte}${scanner.path ? `, in ${scanner.path}` : ''}`
    throw new GleanerError('trace-unreadable', { file, detail: error.message, position }, { cause: error })
  }
  return listener.finish()
}

class ScroogeListener implements JsonListener {
  readonly #file: string
  readonly #sink: TraceSink
  readonly #config = new Map<string, string | number>()
  readonly #epochs: number[] = []
  readonly #names = new Set<string>()
  #hostRecords = 0
  #instance = -1
  #instanceName = ''
  #timeBefore = Number.NaN
  #record: Partial<Record<Metric, number[]>> | undefined
  #list: number[] | undefined
  #ended = 0

  constructor(file: string, sink: TraceSink) {
    this.#file = file
    this.#sink = sink
    sink.host('')
  }

  onContainer(path: Path, kind: 'object' | 'array'): void {
    const depth = path.length
    if (kind === 'array') {
      const metric = path[depth - 1] as Metric
      if (this.#record !== undefined && isRecord(path, depth - 1) && wanted.includes(metric)) {
        this.#record[metric] = this.#list = []
      } else if (depth === 1 && path[0] === 'epoch') this.#list = this.#epochs
      return
    }
    if (depth === 2 && path[0] === 'vm') this.#startInstance(path[1] as string)
    else if (isRecord(path, depth)) this.#record = {}
  }

  onEnd(path: Path): void {
    if (this.#list !== undefined) {
      this.#list = undefined
      return
    }
    if (this.#record === undefined || !isRecord(path, path.length)) return
    const slice = path.at(-1) as number
    if (path[0] === 'node') this.#hostRecord(slice, this.#record)
    else this.#instanceRecord(slice, this.#record)
    this.#record = undefined
  }

  onNumber(value: number, path: Path): void {
    if (this.#list !== undefined) this.#list.push(value)
    else if (path[0] === 'config' && path.length === 2) this.#config.set(path[1] as string, value)
    else if (this.#record !== undefined && isRecord(path, path.length - 1)) {
      const metric = path.at(-1) as Metric
      if (wanted.includes(metric)) this.#record[metric] = [value]
    }
  }

  onOther(value: string | boolean | null, path: Path): void {
    if (this.#list !== undefined) this.#list.push(Number.NaN)
    else if (path[0] === 'config' && typeof value === 'string') this.#config.set(path[1] as string, value)
  }

  finish(): ScroogeConfig {
    if (this.#hostRecords === 0) {
      const detail = 'there is no node.raw_data'
      throw new GleanerError('trace-unreadable', { file: this.#file, detail, position: 'whole file' })
    }
    const number = (key: string): number | undefined => {
      const value = this.#config.get(key)
      return typeof value === 'number' && value >= 0 ? value : undefined
    }
    return {
      nodeName: String(this.#config.get('node_name') ?? ''),
      historyScopes: number('historical_occurences'),
      scopeS: number('node_scope'),
      sliceS: number('slice_scope'),
      epochsS: this.#epochs,
    }
  }

  #startInstance(name: string): void {
    let label = name
    for (let copy = 2; this.#names.has(label); copy++) label = `${name}#${copy}`
    if (label !== name) {
      const detail = `a second instance has the name "${name}"; it is called "${label}"`
      this.#sink.fault('duplicate-name', this.#file, { position: `vm.${name}`, detail })
    }
    this.#names.add(label)
    this.#instanceName = label
    this.#timeBefore = Number.NaN
    this.#instance = this.#sink.addInstance({ name: label, host: 0, cpuAllocation: 0, memoryAllocation: 0 })
  }

  #hostRecord(slice: number, record: Partial<Record<Metric, number[]>>): void {
    this.#hostRecords++
    const where = `node.raw_data[${slice}]`
    const cpuCapacity = record.cpu?.at(-1) ?? Number.NaN
    const memoryCapacity = record.mem?.at(-1) ?? 0
    if (!(cpuCapacity > 0)) {
      const detail = `the capacity is ${cpuCapacity} cores; the slice has no estimate`
      this.#sink.fault('no-capacity', this.#file, { position: `${where}.cpu`, detail })
    }
    this.#add(slice, -1, {
      record,
      where,
      cpuAllocation: cpuCapacity > 0 ? cpuCapacity : 0,
      memoryAllocation: memoryCapacity > 0 ? memoryCapacity : 0,
      isRepeat: false,
    })
  }

  #instanceRecord(slice: number, record: Partial<Record<Metric, number[]>>): void {
    if (Object.keys(record).length === 0) return
    const where = `vm.${this.#instanceName}.raw_data[${slice}]`
    const newest = record.time?.at(-1) ?? Number.NaN
    const isRepeat = newest === this.#timeBefore
    if (newest < this.#timeBefore) {
      const detail = `the record ends at ${newest}, the one before it at ${this.#timeBefore}`
      this.#sink.fault('time-went-back', this.#file, { position: `${where}.time`, detail })
    }
    if (!Number.isNaN(newest)) this.#timeBefore = newest
    const allocation = (metric: 'cpu' | 'mem'): number => {
      const value = record[metric]?.at(-1)
      if (value !== undefined && value >= 0) return value
      const detail = 'the instance has no size here and counts as 0 in what is booked'
      this.#sink.fault('no-size', this.#file, { position: `${where}.${metric}`, detail })
      return 0
    }
    this.#add(slice, this.#instance, {
      record,
      where,
      cpuAllocation: allocation('cpu'),
      memoryAllocation: allocation('mem'),
      isRepeat,
    })
  }

  #add(
    slice: number,
    instance: number,
    facts: {
      record: Partial<Record<Metric, number[]>>
      where: string
      cpuAllocation: number
      memoryAllocation: number
      isRepeat: boolean
    },
  ): void {
    const { record, where, cpuAllocation, memoryAllocation, isRepeat } = facts
    this.#ended = Math.max(this.#ended, slice)
    const rss = record.mem_rss
    this.#sink.spool.add({
      slice,
      host: 0,
      instance,
      isRepeat,
      isFirst: false,
      isLast: false,
      epochS: Number.NaN,
      cpuAllocation,
      memoryAllocation,
      cpu: this.#sound(record, 'cpu', where),
      memory: this.#sound(record, 'memory', where),
      extra: Float64Array.of(
        p90(record.swpagefaults),
        p90(record.sched_busy),
        record.time?.length ?? 0,
        rss === undefined ? Number.NaN : rss.reduce((sum, value) => sum + value, 0) / rss.length,
      ),
    })
  }

  #sound(record: Partial<Record<Metric, number[]>>, resource: 'cpu' | 'memory', where: string): Float64Array {
    const metric = resource === 'cpu' ? 'cpu_usage' : 'mem_usage'
    const samples = Float64Array.from(record[metric] ?? [])
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i] as number
      if (isUsage(value, resource)) continue
      samples[i] = Number.NaN
      const kind = !Number.isFinite(value) ? 'not-a-number' : value < 0 ? 'negative' : 'too-high'
      const detail = `${value} is no usage; the sample is left out`
      this.#sink.fault(kind, this.#file, { position: `${where}.${metric}[${i}]`, detail })
    }
    return samples
  }
}

/** node.raw_data[o] or vm.NAME.raw_data[o]. */
function isRecord(path: Path, depth: number): boolean {
  if (depth === 3) return path[0] === 'node' && path[1] === 'raw_data'
  return depth === 4 && path[0] === 'vm' && path[2] === 'raw_data'
}

function p90(values: readonly number[] | undefined): number {
  if (values === undefined || values.length === 0) return Number.NaN
  const sorted = Float64Array.from(values).sort()
  const position = 0.9 * (sorted.length - 1)
  const rank = Math.floor(position)
  const lower = sorted[rank] as number
  return lower + ((sorted[rank + 1] ?? lower) - lower) * (position - rank)
}
