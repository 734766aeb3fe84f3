// Where a reader puts what it reads: names become numbers, samples become slices, faults are named. Shared by all readers,
// so that a hole, a step back in time or a doubled name is treated alike whatever the format.
// A sample counts for the cell of its step; of several in a cell the mean counts. What a cell lacks is NaN, never zero.
import type { FaultKind, FaultLog } from './fault-log.ts'
import { BookedPeak } from './booked-peak.ts'
import { SampleSlab } from './sample-slab.ts'
import type { SliceSpool, SpoolRecord } from './slice-spool.ts'

export interface TraceShape {
  readonly sliceS: number
  /** Seconds between samples. */
  readonly stepS: number
}

export interface TimedSample {
  readonly instance: number
  readonly timeS: number
  /** How long the value holds; one step unless told. */
  readonly durationS?: number
  /** Cores used; NaN = not measured. */
  readonly cpu: number
  /** MB used; NaN = not measured. */
  readonly memory: number
  /** Asked only when something is wrong: a text, or what can tell it. */
  readonly where: string | Position
}

/** Of a reader that would otherwise make a text a sample. */
export interface Position {
  toString(): string
}

interface Cells {
  slice: number
  isFirst: boolean
  lastCell: number
  readonly cpu: Float64Array
  readonly memory: Float64Array
  readonly counts: Uint16Array
  hasMemory: boolean
}

export interface KnownInstance {
  readonly name: string
  readonly host: number
  cpuAllocation: number
  memoryAllocation: number
}

export interface SinkOptions {
  readonly shape: TraceShape
  readonly spool: SliceSpool
  readonly faults: FaultLog
  readonly onBytes: (count: number) => void
}

export class TraceSink {
  readonly spool: SliceSpool
  readonly faults: FaultLog
  readonly onBytes: (count: number) => void
  readonly hosts: string[] = []
  readonly instances: KnownInstance[] = []
  readonly #shape: TraceShape
  readonly #hostNumbers = new Map<string, number>()
  readonly #cells = new Map<number, Cells>()
  readonly #cellCount: number
  readonly #booked = new BookedPeak()
  readonly #slab = new SampleSlab()
  #newestSlice = Number.NEGATIVE_INFINITY

  constructor({ shape, spool, faults, onBytes }: SinkOptions) {
    this.#shape = shape
    this.spool = spool
    this.faults = faults
    this.onBytes = onBytes
    this.#cellCount = Math.max(1, Math.round(shape.sliceS / shape.stepS))
  }

  fault(kind: FaultKind, file: string, at: { position: string; detail: string }): void {
    this.faults.add({ kind, file, ...at })
  }

  host(name: string): number {
    let number = this.#hostNumbers.get(name)
    if (number === undefined) {
      number = this.hosts.push(name) - 1
      this.#hostNumbers.set(name, number)
    }
    return number
  }

  /** A new instance each time: names are for people, numbers tell instances apart. */
  addInstance(instance: KnownInstance): number {
    return this.instances.push(instance) - 1
  }

  /** From its next slice on the instance has this size. */
  resize(instance: number, size: { readonly cpu?: number; readonly memory?: number }): void {
    const known = this.instances[instance] as KnownInstance
    if (size.cpu !== undefined) known.cpuAllocation = size.cpu
    if (size.memory !== undefined) known.memoryAllocation = size.memory
  }

  sample(sample: TimedSample, file: string): void {
    const { instance, timeS, where } = sample
    const cpu = isUsage(sample.cpu, 'cpu') ? sample.cpu : this.#unsound(sample.cpu, 'cpu', { file, where })
    const memory = isUsage(sample.memory, 'memory')
      ? sample.memory
      : this.#unsound(sample.memory, 'memory', { file, where })
    if (Number.isNaN(cpu) && Number.isNaN(memory)) return
    const { sliceS, stepS } = this.#shape
    const steps = Math.max(1, Math.round((sample.durationS ?? stepS) / stepS))
    for (let step = 0; step < steps; step++) {
      const at = timeS + step * stepS
      const slice = Math.floor(at / sliceS)
      const cell = Math.min(this.#cellCount - 1, Math.floor((at - slice * sliceS) / stepS))
      const cells = this.#cellsOf(instance, slice)
      if (slice < cells.slice || (slice === cells.slice && cell < cells.lastCell)) {
        const position = `${where.toString()}, time ${timeS}`
        this.fault('time-went-back', file, {
          position,
          detail: 'the sample is older than the one before it and is left out',
        })
        return
      }
      cells.lastCell = cell
      put(cells, cell, cpu, memory)
    }
  }

  /** What a file tells of the size of a host. */
  readonly capacities = new Map<number, { cpu: number; memory: number }>()

  /** The file has no more samples of this instance. */
  endInstance(instance: number): void {
    const cells = this.#cells.get(instance)
    if (cells === undefined) return
    this.#flush(instance, cells, true)
    this.#cells.delete(instance)
  }

  mostBooked(host: number, resource: 'cpu' | 'memory'): number {
    return this.#booked.of(host, resource)
  }

  /** Writes what is left; every instance has seen its last sample. */
  finish(): void {
    for (const [instance, cells] of this.#cells) this.#flush(instance, cells, true)
    this.#cells.clear()
  }

  #cellsOf(instance: number, slice: number): Cells {
    let cells = this.#cells.get(instance)
    if (cells === undefined) {
      cells = makeCells(slice, this.#cellCount)
      this.#cells.set(instance, cells)
    } else if (slice > cells.slice) {
      this.#flush(instance, cells, false)
      clearCells(cells, slice)
    }
    if (slice > this.#newestSlice) {
      this.#newestSlice = slice
      this.#dropTheSilent(slice)
    }
    return cells
  }

  /** In files ordered by time, an instance that was silent for a whole slice has gone: its cells need not wait. */
  #dropTheSilent(slice: number): void {
    if (this.#cells.size < 4096) return
    for (const [instance, cells] of this.#cells) {
      if (cells.slice >= slice - 1) continue
      this.#flush(instance, cells, true)
      this.#cells.delete(instance)
    }
  }

  #flush(number: number, cells: Cells, isLast: boolean): void {
    const known = this.instances[number] as KnownInstance
    const record: SpoolRecord = {
      slice: cells.slice,
      host: known.host,
      instance: number,
      isRepeat: false,
      isFirst: cells.isFirst,
      isLast,
      epochS: cells.slice * this.#shape.sliceS,
      cpuAllocation: known.cpuAllocation,
      memoryAllocation: known.memoryAllocation,
      cpu: this.#slab.keep(cells.cpu),
      memory: cells.hasMemory ? this.#slab.keep(cells.memory) : none,
      extra: none,
    }
    this.#booked.add(record)
    this.spool.add(record)
  }

  #unsound(value: number, what: string, { file, where }: { file: string; where: string | Position }): number {
    if (!Number.isNaN(value)) {
      this.fault(value < 0 ? 'negative' : 'too-high', file, {
        position: where.toString(),
        detail: `${what} is ${value}; the sample is left out`,
      })
    }
    return Number.NaN
  }
}

/**
 * Cores and MB that no machine has: a counter that wrapped, or bytes. One such sample in a mean would hide all others for as
 * long as it is remembered.
 */
const mostUsage = { cpu: 1e6, memory: 1e9 }

export function isUsage(value: number, resource: keyof typeof mostUsage): boolean {
  return value >= 0 && value <= mostUsage[resource]
}

/** Shared: most formats know nothing of memory. */
const none = new Float64Array()

function makeCells(slice: number, count: number): Cells {
  return {
    slice,
    isFirst: true,
    lastCell: -1,
    cpu: new Float64Array(count).fill(Number.NaN),
    memory: new Float64Array(count).fill(Number.NaN),
    counts: new Uint16Array(count),
    hasMemory: false,
  }
}

function clearCells(cells: Cells, slice: number): void {
  cells.slice = slice
  cells.isFirst = false
  cells.lastCell = -1
  cells.hasMemory = false
  cells.cpu.fill(Number.NaN)
  cells.memory.fill(Number.NaN)
  cells.counts.fill(0)
}

/** Four plain values: it is called once a sample. */
// oxlint-disable-next-line max-params
function put(cells: Cells, cell: number, cpu: number, memory: number): void {
  const count = cells.counts[cell] as number
  cells.counts[cell] = count + 1
  cells.cpu[cell] = blend(cells.cpu[cell] as number, cpu, count)
  if (Number.isNaN(memory)) return
  cells.memory[cell] = blend(cells.memory[cell] as number, memory, count)
  cells.hasMemory = true
}

function blend(old: number, value: number, count: number): number {
  if (Number.isNaN(value)) return old
  return Number.isNaN(old) ? value : old + (value - old) / (count + 1)
}
